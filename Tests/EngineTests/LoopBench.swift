import Cron
import Faults
import FoundationEssentials
import Jobs
import Policy
import TestKit

@testable import Engine

/// Daemons on one catalog in memory and one clock.
final class LoopBench: Sendable {
    let clock = ManualClock()
    /// Its own clock goes on evenly, whatever happens to that of the daemons.
    let catalog: MemoryRunBook
    private let daemons = Guarded<[LoopDaemon]>([])

    init() {
        catalog = MemoryRunBook { [clock] in Sets.night(0) + clock.uptime / .seconds(1) }
    }

    /// A daemon that has not begun to serve.
    func daemon(
        _ number: UInt32 = 1, _ schedules: [Schedule] = [], role: DaemonRecord.Role = .serve,
        limits: Limits = Limits(), peers: [DaemonRecord] = [], dead: Set<UUID> = []
    ) -> LoopDaemon {
        var settings = SchedulerSettings(
            daemon: ManualClock.id(number * 1_000), role: role, owner: Self.owner(number), labels: [:],
            targets: [Target(name: "main", connection: ConnectionInfo(parameters: []), origin: "test")],
            limits: limits, timing: DaemonSettings(), jobs: [:], peers: peers, dead: dead,
            render: InstantRendering(zone: .utc))
        for schedule in schedules { settings.jobs[schedule.job.name] = schedule.job }
        let daemon = LoopDaemon(number, settings, schedules, clock, catalog)
        daemons.withLock { $0.append(daemon) }
        return daemon
    }

    /// The same, serving.
    func started(_ schedules: [Schedule], number: UInt32 = 1, holds: Bool = false) async throws -> LoopDaemon
    {
        let daemon = daemon(number, schedules)
        await daemon.executor.hold(holds)
        daemon.start()
        try await settle()
        return daemon
    }

    static func owner(_ number: UInt32) -> Owner {
        Owner(machine: "m\(number)", host: "db\(number)", pid: Int32(number), stateDirectory: "/state")
    }

    /// Waits until nothing goes on any more but runs that a test has to end.
    func settle() async throws {
        for _ in 0..<2_000 {
            if await isSettled() { return }
            await Task.yield()
        }
        guard try await Fact.comes({ await self.isSettled() }) else { throw Surprise.neverSettled }
    }

    private func isSettled() async -> Bool {
        let serving = daemons.withLock { $0 }.filter(\.isServing)
        for daemon in serving {
            let before = await daemon.executor.running + daemon.telling.waiting
            guard await daemon.loop.underWay == before else { return false }
            guard await daemon.executor.running + daemon.telling.waiting == before else { return false }
        }
        return clock.sleepers.count == serving.count
            && daemons.withLock { $0 }.filter(\.isServing).count == serving.count
    }

    /// Lets time pass as it does, never further than somebody sleeps.
    func pass(_ duration: Duration) async throws {
        let end = clock.uptime + duration
        while clock.uptime < end {
            try await settle()
            let left = end - clock.uptime
            clock.advance(by: min(clock.sleepers.first ?? left, left))
        }
        try await settle()
    }

    /// The rows as `slot job state: summary`, oldest first.
    var rows: [String] {
        get async throws {
            try await catalog.runs(RunQuery(), limit: 10_000).map(Self.text).sorted()
        }
    }

    /// Who has which seat, and who waits.
    var seats: [String] {
        get async throws {
            try await catalog.seats().map { "\($0.seat) \($0.job) \($0.has ? "has" : "waits")" }
        }
    }

    static func text(_ run: RunRecord) -> String {
        let slot =
            switch run.trigger {
            case .slot(_, let at): Stamps.text(at)
            case .hand: "by hand"
            }
        let state =
            switch run.state {
            case .waiting: "waiting"
            case .running: "running"
            case .ended(let outcome): outcome.rawValue
            }
        return "\(slot) \(run.job) \(state)" + (run.summary.isEmpty ? "" : ": \(run.summary)")
    }

    /// Waits until a daemon that was stopped is gone.
    func end(_ daemon: LoopDaemon) async throws {
        guard try await Fact.comes({ !daemon.isServing }) else { throw Surprise.neverEnded(daemon.lines) }
        try await settle()
    }

    /// What went wrong with the bench itself.
    enum Surprise: Error {
        case neverSettled
        case neverEnded([String])
    }
}

/// One daemon of a bench: the real loop, with runs that last as long as the test wants.
final class LoopDaemon: Sendable {
    let settings: SchedulerSettings
    let link: CatalogLink
    let book: JournaledBook
    let guards = MemoryGuards()
    let executor: HeldExecutor
    /// Closed, it keeps the catalog from being told what it lacks, as a long journal does.
    let telling: Turnstile
    let loop: DaemonLoop
    let faults: Guarded<[AnyFault]>
    private let said: Guarded<[String]>
    private let serving = Guarded(false)

    init(
        _ number: UInt32, _ settings: SchedulerSettings, _ schedules: [Schedule], _ clock: ManualClock,
        _ catalog: MemoryRunBook
    ) {
        let (said, faults) = (Guarded<[String]>([]), Guarded<[AnyFault]>([]))
        let link = CatalogLink(catalog)
        let book = JournaledBook(journal: MemoryJournal()) { () async throws(AnyFault) in
            JournaledBook.Catalog(book: try link.open(), daemons: link)
        }
        let executor = HeldExecutor(book, clock)
        let telling = Turnstile()
        var ambient = clock.ambient(owner: settings.owner)
        let count = Guarded(number * 1_000)
        ambient.makeID = {
            count.withLock { count in
                count += 1
                return ManualClock.id(count)
            }
        }
        ambient.jitter = { 0.5 }
        let record = DaemonRecord(
            id: settings.daemon, role: settings.role, owner: settings.owner, version: "1",
            startedAt: clock.now)
        loop = DaemonLoop(
            settings, schedules: schedules, record: record,
            ports: DaemonLoop.Ports(
                daemons: link, book: book, executor: executor, guards: guards, ambient: ambient,
                dead: { Array(settings.dead) },
                settle: { lease in
                    await telling.pass()
                    return await book.settle(lease: lease)
                },
                noteOutage: { await book.noteOutage($0) },
                closeOpenParts: { run throws(AnyFault) in try await link.open().attempts(of: run.id).count },
                observe: { note in said.withLock { $0.append(Self.text(note)) } },
                onFault: { fault in faults.withLock { $0.append(fault) } }))
        (self.settings, self.link, self.book, self.executor) = (settings, link, book, executor)
        (self.said, self.faults, self.telling) = (said, faults, telling)
    }

    /// What it told of its life, in order.
    var lines: [String] { said.withLock { $0 } }

    /// Whether it has begun to serve and has not ended.
    var isServing: Bool { serving.withLock { $0 } }

    /// Begins to serve.
    func start() {
        serving.withLock { $0 = true }
        Task {
            await loop.serve()
            serving.withLock { $0 = false }
        }
    }

    private static func text(_ note: SchedulerNote) -> String {
        switch note {
        case .leaseHeld(let lease): "lease \(lease.epoch)"
        case .apart(let goingOn, let stopped): "apart: \(goingOn) go on, \(stopped) are stopped"
        case .fenced: "fenced"
        case .clockWentBack(let seconds): "the clock went back by \(seconds) s"
        case .waits(_, let job, let reason): "\(job) waits: \(reason)"
        case .ended(let run), .performed(let run): LoopBench.text(run)
        case .guardTripped(_, let job, let reasons):
            "\(job) goes on although \(reasons.joined(separator: "; "))"
        case .slotTaken(let key, let at, _): "another has \(Stamps.text(at)) \(key.job)"
        case .stopping(let running, let grace): "stopping \(running) within \(grace)"
        }
    }
}
