import ArchiveFormat
import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy
import Synchronization
import TestKit

@testable import Engine

/// A store with backups, servers to restore into, programs, a record and a clock, all in memory, and a supervisor.
final class DrillBench: Sendable {
    let clock = ManualClock()
    let diary = Diary()
    let book = MemoryRunBook()
    let journaled: JournaledBook
    let store = MemoryBackupStore()
    let throwaway = MemoryRestoreServer(restored: DrillBench.database)
    let spare = MemoryRestoreServer(restored: DrillBench.database)
    let servers: MemoryRestorePort
    let archives: MemoryArchives
    let supervisor: Supervisor
    private let queued = Guarded<[String: [MemoryTools.Answer]]>([:])
    private let onCall = Guarded<@Sendable (ToolCall) async -> Void>({ _ in })
    private let ambient: Ambient

    /// What the backups hold, and what a restore comes to.
    static let database = MemoryRestoredDatabase(
        tables: [
            "odd name.Line;Items": ["1\tapple", "2\tpear"],
            "public.customer": ["1\tAda", "2\tBob", "3\tCleo"],
            "public.nothing_yet": [],
        ], largeObjects: ["a picture", "another"],
        state: RestoredState(
            owner: "vigil", encoding: "UTF8", collate: "C", ctype: "C", localeProvider: "c", acl: nil,
            settings: ["work_mem=8MB"], extensions: ["plpgsql": "1.0"], sequences: [], materializedViews: [:],
            invalidIndexes: [], notValidConstraints: [], size: ByteCount(8_000_000)),
        answers: [
            "SELECT 1": QueryAnswer(rows: 1, value: "1"),
            "SELECT count(*) FROM customer": QueryAnswer(rows: 1, value: "3"),
        ])

    static let globals = Array(
        """
        CREATE ROLE boot;
        ALTER ROLE boot WITH SUPERUSER INHERIT CREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS;
        CREATE ROLE vigil;
        ALTER ROLE vigil WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS;

        """.utf8)

    init(isPlain: Bool = false, globals: [UInt8]? = DrillBench.globals) {
        servers = MemoryRestorePort(throwaway: throwaway)
        servers.put(spare, of: "spare")
        spare.change { $0.roles.insert("vigil") }
        archives = MemoryArchives(
            holding: Self.database, contents: isPlain ? nil : Programs.archive, globals: globals)
        journaled = JournaledBook(
            journal: MemoryJournal(), onNote: { [diary] in diary.observe(.journal($0)) }
        ) { [book] () async throws(AnyFault) in JournaledBook.Catalog(book: book) }
        ambient = clock.ambient()
        let tools = MemoryTools { [queued, onCall, diary] call in
            let tool = call.executable.split(separator: "/").last.map(String.init) ?? ""
            diary.write("run: \(tool)")
            await onCall.withLock { $0 }(call)
            let next = queued.withLock { queued -> MemoryTools.Answer? in
                queued[tool]?.isEmpty == false ? queued[tool]?.removeFirst() : nil
            }
            if let next { return next }
            switch tool {
            case "pg_dump": return .init([Programs.archive])
            case "pg_dumpall": return .init([Self.globals])
            default: return .init()
            }
        }
        let connection = ConnectionInfo(parameters: [.init("host", "db.example")], password: Secret("hush"))
        supervisor = Supervisor(
            settings: Settings(
                catalog: .embedded, stateDirectory: "/state",
                targets: ["main", "spare"].map { Target(name: $0, connection: connection, origin: "test") },
                stores: [StoreSettings(name: "local", path: "/memory/local")], limits: Limits()),
            ports: Supervisor.Ports(
                book: journaled, server: MemoryServer(), tools: tools, stores: ["local": store],
                verifier: MemoryVerifier(), liveness: MemoryLiveness(),
                restoring: Supervisor.Restoring(servers: servers, archives: archives),
                maintaining: MemoryMaintenance(), ambient: ambient, zoneOffset: { _ in 0 }),
            observer: diary)
    }

    /// Makes the next calls of a program end so.
    func queue(_ tool: String, _ answers: MemoryTools.Answer...) {
        queued.withLock { $0[tool, default: []] += answers }
    }

    /// Is told of every program before it answers, and may take its time.
    func watch(_ watcher: @escaping @Sendable (ToolCall) async -> Void) {
        onCall.withLock { $0 = watcher }
    }

    /// Publishes a backup that holds what ``database`` holds.
    @discardableResult
    func publish(
        _ database: String = "shop", day: Int = 0, change: (inout Manifest) -> Void = { _ in }
    ) async throws -> StoredSet {
        let draft = try await SetDraft.begin(store, run: UUID(), database: database, day: day)
        try await draft.write("archive.dump", "data of day \(day)")
        var manifest = draft.manifest(try await draft.incoming.readBack())
        manifest.globals = .withPasswords
        manifest.database.owner = "vigil"
        manifest.database.settings = ["work_mem=8MB"]
        manifest.extensions = [.init(name: "plpgsql", version: "1.0")]
        manifest.serverVersion = "17.6"
        manifest.tables = Self.database.tables.map { name, rows in
            let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
            let reading = MemoryRestoredDatabase.reading(of: rows)
            return Manifest.Table(
                schema: parts[0], name: parts[1], rows: reading.count, bytes: reading.bytes,
                digest: reading.digest)
        }
        change(&manifest)
        return try await draft.incoming.publish(manifest, at: draft.started)
    }

    static func job(_ work: Job.Work, attempts: Int = 1, timeout: Duration = .seconds(14_400)) -> Job {
        Job(
            name: "weekly", targets: ["main"], work: work, timeout: timeout,
            retry: RetryPolicy(attemptsMax: attempts), place: Place(file: "jobs/weekly.yaml"))
    }

    /// Does a drill to its end.
    func drill(
        _ spec: DrillSpec = DrillSpec(), attempts: Int = 1, id: UUID = ManualClock.id(500),
        attemptsMade: Int = 0
    ) async -> RunRecord {
        await perform(Self.job(.drill(spec), attempts: attempts), id: id, attemptsMade: attemptsMade)
    }

    func perform(_ job: Job, id: UUID = ManualClock.id(500), attemptsMade: Int = 0) async -> RunRecord {
        let run = RunRecord(
            id: id, job: job.name, kind: job.kind, trigger: .hand, owner: ambient.owner, state: .waiting,
            summary: "", startedAt: clock.now)
        return await supervisor.perform(run, job: job, attemptsMade: attemptsMade)
    }

    /// Does a job, and stops it once `fact` holds.
    func perform(
        _ job: Job, stop reason: StopReason, once fact: @escaping @Sendable () async -> Bool
    ) async throws -> RunRecord {
        async let run = perform(job)
        guard try await Fact.comes(fact) else { throw Bench.Surprise.neverCame(diary.lines) }
        await supervisor.stop(ManualClock.id(500), reason)
        return await run
    }

    /// The drills that the record has, the first one first.
    var drills: [DrillRecord] {
        get async throws {
            try await book.drills(DrillQuery(), limit: 100).sorted { $0.ordinal < $1.ordinal }
        }
    }

    /// The published sets, newest first.
    var sets: [StoredSet] {
        get async throws { try await store.sets().sets }
    }

    /// What is left that should not be; empty when all was tidied away.
    var leftovers: [String] {
        store.incomingFolders + store.secrets.keys.sorted()
            + (throwaway.stops > 0 || throwaway.calls.isEmpty ? [] : ["a running cluster"])
    }

    /// What the diary tells of steps, as `name state`.
    func steps(of run: UUID = ManualClock.id(500)) async throws -> [String] {
        try await book.steps(of: run).map { "\($0.name.rawValue) \($0.state.rawValue)" }
    }
}
