import ArchiveFormat
import Faults
import FoundationEssentials
import Jobs
import Measures
import TestKit
import Testing

@testable import Engine

@Suite struct `Bringing a backup into a database` {
    private let store = MemoryBackupStore()

    private func restoration(
        format: ArchiveKind = .custom, _ answer: MemoryTools.Answer
    ) async throws -> Restoration {
        var set = try Sets.stored(day: 0)
        set.manifest.format = format
        let scratch = try await store.beginIncoming(
            run: ManualClock.id(1), target: "main", database: "shop")
        let server = MemoryRestoreServer()
        return Restoration(
            set: set, item: BackupItem(target: "main", database: "shop"), server: server, database: "shop",
            clients: ClientTools(directory: "/clients/17", major: 17, version: "17.6"), workers: 3,
            selection: .init(), scratch: scratch, environment: ["PGPASSFILE": "/x"],
            ports: RestorePorts(
                server: MemoryRestorePort(throwaway: server),
                archives: MemoryArchives(holding: .init(), contents: nil, globals: nil),
                tools: MemoryTools { call in
                    #expect(call.environment["PGPASSFILE"] == "/x" && call.environment["PGTZ"] == "UTC")
                    #expect(call.executable.hasPrefix("/clients/17/"))
                    return answer
                }, ambient: ManualClock().ambient(), observer: NoObserver()))
    }

    @Test func `the programs' complaints are what they said`() async throws {
        #expect(try await restoration(.init()).restore(bound: nil) == "")
        let said = try await restoration(.failure("pg_restore: error: no")).restore(bound: nil)
        #expect(said == "pg_restore: error: no")
        let script = try await restoration(format: .plain, .failure(status: 3, "psql: ERROR: no"))
        #expect(try await script.restore(bound: nil) == "psql: ERROR: no")
        let silent = try await restoration(.failure("")).restore(bound: nil)
        #expect(silent == "pg_restore: error: it said nothing")
        #expect(RestoreTrouble.parse(silent).map(\.meaning) == [.broken], "silence is no success")
    }

    @Test func `a program that was ended by a signal says nothing of the backup`() async throws {
        for tail in ["pg_restore: error: last words", ""] {
            let killed = MemoryTools.Answer(result: ToolResult(end: .signalled(9), errorTail: tail))
            let fault = await #expect(throws: AnyFault.self) {
                try await restoration(killed).restore(bound: nil)
            }
            #expect(fault?.summary.contains("was ended by signal 9") ?? false)
        }
        let gone = "pg_restore: error: could not execute query: server closed the connection unexpectedly"
        #expect(RestoreTrouble.parse(gone).map(\.meaning) == [.couldNotVerify])
    }

    @Test func `a program that was stopped is no finding`() async throws {
        let stopped = MemoryTools.Answer(result: ToolResult(end: .signalled(15), wasStopped: true))
        await #expect(throws: RunScribe.interrupted) { try await restoration(stopped).restore(bound: nil) }
        await #expect(throws: RunScribe.interrupted) { try await restoration(stopped).analyze() }
        await #expect(throws: RunScribe.interrupted) { try await restoration(stopped).definitions() }
        await #expect(throws: RunScribe.interrupted) { try await restoration(stopped).globals() }
    }

    @Test func `passwords and further secrets go through private files`() async throws {
        let scratch = try await store.beginIncoming(
            run: ManualClock.id(1), target: "main", database: "shop")
        let none = ConnectionInfo(parameters: [.init("host", "h")])
        #expect(try await Restoration.environment(for: none, in: scratch).isEmpty)
        let secret = ConnectionInfo(
            parameters: [.init("host", "h")], password: Secret("a:b"),
            secrets: [.init("sslpassword", Secret("deep"))])
        let environment = try await Restoration.environment(for: secret, in: scratch)
        #expect(environment.keys.sorted() == ["PGPASSFILE", "PGSERVICEFILE"])
        #expect(!environment.values.contains { $0.contains("a:b") || $0.contains("deep") })
        let texts = store.secrets.values.map { $0.reveal() }.sorted()
        #expect(texts == ["*:*:*:*:a\\:b\n", "[pgvigil]\nsslpassword=deep\n"])
        await scratch.discard()
        #expect(store.secrets.isEmpty)
    }

    @Test func `reckons how far it is`() {
        var estimate = RestoreEstimate(["a.x": 100, "a.y": 300])
        func reading(_ copying: [String: Int64], _ building: [String] = []) -> RestoreProgress {
            estimate.take(RestoreReading(copying: copying, building: building, size: ByteCount(1)))
        }
        #expect(reading(["a.x": 40]).bytes == ByteCount(40))
        #expect(reading(["a.x": 60, "a.y": 30]).copying == ["a.x", "a.y"])
        #expect(reading(["a.y": 100]).bytes == ByteCount(200), "what is no longer filled is full")
        #expect(reading(["a.y": 900]).bytes == ByteCount(400), "and never more than all")
        let half = RestoreProgress(bytes: ByteCount(50), bytesTotal: ByteCount(200))
        #expect(half.timeLeft(elapsed: .seconds(10)) == .seconds(30))
        #expect(half.timeLeft(elapsed: .seconds(1)) == nil, "too early")
        #expect(RestoreProgress(bytes: .zero, bytesTotal: .zero).timeLeft(elapsed: .seconds(10)) == nil)
        let start = RestoreProgress(bytes: ByteCount(1), bytesTotal: ByteCount(200))
        #expect(start.timeLeft(elapsed: .seconds(10)) == nil, "too little")
        let indexes = RestoreProgress(
            bytes: ByteCount(50), bytesTotal: ByteCount(200), building: ["a.x"])
        #expect(indexes.timeLeft(elapsed: .seconds(10)) == nil, "nobody knows how long indexes take")
    }

    @Test func `chooses programs of the server's version or the next newer one`() throws {
        func client(_ major: Int) -> ClientTools {
            ClientTools(directory: "/clients/\(major)", major: major, version: "\(major).1")
        }
        #expect(try RestoreClients.choose(among: [client(18), client(17)], server: 17).major == 17)
        #expect(try RestoreClients.choose(among: [client(18), client(15)], server: 17).major == 18)
        #expect(throws: RestoreFault.noClients(major: 18, found: [17, 15]).plain) {
            try RestoreClients.choose(among: [client(15), client(17)], server: 18)
        }
    }

    @Test func `reads all tables, however few read at once`() async throws {
        let tables = Dictionary(uniqueKeysWithValues: (0..<40).map { ("s.t\($0)", ["\($0)"]) })
        let server = MemoryRestoreServer(restored: MemoryRestoredDatabase(tables: tables))
        let proof = ContentProof(
            tables: (0..<41).map {
                .init(
                    table: .init(schema: "s", name: "t\($0)"), rows: 1, digest: RowDigest(1),
                    bytes: Int64($0))
            }, largeObjects: 0, largeObjectsDigest: nil, proof: .content)
        for workers in [0, 1, 3, 100] {
            let reader = TableReader(server: server, database: "shop", sources: [:], proof: proof)
            let readings = await reader.read(workers: workers)
            #expect(readings.count == 41)
            #expect(readings[.init(schema: "s", name: "t40")] == .missing)
            #expect(readings.values.count { if case .read = $0 { true } else { false } } == 40)
        }
        #expect(server.calls.first == "content shop s.t40", "the largest first")
        server.fail("content", with: MemoryServer.unreachable("it"))
        let reader = TableReader(server: server, database: "shop", sources: [:], proof: proof)
        #expect(
            await reader.read(workers: 1)[.init(schema: "s", name: "t40")] == .failed("it does not answer"))
    }
}
