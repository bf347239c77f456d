package import Faults
package import FoundationEssentials
package import Jobs
import Policy

/// Performs what ``SchedulerMachine`` decides, and tells it what came of it, until it quits.
package actor DaemonLoop {
    /// Everything outside that the loop works with.
    package struct Ports: Sendable {
        package var daemons: any DaemonBook
        /// The record whose writes never fail: what the catalog does not take is kept and written later.
        package var book: any RunBook
        package var executor: any RunExecutor
        package var guards: any GuardPort
        package var ambient: Ambient
        /// Daemons of this state directory whose process is gone.
        package var dead: @Sendable () async -> [UUID]
        /// Writes what the catalog has not taken, now that it answers and has given this lease.
        /// Returns why it still lacks some of it.
        package var settle: @Sendable (Lease) async -> AnyFault?
        /// Told that the catalog does not answer, so that nobody else waits out its time limit.
        package var noteOutage: @Sendable (AnyFault) async -> Void
        /// Closes what the former process of a run left open; returns how many attempts it had begun.
        package var closeOpenParts: @Sendable (RunRecord) async throws(AnyFault) -> Int
        /// Keeps who else serves for a start without the catalog.
        package var rememberPeers: @Sendable ([DaemonRecord]) async -> Void
        /// Told of the daemon's own life, in order; must not block.
        package var observe: @Sendable (SchedulerNote) -> Void
        /// Told of what the catalog did not do; must not block.
        package var onFault: @Sendable (AnyFault) -> Void

        package init(
            daemons: any DaemonBook, book: any RunBook, executor: any RunExecutor, guards: any GuardPort,
            ambient: Ambient, dead: @escaping @Sendable () async -> [UUID] = { [] },
            settle: @escaping @Sendable (Lease) async -> AnyFault? = { _ in nil },
            noteOutage: @escaping @Sendable (AnyFault) async -> Void = { _ in },
            closeOpenParts: @escaping @Sendable (RunRecord) async throws(AnyFault) -> Int,
            rememberPeers: @escaping @Sendable ([DaemonRecord]) async -> Void = { _ in },
            observe: @escaping @Sendable (SchedulerNote) -> Void,
            onFault: @escaping @Sendable (AnyFault) -> Void
        ) {
            self.daemons = daemons
            self.book = book
            self.executor = executor
            self.guards = guards
            self.ambient = ambient
            self.dead = dead
            self.settle = settle
            self.noteOutage = noteOutage
            self.closeOpenParts = closeOpenParts
            self.rememberPeers = rememberPeers
            self.observe = observe
            self.onFault = onFault
        }
    }

    private var machine: SchedulerMachine
    private let record: DaemonRecord
    private var settings: SchedulerSettings
    private let ports: Ports
    private(set) var underWay = 0
    private var nap: (due: Duration, task: Task<Void, Never>)?
    private var whenDone: CheckedContinuation<Void, Never>?
    private var lastFault: String?
    /// Who had the runs that may be taken over, as the last renewal told.
    private var formerOwners: [UUID: Owner] = [:]

    /// - Parameter record: What the catalog is told of this daemon.
    package init(
        _ settings: SchedulerSettings, schedules: [Schedule], record: DaemonRecord, ports: Ports
    ) {
        self.settings = settings
        self.record = record
        self.ports = ports
        machine = SchedulerMachine(settings, schedules: schedules, makeID: ports.ambient.makeID)
    }

    /// Serves until it is asked to stop and has stopped, or, with runs by hand, until they have ended.
    package func serve() async {
        handle(.started)
        guard !machine.isDone || underWay > 0 else { return }
        await withCheckedContinuation { whenDone = $0 }
        nap?.task.cancel()
    }

    /// Starts a job now; the run is observed like every other.
    package func run(_ job: Job) { handle(.handRunAsked(job)) }

    /// Starts nothing more and ends what runs when its grace is over; the second time at once.
    package func stop() { handle(.stopAsked) }

    /// From now on these schedules hold; what runs goes on as it began.
    package func reload(_ settings: SchedulerSettings, _ schedules: [Schedule]) {
        self.settings = settings
        handle(.reloaded(settings, schedules))
    }

    /// Stops one run of this daemon.
    package func stopRun(_ run: UUID, reason: String) { handle(.stopRunAsked(run, reason: reason)) }

    /// How it stands: for metrics, health and the service manager.
    package var state: DaemonState {
        let now = ports.ambient.moment
        return DaemonState(
            running: machine.load.running, waiting: machine.load.waiting, isCatalogUp: machine.isCatalogUp,
            leaseLeft: machine.lease.map { max(.zero, $0.until - now.uptime) })
    }

    private func handle(_ event: SchedulerEvent) {
        for action in machine.handle(event, at: ports.ambient.moment) { perform(action) }
        setAlarm()
        if machine.isDone, underWay == 0 {
            whenDone?.resume()
            whenDone = nil
        }
    }

    /// Sleeps until the machine wants to be woken, unless an earlier alarm is set already.
    private func setAlarm() {
        guard !machine.isDone else { return }
        let now = ports.ambient.moment
        let pause = machine.wait(now)
        let due = now.uptime + pause
        if let nap, nap.due <= due { return }
        nap?.task.cancel()
        let task = Task { [ambient = ports.ambient] in
            await ambient.sleep(pause)
            if !Task.isCancelled { self.wake() }
        }
        nap = (due, task)
    }

    private func wake() {
        nap = nil
        handle(.woke)
    }

    private func perform(_ action: SchedulerAction) {
        switch action {
        case .tell(let note): ports.observe(note)
        case .quit: break
        case .register, .renew, .settle, .readOwn, .readMarks, .readDurations, .claim, .take, .noteWaiting,
            .takeOver, .readGuards, .perform, .stop, .end, .askToStop, .rememberPeers, .leave:
            underWay += 1
            Task {
                let event = await self.answer(to: action)
                self.underWay -= 1
                self.handle(event ?? .woke)
            }
        }
    }

    /// Does one action to its end; runs beside the others.
    private nonisolated func answer(to action: SchedulerAction) async -> SchedulerEvent? {
        switch action {
        case .register, .renew, .leave, .takeOver, .rememberPeers: return await answerOfLease(action)
        case .readMarks, .readDurations, .claim, .take, .noteWaiting, .askToStop:
            return await answerOfBook(action)
        case .settle(let lease): return .settled(await ports.settle(lease) == nil)
        case .readOwn(let lease): return await readOwn(lease)
        case .readGuards(let id, let rules, let job):
            return .guardsRead(id, await readGuards(rules, job))
        case .perform(let run, let job, let made):
            return .runEnded(await ports.executor.perform(run, job: job, attemptsMade: made))
        case .stop(let run, let reason): await ports.executor.stop(run, reason)
        case .end(let run, let outcome, let summary): await end(run, outcome, summary)
        case .tell, .quit: break
        }
        return nil
    }

    /// Rows of ours that have not ended, as the catalog has them.
    private nonisolated func readOwn(_ lease: Lease) async -> SchedulerEvent {
        let query = RunQuery(unfinishedOnly: true)
        let rows = await asking { book throws(AnyFault) in
            try await book.runs(query, limit: SchedulerMachine.rowsMax)
        }
        return rows.map { .ownRuns($0.filter { $0.lease == lease }) } ?? .ownRunsFailed
    }

    private nonisolated func readGuards(_ rules: [GuardRule], _ job: Job) async -> [GuardReading] {
        let targets = await settings.targets.filter { target in
            job.targets?.contains { Glob.matches($0, target.name) } ?? true
        }
        let store: String? =
            switch job.work {
            case .backup(let spec): spec.store
            case .command, .drill, .verify, .restore: nil
            }
        return await ports.guards.read(Set(rules.map(\.kind)), targets: targets, store: store)
    }

    /// Writes the end of a run that did not run here; its row may be there or not.
    private nonisolated func end(_ run: RunRecord, _ outcome: Outcome, _ summary: String) async {
        let now = max(ports.ambient.wallTime(), run.startedAt)
        var ended = run
        ended.endedAt = now
        _ = await asking { book throws(AnyFault) in try await book.begin(ended) }
        _ = await asking { book throws(AnyFault) in
            try await book.end(run.id, lease: run.lease, outcome: outcome, summary: summary, at: now)
        }
    }

    private nonisolated func asking<Answer: Sendable>(
        _ body: (any RunBook) async throws(AnyFault) -> Answer
    ) async -> Answer? {
        do throws(AnyFault) { return try await body(ports.book) } catch {
            await told(error)
            return nil
        }
    }

    private nonisolated func answerOfLease(_ action: SchedulerAction) async -> SchedulerEvent? {
        let asked = ports.ambient.uptime()
        let time = await settings.timing.lease
        do throws(AnyFault) {
            switch action {
            case .register:
                let lease = try await ports.daemons.register(record, for: time, dead: await ports.dead())
                await recovered()
                return .registered(lease, asked: asked)
            case .renew(let lease, let doing):
                let renewal = try await ports.daemons.renew(lease, for: time, doing: doing)
                if case .held(let news) = renewal { await note(orphans: news.orphans) }
                await recovered()
                return .renewed(renewal, asked: asked)
            case .leave(let lease): try await ports.daemons.leave(lease)
            case .takeOver(let id, let lease):
                var run = try await ports.daemons.takeOver(id, owner: record.owner, lease: lease)
                // What is said of it is about the process that is gone.
                run?.owner = await formerOwners[id] ?? record.owner
                let made =
                    if let run, run.state == .running { try await ports.closeOpenParts(run) } else { 0 }
                return .tookOver(id, run, attemptsMade: made)
            case .rememberPeers(let peers): await ports.rememberPeers(peers)
            case .settle, .readOwn, .readMarks, .readDurations, .claim, .take, .noteWaiting, .askToStop,
                .readGuards, .perform, .stop, .end, .tell, .quit:
                break
            }
            return nil
        } catch {
            await told(error)
            let failure = Self.failure(of: action)
            if case .renewFailed? = failure { await ports.noteOutage(error) }
            if case .registerFailed? = failure { await ports.noteOutage(error) }
            return failure
        }
    }

    private func note(orphans: [RunRecord]) {
        formerOwners = Dictionary(orphans.map { ($0.id, $0.owner) }) { first, _ in first }
    }

    private nonisolated func answerOfBook(_ action: SchedulerAction) async -> SchedulerEvent? {
        let book = ports.daemons
        do throws(AnyFault) {
            switch action {
            case .readMarks(let keys):
                return .marks(try await book.marks(of: keys, now: ports.ambient.wallTime()))
            case .readDurations(let jobs):
                return .durations(try await book.durations(ofJobs: jobs, limit: Expectation.sampleMax))
            case .claim(let runs, let marks, let lease):
                return .claimed(try await book.claim(runs, marks: marks, lease: lease))
            case .take(let run, let seats, let lease):
                return .took(run, try await book.take(run, seats, lease: lease))
            case .noteWaiting(let run, let reason, let lease):
                try await book.wait(run, reason: reason, lease: lease)
            case .askToStop(let run, let reason):
                if let id = UUID(uuidString: run) { _ = try await book.askToStop(id, reason: reason) }
            case .register, .renew, .settle, .readOwn, .leave, .takeOver, .rememberPeers, .readGuards,
                .perform,
                .stop, .end, .tell, .quit:
                break
            }
            return nil
        } catch {
            await told(error)
            if error.code == Self.leaseLost, case .claim = action { return .claimRefused }
            return Self.failure(of: action)
        }
    }

    /// The code of a claim that is refused because its lease is no more.
    package static let leaseLost = "catalog.lease-lost"

    private static func failure(of action: SchedulerAction) -> SchedulerEvent? {
        switch action {
        case .register: .registerFailed
        case .renew: .renewFailed
        case .readMarks: .marksFailed
        case .readDurations: .durationsFailed
        case .claim: .claimFailed
        case .take(let run, _, _): .takeFailed(run)
        case .takeOver(let run, _): .takeOverFailed(run)
        case .settle, .readOwn, .noteWaiting, .askToStop, .leave, .rememberPeers, .readGuards, .perform,
            .stop,
            .end, .tell, .quit:
            nil
        }
    }

    /// Tells of a fault unless it is the one that was told of last: an outage is one message.
    private func told(_ fault: AnyFault) {
        guard lastFault != fault.code else { return }
        lastFault = fault.code
        ports.onFault(fault)
    }

    private func recovered() { lastFault = nil }
}
