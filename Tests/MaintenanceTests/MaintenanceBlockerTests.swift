import Databases
import Engine
import FoundationEssentials
import Jobs
import Measures
import Policy
import Postgres
import TestKit
import Testing

/// One after the other: a slot or a standby of one test would be in the way of another.
@Suite(.serialized, .timeLimit(.minutes(10))) struct `Finding who holds rows back` {
    private func blocker(
        _ bed: MaintenanceBed, _ kind: Blocker.Kind, _ name: String
    ) async throws -> Blocker? {
        try await Fact.value {
            try await bed.facts().blockers.first { $0.kind == kind && $0.name == name }
        }
    }

    @Test(arguments: await TemporaryServer.versions())
    func `names sessions, dumps and prepared transactions of this database, and not ourselves`(
        version: Int
    ) async throws {
        let bed = try await MaintenanceBed(version: version, on: .replication)
        try await bed.table()
        #expect(try await bed.facts().blockers == [])
        let report = try await bed.session("report")
        try await report.query("BEGIN ISOLATION LEVEL REPEATABLE READ")
        try await report.query("SELECT 1")
        let dump = try await bed.session("pg_dump")
        try await dump.query("BEGIN ISOLATION LEVEL REPEATABLE READ")
        try await dump.query("SELECT 1")
        let ours = try await bed.session("pgvigil/nightly")
        try await ours.query("BEGIN ISOLATION LEVEL REPEATABLE READ")
        try await ours.query("SELECT 1")
        // It holds rows back by its own id, without a snapshot.
        let writer = try await bed.session("writer")
        try await writer.query("BEGIN")
        try await writer.query("INSERT INTO t VALUES (0, '')")
        try await bed.run("BEGIN", "INSERT INTO t VALUES (0, '')", "PREPARE TRANSACTION 'forgotten'")
        let elsewhere = try await Connection.open(
            bed.server.connectionInfo().options(applicationName: "elsewhere"))
        try await elsewhere.query("BEGIN ISOLATION LEVEL REPEATABLE READ")
        try await elsewhere.query("SELECT 1")
        try await bed.burn(20)

        let session = try #require(try await blocker(bed, .snapshot, "report"))
        #expect(session.pid.map(Int.init) == (await report.backendProcess))
        #expect(session.user == LocalCluster.superuser && session.database == bed.database)
        #expect(try #require(session.seconds) >= 1 && session.xidAge >= 20)
        #expect(try await blocker(bed, .dump, "pg_dump") != nil)
        #expect(try await blocker(bed, .dump, "pgvigil/nightly") != nil)
        #expect(try #require(try await blocker(bed, .snapshot, "writer")).xidAge >= 20)
        let prepared = try #require(try await blocker(bed, .prepared, "forgotten"))
        #expect(prepared.pid == nil && prepared.user == LocalCluster.superuser && prepared.xidAge >= 20)
        let all = try await bed.facts().blockers
        #expect(all.count == 5, "\(all)")
        #expect(all.map(\.xidAge) == all.map(\.xidAge).sorted(by: >), "the oldest first")
        for other in [report, dump, ours, writer, elsewhere] { await other.close() }
        try await bed.run("ROLLBACK PREPARED 'forgotten'")
        #expect(try await Fact.comes { try await bed.facts().blockers == [] })
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `names replication slots, and those that hold catalogs alone`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version, on: .replication)
        try await bed.run("SELECT pg_create_logical_replication_slot('stream', 'pgoutput')")
        try await bed.burn(5)
        let slot = try #require(try await blocker(bed, .slot, "stream"))
        #expect(slot.catalogsOnly && slot.pid == nil && slot.database == nil && slot.xidAge >= 5)
        try await bed.run("SELECT pg_drop_replication_slot('stream')")
        #expect(try await bed.facts().blockers == [])
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `tells how many sessions a plain role may not see`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        let plain = try await bed.plainRole()
        let other = try await bed.session("report")
        try await other.query("BEGIN ISOLATION LEVEL REPEATABLE READ")
        try await other.query("SELECT 1")
        // The test's own session is another role's, too.
        let facts = try await bed.facts(as: plain)
        #expect(facts.hiddenSessions == 2 && facts.blockers == [])
        try await bed.run("GRANT pg_monitor TO \(plain)")
        let all = try #require(
            try await Fact.value {
                let facts = try await bed.facts(as: plain)
                return facts.blockers.isEmpty ? nil : facts
            })
        #expect(all.hiddenSessions == 0 && all.blockers.map(\.name) == ["report"])
        await other.close()
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `a standby refuses, and its snapshots are named on the primary`(version: Int) async throws {
        let primary = try await MaintenanceServers.all.server(version, .replication)
        let admin = try await Connection.open(primary.connectionInfo().options())
        try await admin.query("CREATE TABLE t (id int)")
        let standby = try await Standby(of: primary.cluster)
        defer { standby.remove() }
        let port = MaintenanceServer(pace: MaintenanceBed.pace)
        let target = Target(name: "standby", connection: standby.connectionInfo, origin: "test")
        let facts = try #require(
            try await Fact.value {
                let facts = try await port.facts(of: target, database: "postgres")
                return facts.relation("t") == nil ? nil : facts
            })
        #expect(facts.isInRecovery)
        let table = try #require(facts.relation("t"))
        for kind in MaintenanceClass.allCases {
            let effect = await port.perform(
                MaintenanceAction(
                    kind: kind, oid: table.oid, object: table.name, table: table.name, reason: "", urgency: 0,
                    size: .zero), on: target, database: "postgres", gently: MaintenanceBed.quick
            ) { nil }
            #expect(effect.result == .skipped && effect.detail == "the server is a standby", "\(effect)")
        }
        // With feedback, a long question on the standby holds rows on the primary.
        let there = try await Connection.open(standby.connectionInfo.options(applicationName: "question"))
        try await there.query("ALTER SYSTEM SET hot_standby_feedback = on")
        try await there.query("ALTER SYSTEM SET wal_receiver_status_interval = 1")
        try await there.query("SELECT pg_reload_conf()")
        try await there.query("BEGIN ISOLATION LEVEL REPEATABLE READ")
        try await there.query("SELECT 1")
        let here = Target(name: "primary", connection: primary.connectionInfo(), origin: "test")
        let blocker = try await Fact.value {
            try await admin.query("SELECT txid_current()")
            return try await port.facts(of: here, database: "postgres").blockers.first { $0.kind == .standby }
        }
        #expect(blocker?.database == nil && blocker?.name == "walreceiver", "\(blocker.debugDescription)")
        await there.close()
        await admin.close()
    }
}
