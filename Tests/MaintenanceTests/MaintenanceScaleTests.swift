import Databases
import Engine
import FoundationEssentials
import Jobs
import Measures
import Policy
import Postgres
import TestKit
import Testing

@Suite(.serialized, .timeLimit(.minutes(5))) struct `Maintenance of large and of standby servers` {
    @Test func `ten thousand tables and thirty thousand indexes are read in seconds`() async throws {
        let version = await TemporaryServer.versions().last
        let bed = try await MaintenanceBed(
            version: version, own: ["autovacuum": "off", "max_locks_per_transaction": "1000"])
        try await bed.run(
            """
            DO $$ BEGIN
                FOR i IN 1..10000 LOOP
                    EXECUTE format('CREATE TABLE t%s (a int, b int, c int)', i);
                    EXECUTE format('CREATE INDEX t%s_a ON t%s (a)', i, i);
                    EXECUTE format('CREATE INDEX t%s_b ON t%s (b)', i, i);
                    EXECUTE format('CREATE INDEX t%s_c ON t%s (c)', i, i);
                    IF i % 1000 = 0 THEN COMMIT; END IF;
                END LOOP;
            END $$
            """, "ANALYZE pg_class", "ANALYZE pg_index", "ANALYZE pg_attribute")
        _ = try await bed.facts()
        let begun = ContinuousClock.now
        let facts = try await bed.facts()
        let took = begun.duration(to: .now)
        #expect(facts.relations.count > 10_000 && facts.indexes.count > 30_000)
        // The goal is two seconds; 1.3 were measured, not optimised, beside other work on two cores.
        #expect(took < .seconds(5), "\(took)")
        try await bed.close(server: true)
    }

    @Test(arguments: await TemporaryServer.versions())
    func `a standby refuses, and its snapshots are named on the primary`(version: Int) async throws {
        let primary = try await TemporaryServer.start(
            version: version,
            settings: ["wal_level": "replica", "max_wal_senders": "4", "hot_standby": "on"],
            authentication: ["local all all trust", "local replication all trust"])
        let admin = try await Connection.open(primary.connectionInfo().options())
        try await admin.query("CREATE TABLE t (id int)")
        let standby = try Standby(of: primary.cluster)
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
        standby.remove()
        try await primary.cluster.stop()
    }
}
