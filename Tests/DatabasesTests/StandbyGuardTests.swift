import Engine
import Faults
import FoundationEssentials
import Jobs
import Policy
import Postgres
import TestKit
import Testing

@testable import Databases

@Suite(.serialized, .timeLimit(.minutes(3))) struct `Reading how far standbys are behind` {
    private func reading(_ info: ConnectionInfo) async throws -> GuardReading {
        let probe = GuardProbe(ambient: ManualClock().ambient(), stores: [:]) { () throws(AnyFault) in 0 }
        let target = Target(name: "shop", connection: info, origin: "test")
        return try #require(await probe.read([.replicationLag], targets: [target], store: nil).first)
    }

    private func run(_ info: ConnectionInfo, _ statements: String...) async throws {
        let connection = try await Connection.open(info.options())
        for statement in statements { try await connection.query(statement) }
        await connection.close()
    }

    private func hasTable(_ info: ConnectionInfo) async throws -> Bool {
        let connection = try await Connection.open(info.options())
        let row = try await connection.query("SELECT pg_catalog.to_regclass('t') IS NOT NULL AS found").one()
        await connection.close()
        return try row.boolean("found")
    }

    @Test(arguments: await TemporaryServer.versions())
    func `from the primary and from the standby`(version: Int) async throws {
        let primary = try await TemporaryServer.start(
            version: version,
            settings: ["wal_level": "replica", "max_wal_senders": "4", "hot_standby": "on"],
            authentication: ["local all all trust", "local replication all trust"])
        let here = primary.connectionInfo()
        let none = try await reading(here)
        #expect(none.value == 0, "without standbys nothing lags: \(none.why)")
        let standby = try await Standby(of: primary.cluster)
        defer { standby.remove() }
        let there = standby.connectionInfo
        try await run(here, "CREATE TABLE t (n int)", "CREATE ROLE plain LOGIN")
        #expect(try await Fact.comes { try await reading(there).value == 0 })
        // The test's servers commit before the log is written, so the table may come a moment later.
        #expect(try await Fact.comes { try await hasTable(there) })
        #expect(try await Fact.comes { try await reading(here).value.map { $0 < 60 } ?? false })

        var plain = here
        plain["user"] = "plain"
        let blind = try await reading(plain)
        #expect(blind.value == nil)
        #expect(blind.why == "the role may not see how 1 standbys stand; it needs pg_monitor")
        try await run(here, "GRANT pg_monitor TO plain")
        #expect(try await reading(plain).value != nil)

        // Without its primary it receives nothing, and falls behind from the last transaction that it replayed.
        try await primary.cluster.stop()
        var last: GuardReading?
        let isBehind = try await Fact.comes {
            last = try await reading(there)
            return last?.value.map { $0 > 0 } ?? false
        }
        #expect(isBehind, "\(last.debugDescription)")
        standby.remove()
    }
}
