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
    let record: DaemonRecord
    var settings: SchedulerSettings
    let ports: Ports
    private(set) var underWay = 0
    private var nap: (due: Duration, task: Task<Void, Never>)?
    private var whenDone: CheckedContinuation<Void, Never>?
    private var lastFault: String?
    /// Who had the runs that may be taken over, as the last renewal told.
    var formerOwners: [UUID: Owner] = [:]

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
        case .register, .renew, .settle, .readOwn, .readMarks, .readDurations, .claim, .take, .release,
            .noteWaiting, .takeOver, .readGuards, .perform, .stop, .end, .askToStop, .rememberPeers, .leave:
            underWay += 1
            Task {
                let event = await self.answer(to: action)
                self.underWay -= 1
                self.handle(event ?? .woke)
            }
        }
    }

    /// Tells of a fault unless it is the one that was told of last: an outage is one message.
    func told(_ fault: AnyFault) {
        guard lastFault != fault.code else { return }
        lastFault = fault.code
        ports.onFault(fault)
    }

    func recovered() { lastFault = nil }
}
