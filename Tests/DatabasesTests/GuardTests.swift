import Databases
import Engine
import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy
import Postgres
import TestKit
import Testing

@Suite(.timeLimit(.minutes(3))) struct `Reading what guards look at` {
    private static let broken = AnyFault(code: "test.broken", summary: "it is broken", remedy: "Mend it.")

    private func probe(
        _ clock: ManualClock = ManualClock(), stores: [String: any BackupStore] = [:],
        load: @escaping @Sendable () async throws(AnyFault) -> Double = { 0.5 }
    ) -> GuardProbe {
        GuardProbe(ambient: clock.ambient(), stores: stores, load: load)
    }

    private func target(_ info: ConnectionInfo, _ name: String = "shop") -> Target {
        Target(name: name, connection: info, origin: "test")
    }

    /// The only reading of one kind.
    private func one(
        _ kind: GuardKind, _ info: ConnectionInfo, _ probe: GuardProbe? = nil
    ) async throws -> GuardReading {
        let readings = await (probe ?? self.probe()).read([kind], targets: [target(info)], store: nil)
        #expect(readings.map(\.kind) == [kind])
        return try #require(readings.first)
    }

    private func session(_ info: ConnectionInfo, _ name: String = "shop") async throws -> Connection {
        try await Connection.open(info.options(applicationName: name))
    }

    /// A login role of its own without any privilege.
    private func plainRole(_ server: TemporaryServer) async throws -> ConnectionInfo {
        let name = "plain_\(server.newDatabaseName())"
        let admin = try await session(server.connectionInfo())
        try await admin.query("CREATE ROLE \(name) LOGIN")
        await admin.close()
        var info = server.connectionInfo()
        info["user"] = name
        return info
    }

    @Test(arguments: await TemporaryServer.versions())
    func `counts active sessions of others, and not our own`(version: Int) async throws {
        let server = try await TemporaryServer.start(version: version)
        let info = server.connectionInfo()
        #expect(try await one(.activeSessions, info).value == 0)
        let idle = try await session(info)
        let busy = try await session(info)
        let dump = try await session(info, "pgvigil/nightly")
        let sleeps = [busy, dump].map { connection in
            // They end by being cancelled, which is an error and expected.
            Task { try? await connection.query("SELECT pg_catalog.pg_sleep(600)") }
        }
        let probe = probe()
        #expect(try await Fact.comes { try await one(.activeSessions, info, probe).value == 1 })
        #expect(try await one(.activeSessions, info).value == 1)
        for sleep in sleeps { sleep.cancel() }
        for sleep in sleeps { _ = await sleep.value }
        #expect(try await Fact.comes { try await one(.activeSessions, info, probe).value == 0 })
        await idle.close()
        try await server.cluster.stop()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `tells the oldest transaction of others, prepared ones included`(version: Int) async throws {
        let server = try await TemporaryServer.start(
            version: version, settings: ["max_prepared_transactions": "4"])
        let info = server.connectionInfo()
        #expect(try await one(.longestTransaction, info).value == 0)
        let other = try await session(info)
        try await other.transaction { transaction throws(PostgresFault) in
            try await transaction.query("SELECT 1")
            do {
                let value = try #require(try await one(.longestTransaction, info).value)
                #expect(value > 0 && value < 60)
            } catch { throw PostgresFault.zeroByte }
        }
        #expect(try await one(.longestTransaction, info).value == 0)
        try await other.query("BEGIN")
        try await other.query("CREATE TABLE t (n int)")
        try await other.query("PREPARE TRANSACTION 'forgotten'")
        #expect(try #require(try await one(.longestTransaction, info).value) > 0)
        try await other.query("ROLLBACK PREPARED 'forgotten'")
        await other.close()
        try await server.cluster.stop()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `says that a plain role may not see others, and never calls that zero`(version: Int) async throws {
        let server = try await TemporaryServer.start(version: version)
        let plain = try await plainRole(server)
        // Its own sessions it may see, and of others there are none.
        #expect(try await one(.activeSessions, plain).value == 0)
        let other = try await session(server.connectionInfo())
        for kind in [GuardKind.activeSessions, .longestTransaction] {
            let reading = try await one(kind, plain)
            #expect(reading.value == nil)
            #expect(reading.why == "the role may not see 1 sessions of other roles; it needs pg_monitor")
        }
        try await other.query("GRANT pg_monitor TO \(plain["user"] ?? "")")
        #expect(try await one(.activeSessions, plain).value == 0)
        #expect(try await one(.replicationLag, plain).value == 0)
        await other.close()
        try await server.cluster.stop()
    }

    @Test func `counts transactions a second between two readings`() async throws {
        let server = try await TemporaryServer.start()
        let info = server.connectionInfo()
        let clock = ManualClock()
        let probe = probe(clock)
        async let first = one(.transactionsPerSecond, info, probe)
        #expect(try await Fact.comes { clock.sleepers == [.seconds(1)] })
        clock.advance(by: .seconds(1))
        #expect(try #require(try await first.value) >= 0)
        let before = try await transactions(info)
        let other = try await session(info)
        for _ in 0..<200 { try await other.query("SELECT 1") }
        await other.close()
        // The server's own count follows a moment later.
        #expect(try await Fact.comes { try await transactions(info) >= before + 200 })
        clock.advance(by: .seconds(100))
        let value = try #require(try await one(.transactionsPerSecond, info, probe).value)
        #expect(value >= 2 && value < 20)
    }

    @Test func `has no rate when the counters went back, nor one of long ago`() async throws {
        let server = try await TemporaryServer.start()
        let info = server.connectionInfo()
        let clock = ManualClock()
        let probe = probe(clock)
        let other = try await session(info)
        for _ in 0..<500 { try await other.query("SELECT 1") }
        #expect(try await Fact.comes { try await transactions(info) >= 500 })
        async let first = one(.transactionsPerSecond, info, probe)
        #expect(try await Fact.comes { clock.sleepers == [.seconds(1)] })
        clock.advance(by: .seconds(1))
        _ = try await first
        for database in ["postgres", "template1"] {
            let session = try await session(server.connectionInfo(database: database))
            try await session.query("SELECT pg_catalog.pg_stat_reset()")
            await session.close()
        }
        #expect(try await Fact.comes { try await transactions(info) < 200 })
        clock.advance(by: .seconds(10))
        let reading = try await one(.transactionsPerSecond, info, probe)
        #expect(reading.value == nil)
        #expect(reading.why == "the server's counters were reset; ask again")
        // An hour later what was remembered tells nothing of now: it counts twice again.
        clock.advance(by: .seconds(3_600))
        async let later = one(.transactionsPerSecond, info, probe)
        #expect(try await Fact.comes { clock.sleepers == [.seconds(1)] })
        clock.advance(by: .seconds(1))
        #expect(try await later.value != nil)
        await other.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `measures the write-ahead log between two readings`(version: Int) async throws {
        let server = try await TemporaryServer.start(version: version)
        let info = server.connectionInfo()
        let clock = ManualClock()
        let probe = probe(clock)
        async let first = one(.walRate, info, probe)
        #expect(try await Fact.comes { clock.sleepers == [.seconds(1)] })
        clock.advance(by: .seconds(1))
        #expect(try #require(try await first.value) >= 0)
        let other = try await session(info)
        // A table that its own statement has made may come without any log (wal_level minimal).
        try await other.query("CREATE TABLE t (n int)")
        try await other.query("INSERT INTO t SELECT n FROM pg_catalog.generate_series(1, 200000) AS n")
        await other.close()
        clock.advance(by: .seconds(10))
        // At least 28 bytes of each row are logged.
        let value = try #require(try await one(.walRate, info, probe).value)
        #expect(value > 560_000 && value < 100_000_000)
        try await server.cluster.stop()
    }

    private func transactions(_ info: ConnectionInfo) async throws -> Int64 {
        let connection = try await session(info, "pgvigil")
        let sum = "SELECT sum(xact_commit + xact_rollback)::bigint AS n FROM pg_catalog.pg_stat_database"
        let count = try await connection.query(sum).one().integer("n")
        await connection.close()
        return count
    }

    @Test func `a target that does not answer is not read, and holds up nobody`() async throws {
        let server = try await TemporaryServer.shared()
        let gone = ConnectionInfo(parameters: [.init("host", "/nowhere"), .init("user", "backup")])
        let readings = await probe().read(
            [.replicationLag, .longestTransaction],
            targets: [target(gone, "gone"), target(server.connectionInfo(), "here")], store: nil)
        #expect(readings.map(\.subject) == ["gone", "gone", "here", "here"])
        #expect(readings.map { $0.value == nil } == [true, true, false, false])
        #expect(readings[0].why.hasPrefix("cannot reach the server at"))
    }

    @Test func `reads the room of the job's store, and the load of this host`() async throws {
        let store = MemoryBackupStore()
        store.setFreeSpace(ByteCount(5_000))
        let probe = probe(stores: ["local": store])
        let readings = await probe.read([.freeDisk, .load], targets: [], store: "local")
        #expect(
            readings == [
                GuardReading(kind: .freeDisk, value: 5_000, subject: "local"),
                GuardReading(kind: .load, value: 0.5, subject: "this host"),
            ])
        #expect(await probe.read([.freeDisk], targets: [], store: nil) == [])
    }

    @Test func `what cannot be read here says why`() async throws {
        let store = MemoryBackupStore()
        store.fail(.freeSpace, with: Self.broken)
        let probe = probe(stores: ["local": store]) { () throws(AnyFault) in throw Self.broken }
        let readings =
            await probe.read([.freeDisk, .load], targets: [], store: "local")
            + (await probe.read([.freeDisk], targets: [], store: "cellar"))
        #expect(readings.allSatisfy { $0.value == nil })
        #expect(readings.map(\.why) == ["it is broken", "it is broken", "there is no store 'cellar'"])
    }
}
