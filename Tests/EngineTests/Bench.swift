import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy
import TestKit

@testable import Engine

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
    let ambient: Ambient
    let supervisor: Supervisor
    private let claims = Guarded(Claims())

    /// What it has claimed so far, and by which lease.
    private struct Claims: Sendable {
        var lease: Lease?
        var runs: [UUID] = []
    }

    init(
        databases: [String] = ["shop"], verifier: MemoryVerifier = MemoryVerifier(),
        limits: Limits = Limits(),
        clients: [ClientTools] = [ClientTools(directory: "/clients/17", major: 17, version: "17.6")],
        password: String? = nil, secrets: [ConnectionInfo.SecretParameter] = [],
        archiver: (any ArchiverPort)? = nil
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
        ambient = clock.ambient()
        supervisor = Supervisor(
            settings: settings,
            ports: Supervisor.Ports(
                book: journaled, server: server, tools: tools, stores: ["local": store], verifier: verifier,
                archiver: archiver, liveness: liveness, restoring: Self.nothing,
                maintaining: MemoryMaintenance(), ambient: ambient, zoneOffset: { _ in 0 }),
            observer: diary)
    }

    /// These benches restore nothing.
    static var nothing: Supervisor.Restoring {
        Supervisor.Restoring(
            servers: MemoryRestorePort(),
            archives: MemoryArchives(holding: MemoryRestoredDatabase(), contents: nil, globals: nil))
    }

    /// Another supervisor on the same things but for these, as a second process has it.
    func second(
        server: (any ServerPort)? = nil, tools: (any ToolPort)? = nil, liveness: (any LivenessPort)? = nil,
        observer: (any RunObserver)? = nil, guards: (any GuardPort)? = nil, schedules: [Schedule] = []
    ) -> Supervisor {
        var ambient = clock.ambient()
        ambient.makeID = { UUID() }
        return Supervisor(
            settings: settings, schedules: schedules,
            ports: Supervisor.Ports(
                book: journaled, server: server ?? self.server, tools: tools ?? self.tools,
                stores: ["local": store], verifier: verifier, liveness: liveness ?? self.liveness,
                guards: guards, restoring: Self.nothing, maintaining: MemoryMaintenance(), ambient: ambient,
                zoneOffset: { _ in 0 }),
            observer: observer ?? diary)
    }

    /// Makes a run that waits and claims it, as a daemon does; without the catalog it has no row yet.
    ///
    /// - Parameter trigger: Without one, the slot of this moment.
    func claim(
        _ job: Job = Schedules.job(), id: UUID = ManualClock.id(500), trigger: Trigger? = nil,
        deadline: Date? = nil
    ) async throws -> RunRecord {
        let key = ScheduleKey(job: job.name, zone: "UTC", pattern: "30 0 * * *")
        var run = RunRecord(
            id: id, job: job.name, kind: job.kind, trigger: trigger ?? .slot(key, clock.now),
            owner: ambient.owner, state: .waiting, summary: "for its window", startedAt: clock.now,
            deadline: deadline)
        claims.withLock { $0.runs.append(id) }
        let daemon = DaemonRecord(
            id: ManualClock.id(900), role: .serve, owner: ambient.owner, version: "1", startedAt: clock.now)
        do {
            var lease = claims.withLock { $0.lease }
            if lease == nil { lease = try await book.twin.register(daemon, for: .seconds(30), dead: []) }
            claims.withLock { $0.lease = lease }
            run.lease = lease
            let starts = try await book.twin.claim([run], marks: [:], lease: lease ?? Self.oldLease)
            guard starts[id] == .begun else { throw Surprise.slotTaken }
        } catch let fault as AnyFault {
            guard fault == WatchedBook.down else { throw fault }
            run.lease = run.lease ?? Self.oldLease
        }
        return run
    }

    /// What the daemon of a bench has had since before an outage.
    private static var oldLease: Lease { Lease(daemon: ManualClock.id(900), epoch: 1) }

    /// Claims a run and does it to its end.
    func launch(_ job: Job = Schedules.job(), trigger: Trigger = .hand) async throws -> RunRecord {
        let run = try await claim(job, id: ambient.makeID(), trigger: trigger)
        return await supervisor.perform(run, job: job, attemptsMade: 0)
    }

    /// Stops every run that is under way.
    func stop(_ reason: StopReason = .cancelled) async {
        for run in claims.withLock({ $0.runs }) { await supervisor.stop(run, reason) }
    }

    /// Does a run, calls `during` once `fact` holds, and waits for the run's end.
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
