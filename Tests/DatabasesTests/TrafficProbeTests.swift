import Databases
import Engine
import Faults
import FoundationEssentials
import Glibc
import Jobs
import Policy
import Postgres
import TestKit
import Testing

@Suite(.timeLimit(.minutes(3))) struct `Reading what a server has counted` {
    private func read(_ info: ConnectionInfo) async throws -> TrafficReading {
        try await TrafficProbe(ambient: ManualClock().ambient()).read(
            Target(name: "shop", connection: info, origin: "test"))
    }

    private func session(_ info: ConnectionInfo, _ name: String = "shop") async throws -> Connection {
        try await Connection.open(info.options(applicationName: name))
    }

    @Test(arguments: await TemporaryServer.versions())
    func `tells every signal, and each rises with what is done`(version: Int) async throws {
        let server = try await TemporaryServer.start(version: version)
        let info = server.connectionInfo()
        let first = try await read(info)
        #expect(Set(first.totals.keys) == Set(TrafficSignal.allCases).subtracting([.sessionSeconds]))
        #expect(first.activeSessions == 0 && first.ownSessions == 0)
        let work = try await session(info)
        try await work.query("CREATE TABLE t AS SELECT g FROM pg_catalog.generate_series(1, 100000) g")
        try await work.query("SELECT pg_catalog.count(*) FROM t")
        await work.close()
        // Statistics are told a little later.
        #expect(
            try await Fact.comes {
                let now = try await read(info)
                return now.server == first.server && now.reset == first.reset
                    && [.transactions, .rowsRead, .rowsWritten, .walBytes, .activeSeconds].allSatisfy {
                        (now.totals[$0] ?? 0) > (first.totals[$0] ?? 0)
                    } && (now.totals[.rowsWritten] ?? 0) - (first.totals[.rowsWritten] ?? 0) >= 100_000
            })
        try await server.cluster.stop()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `tells sessions of others from our own`(version: Int) async throws {
        let server = try await TemporaryServer.start(version: version)
        let info = server.connectionInfo()
        let (busy, dump) = (try await session(info), try await session(info, "pgvigil/nightly"))
        let sleeps = [busy, dump].map { connection in
            // They end by being cancelled, which is an error and expected.
            Task { try? await connection.query("SELECT pg_catalog.pg_sleep(600)") }
        }
        #expect(
            try await Fact.comes {
                let now = try await read(info)
                return now.activeSessions == 1 && now.ownSessions == 1
            })
        for sleep in sleeps { sleep.cancel() }
        for sleep in sleeps { _ = await sleep.value }
        #expect(
            try await Fact.comes {
                let now = try await read(info)
                return now.activeSessions == 0 && now.ownSessions == 0
            })
        try await server.cluster.stop()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `shows a reset and another server, so that nothing is taken for a peak`(version: Int) async throws {
        let server = try await TemporaryServer.start(version: version)
        let info = server.connectionInfo()
        var first = try await read(info)
        #expect(first.step(since: first) == .dropped(.clock))
        first.at.addTimeInterval(-60)
        let admin = try await session(info)
        try await admin.query("SELECT pg_catalog.pg_stat_reset()")
        await admin.close()
        #expect(try await Fact.comes { try await read(info).step(since: first) == .dropped(.reset) })
        let other = try await TemporaryServer.start(version: version)
        #expect(try await read(other.connectionInfo()).step(since: first) == .dropped(.otherServer))
        try await other.cluster.stop()
        try await server.cluster.stop()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `shows a crash, which takes the statistics`(version: Int) async throws {
        let server = try await TemporaryServer.start(version: version)
        let info = server.connectionInfo()
        let work = try await session(info)
        try await work.query("CREATE TABLE t AS SELECT g FROM pg_catalog.generate_series(1, 200000) g")
        let pid = try await work.query("SELECT pg_catalog.pg_backend_pid()::bigint AS pid").one().integer(
            "pid")
        #expect(
            try await Fact.comes { (try await read(info).totals[.rowsWritten] ?? 0) >= 200_000 })
        var first = try await read(info)
        first.at.addTimeInterval(-60)
        #expect(kill(pid_t(pid), SIGKILL) == 0)
        #expect(
            try await Fact.comes {
                // While the server recovers it cannot be asked.
                guard let step = try? await read(info).step(since: first) else { return false }
                return step == .dropped(.backwards) || step == .dropped(.reset)
            })
        await work.close()
        try await server.cluster.stop()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `asks for less than a millisecond of the server's time, without any privilege`(version: Int)
        async throws
    {
        let server = try await TemporaryServer.start(version: version)
        let admin = try await session(server.connectionInfo())
        try await admin.query("CREATE ROLE plain LOGIN")
        var info = server.connectionInfo()
        info["user"] = "plain"
        #expect(try await read(info).totals.count == TrafficSignal.allCases.count - 1)
        let sql = "EXPLAIN (ANALYZE, FORMAT JSON) " + TrafficProbe.question(serverVersion: version * 10_000)
        var times: [Double] = []
        let plain = try await session(info)
        for _ in 0..<20 {
            let plan = try await plain.query(sql).one().text("QUERY PLAN")
            let found = try JSONDecoder().decode([Timing].self, from: Data(plan.utf8))
            times.append(try #require(found.first).milliseconds)
        }
        #expect(times.sorted()[10] < 1, "\(times)")
        await plain.close()
        await admin.close()
        try await server.cluster.stop()
    }

    /// What EXPLAIN tells of its own work.
    private struct Timing: Decodable {
        var planning: Double
        var execution: Double
        var milliseconds: Double { planning + execution }

        enum CodingKeys: String, CodingKey {
            case planning = "Planning Time"
            case execution = "Execution Time"
        }
    }

    @Test func `says why a server cannot be asked`() async throws {
        var info = try await TemporaryServer.shared().connectionInfo()
        info["port"] = "1"
        let fault = await #expect(throws: AnyFault.self) { try await read(info) }
        #expect(fault?.code == "server.unreachable")
    }
}
