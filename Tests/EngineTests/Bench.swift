import Engine
import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy
import TestKit

/// A server `main` with the database `shop`, a store, a record and a clock, all in memory, and a supervisor on them.
struct Bench: Sendable {
    let clock = ManualClock()
    let diary = Diary()
    let book = WatchedBook()
    let journal = MemoryJournal()
    let journaled: JournaledBook
    let server = MemoryServer()
    let store = MemoryBackupStore()
    let liveness = MemoryLiveness()
    let verifier: MemoryVerifier
    let programs: Programs
    let tools: MemoryTools
    let settings: Settings
    let supervisor: Supervisor

    init(
        databases: [String] = ["shop"], verifier: MemoryVerifier = MemoryVerifier(),
        limits: Limits = Limits(),
        clients: [ClientTools] = [ClientTools(directory: "/clients/17", major: 17, version: "17.6")],
        password: String? = nil, secrets: [ConnectionInfo.SecretParameter] = []
    ) {
        self.verifier = verifier
        server.put(MemoryServer.server(databases: databases), of: "main")
        programs = Programs(store, diary)
        tools = MemoryTools(clients: clients) { [programs] call in await programs.answer(call) }
        let connection = ConnectionInfo(
            parameters: [.init("host", "db.example"), .init("user", "backup")],
            password: password.map(Secret.init),
            secrets: secrets)
        settings = Settings(
            catalog: .embedded, stateDirectory: "/state",
            targets: [Target(name: "main", connection: connection, origin: "test")],
            stores: [StoreSettings(name: "local", path: "/memory/local")], limits: limits)
        book.watch { [diary] write in diary.write("book: \(Diary.render(write))") }
        journaled = JournaledBook(journal: journal, onNote: { [diary] in diary.observe(.journal($0)) }) {
            [book] () async throws(AnyFault) in JournaledBook.Catalog(book: book)
        }
        supervisor = Supervisor(
            settings: settings,
            ports: Supervisor.Ports(
                book: journaled, server: server, tools: tools, stores: ["local": store], verifier: verifier,
                liveness: liveness, ambient: clock.ambient(), zoneOffset: { _ in 0 }),
            observer: diary)
    }

    /// Another supervisor on the same things but for these, as a second process has it.
    func second(
        server: (any ServerPort)? = nil, tools: (any ToolPort)? = nil, liveness: (any LivenessPort)? = nil,
        observer: (any RunObserver)? = nil
    ) -> Supervisor {
        var ambient = clock.ambient()
        ambient.makeID = { UUID() }
        return Supervisor(
            settings: settings,
            ports: Supervisor.Ports(
                book: journaled, server: server ?? self.server, tools: tools ?? self.tools,
                stores: ["local": store], verifier: verifier, liveness: liveness ?? self.liveness,
                ambient: ambient, zoneOffset: { _ in 0 }),
            observer: observer ?? diary)
    }

    /// Writes a run that waits, as a daemon claims it.
    func claim(
        _ job: Job = Schedules.job(), id: UInt32 = 500, lease: Lease? = nil, deadline: Date? = nil
    ) async throws -> RunRecord {
        let key = ScheduleKey(job: job.name, zone: "UTC", pattern: "30 0 * * *")
        let run = RunRecord(
            id: ManualClock.id(id), job: job.name, kind: job.kind, trigger: .slot(key, clock.now),
            owner: clock.ambient().owner, state: .waiting, summary: "for its window", startedAt: clock.now,
            lease: lease, deadline: deadline)
        guard try await book.twin.begin(run) == .begun else { throw Surprise.slotTaken }
        return run
    }

    /// Launches a run by hand and waits for its end.
    func launch(_ job: Job = Schedules.job(), trigger: Trigger = .hand) async throws -> RunRecord {
        switch try await supervisor.launch(job, trigger: trigger) {
        case .ended(let run, _), .skipped(let run): return run
        case .slotTaken: throw Surprise.slotTaken
        }
    }

    /// Launches a run, calls `during` once `fact` holds, and waits for the run's end.
    func launch(
        _ job: Job = Schedules.job(), once fact: @escaping @Sendable () async throws -> Bool,
        _ during: @Sendable () async throws -> Void
    ) async throws -> RunRecord {
        async let run = launch(job)
        guard try await Fact.comes(fact) else { throw Surprise.neverCame(diary.lines) }
        try await during()
        return try await run
    }

    /// The published sets, newest first.
    var sets: [StoredSet] {
        get async throws { try await store.sets().sets }
    }

    /// The rows of runs, newest first.
    var rows: [RunRecord] {
        get async throws { try await book.twin.runs(RunQuery(), limit: 5_000) }
    }

    /// The steps of a run as `name state`.
    func steps(_ run: RunRecord) async throws -> [String] {
        try await book.twin.steps(of: run.id).map { "\($0.name.rawValue) \($0.state.rawValue)" }
    }

    /// What went wrong with the bench itself.
    enum Surprise: Error {
        case slotTaken
        case neverCame([String])
    }
}
