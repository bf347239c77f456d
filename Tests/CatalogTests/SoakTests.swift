import Catalog
import Cron
import Databases
import Engine
import Faults
import FoundationEssentials
import Jobs
import Policy
import Postgres
import Synchronization
import TestKit
import Testing

/// Two daemons' loops on one catalog, for whom an hour is half a second: a line of every minute comes due every 10 ms.
@Suite(.serialized) struct `Ten thousand slots at one per 10 ms` {
    private static let speed = 6000
    private static let slotsMin = 10_000
    /// Lines that take turns, so that one of them is due every minute.
    private static let lines = 10

    @Test func `each have one outcome, and each that ran has run once`() async throws {
        let server = try await TemporaryServer.shared()
        let options = server.connectionInfo(database: server.newDatabaseName()).options()
        _ = try await CatalogAdmin(options).migrate()
        // From midnight on, so that slots are minutes.
        let lapse = TimeLapse(speed: Self.speed, from: Date(timeIntervalSince1970: 1_795_305_600))
        let census = SoakCensus()
        var loops: [DaemonLoop] = []
        for pid in Int32(1)...2 { loops.append(try await loop(pid, options, lapse, census)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for loop in loops { group.addTask { await loop.serve() } }
            let minutes = Duration.seconds(60 * (Self.slotsMin + 200))
            #expect(try await Fact.comes(within: .seconds(140)) { lapse.elapsed > minutes })
            for loop in loops { await loop.stop() }
            try await group.waitForAll()
        }
        try await check(options, census)
    }

    private func loop(_ pid: Int32, _ options: ConnectionOptions, _ lapse: TimeLapse, _ census: SoakCensus)
        async throws -> DaemonLoop
    {
        let book = try await CatalogBook.open(options)
        let ambient = lapse.ambient(pid: pid)
        let schedules = try (0..<Self.lines).map(Self.schedule)
        // By the catalog's clock, which is the machine's, a lease lasts as long as by the loop's it is counted upon.
        let timing = DaemonSettings(lease: .seconds(30 * Self.speed), grace: .seconds(3600))
        let settings = SchedulerSettings(
            daemon: UUID(), role: .serve, owner: ambient.owner, labels: [:], targets: [],
            limits: Limits(runsMax: 16), timing: timing,
            jobs: Dictionary(uniqueKeysWithValues: schedules.map { ($0.job.name, $0.job) }),
            render: InstantRendering(zone: .utc))
        return DaemonLoop(
            settings, schedules: schedules,
            record: DaemonRecord(
                id: settings.daemon, role: .serve, owner: ambient.owner, version: "soak",
                startedAt: ambient.wallTime()),
            ports: DaemonLoop.Ports(
                daemons: LapsedLeases(book, speed: Self.speed), book: book,
                executor: SoakExecutor(book: book, ambient: ambient, census: census), guards: NoGuards(),
                ambient: ambient, closeOpenParts: { _ in 0 }, observe: { census.note($0) },
                onFault: { fault in census.faults.withLock { $0.append("\(fault)") } }))
    }

    /// The line that is due at every tenth minute from `number` on.
    private static func schedule(_ number: Int) throws -> Schedule {
        let text = "\(number)-59/\(lines) * * * *"
        let job = Job(
            name: "tick-\(number)", targets: nil, work: .command(CommandSpec(command: ["true"])),
            timeout: .seconds(3600), retry: RetryPolicy(), expected: .seconds(60),
            place: Place(file: "jobs/tick-\(number).yaml"))
        return Schedule(
            key: ScheduleKey(job: job.name, zone: "UTC", pattern: text), pattern: try CronPattern.parse(text),
            zone: .utc, job: job, late: .seconds(86_400),
            catchUp: number.isMultiple(of: 2) ? .all(100) : .latest,
            overlap: number.isMultiple(of: 3) ? .wait : .skip,
            place: Place(file: "cron/soak.cron", line: number + 1))
    }

    private func check(_ options: ConnectionOptions, _ census: SoakCensus) async throws {
        let connection = try await Connection.open(options)
        let found = try await connection.query(
            """
            SELECT count(*) AS rows, count(DISTINCT slot) AS slots,
                (extract(epoch FROM max(slot) - min(slot)) / 60)::bigint + 1 AS minutes,
                count(*) FILTER (WHERE outcome = 'succeeded') AS succeeded,
                count(*) FILTER (WHERE outcome = 'succeeded' AND summary = 'done') AS done,
                count(*) FILTER (WHERE outcome IS NULL AND NOT waiting) AS running,
                count(*) FILTER (WHERE outcome IS NULL AND waiting) AS waiting,
                count(*) FILTER (WHERE outcome IN ('missed', 'skipped') AND summary <> '') AS reasoned,
                count(DISTINCT owner_pid) AS owners
            FROM pgvigil.run
            """)
        let rows = try #require(found.first { _ in true })
        func number(_ name: String) throws -> Int { Int(try rows.integer(name)) }
        let all = try number("rows")
        let ran = census.ran.withLock { $0 }
        #expect(all >= Self.slotsMin, "load \(census.loads), lost claims \(census.lost.withLock { $0 })")
        #expect(try number("slots") == all && number("minutes") == all, "a slot was lost or doubled")
        #expect(try number("running") == 0)
        #expect(try number("succeeded") + number("reasoned") + number("waiting") == all)
        #expect(try number("done") == number("succeeded") && number("succeeded") == ran.count)
        #expect(ran.values.allSatisfy { $0 == 1 }, "a run was done twice")
        // How the work is shared is a matter of the machine; that both do some is not.
        let loads = census.loads
        #expect(try number("owners") == 2 && loads.values.allSatisfy { $0 > 0 })
        #expect(census.faults.withLock { $0 } == [])
        await connection.close()
    }
}

/// What happened, by those who did it.
private final class SoakCensus: Sendable {
    /// How often each run was done.
    let ran = Mutex<[UUID: Int]>([:])
    let faults = Mutex<[String]>([])
    /// Slots that the other had first.
    let lost = Mutex(0)
    private let byOwner = Mutex<[Int32: Int]>([:])

    /// How many runs each has done.
    var loads: [Int32: Int] { byOwner.withLock { $0 } }

    func did(_ run: RunRecord) {
        ran.withLock { $0[run.id, default: 0] += 1 }
        byOwner.withLock { $0[run.owner.pid, default: 0] += 1 }
    }

    func note(_ note: SchedulerNote) {
        if case .slotTaken = note { lost.withLock { $0 += 1 } }
    }
}

/// Writes the rows that a run has, and does nothing besides.
private struct SoakExecutor: RunExecutor {
    let book: CatalogBook
    let ambient: Ambient
    let census: SoakCensus

    func perform(_ run: RunRecord, job: Job, attemptsMade: Int) async -> RunRecord {
        var run = run
        run.state = .running
        do throws(AnyFault) {
            guard try await book.begin(run) == .begun else { return run }
            census.did(run)
            var attempt = AttemptRecord(run: run.id, number: attemptsMade + 1, startedAt: ambient.wallTime())
            try await book.record(attempt, lease: run.lease)
            let now = ambient.wallTime()
            attempt.endedAt = now
            attempt.outcome = .succeeded
            try await book.record(attempt, lease: run.lease)
            try await book.end(run.id, lease: run.lease, outcome: .succeeded, summary: "done", at: now)
            run.state = .ended(.succeeded)
            run.endedAt = now
        } catch {
            census.faults.withLock { $0.append("\(error)") }
        }
        return run
    }

    func stop(_ run: UUID, _ reason: StopReason) async {}
}

/// Nothing to look at.
private struct NoGuards: GuardPort {
    func read(_ kinds: Set<GuardKind>, targets: [Target], store: String?) async -> [GuardReading] { [] }
}

/// Leases of loops whose clocks go faster than the catalog's.
private struct LapsedLeases: DaemonBook {
    private let book: CatalogBook
    private let speed: Int

    init(_ book: CatalogBook, speed: Int) {
        self.book = book
        self.speed = speed
    }

    func register(_ daemon: DaemonRecord, for time: Duration, dead: [UUID]) async throws(AnyFault) -> Lease {
        try await book.register(daemon, for: time / speed, dead: dead)
    }

    func renew(_ lease: Lease, for time: Duration, doing: String) async throws(AnyFault) -> Renewal {
        try await book.renew(lease, for: time / speed, doing: doing)
    }

    func leave(_ lease: Lease) async throws(AnyFault) { try await book.leave(lease) }

    func marks(of schedules: [ScheduleKey], now: Date) async throws(AnyFault) -> [ScheduleKey: Date] {
        try await book.marks(of: schedules, now: now)
    }

    func claim(_ runs: [RunRecord], marks: [ScheduleKey: Date], lease: Lease)
        async throws(AnyFault) -> [UUID: RunStart]
    {
        try await book.claim(runs, marks: marks, lease: lease)
    }

    func take(_ run: UUID, _ seats: [Seat], lease: Lease) async throws(AnyFault) -> TakeAnswer {
        try await book.take(run, seats, lease: lease)
    }

    func release(_ run: UUID, lease: Lease) async throws(AnyFault) {
        try await book.release(run, lease: lease)
    }

    func wait(_ run: UUID, reason: String, lease: Lease) async throws(AnyFault) {
        try await book.wait(run, reason: reason, lease: lease)
    }

    func takeOver(_ run: UUID, owner: Owner, lease: Lease) async throws(AnyFault) -> RunRecord? {
        try await book.takeOver(run, owner: owner, lease: lease)
    }

    func askToStop(_ run: UUID, reason: String) async throws(AnyFault) -> Bool {
        try await book.askToStop(run, reason: reason)
    }

    func daemons() async throws(AnyFault) -> [DaemonRecord] { try await book.daemons() }

    func seats() async throws(AnyFault) -> [SeatView] { try await book.seats() }

    func durations(ofJobs jobs: [String], limit: Int) async throws(AnyFault) -> [String: [Duration]] {
        try await book.durations(ofJobs: jobs, limit: limit)
    }
}
