package import Faults
package import FoundationEssentials
package import Jobs
import Measures
import Policy

/// Everything outside that a backup run works with.
package struct BackupPorts: Sendable {
    package var book: any RunBook
    package var server: any ServerPort
    package var tools: any ToolPort
    package var store: any BackupStore
    package var verifier: any VerifierPort
    package var ambient: Ambient
    package var observer: any RunObserver
    /// Offset from UTC in seconds at an instant, in the zone that retention reckons days in.
    package var zoneOffset: @Sendable (Date) -> Int

    package init(
        book: any RunBook, server: any ServerPort, tools: any ToolPort, store: any BackupStore,
        verifier: any VerifierPort, ambient: Ambient, observer: any RunObserver = NoObserver(),
        zoneOffset: @escaping @Sendable (Date) -> Int
    ) {
        self.book = book
        self.server = server
        self.tools = tools
        self.store = store
        self.verifier = verifier
        self.ambient = ambient
        self.observer = observer
        self.zoneOffset = zoneOffset
    }
}

/// Carries one backup run from its row to its outcome: performs what ``BackupMachine`` decides.
package actor BackupRun {
    private let job: Job
    private let ports: BackupPorts
    private let timeout: Duration
    private var machine: BackupMachine
    private var record: RunRecord
    private let steps: BackupSteps
    private var attempt = AttemptRecord(run: UUID(), number: 0, startedAt: Date(timeIntervalSince1970: 0))
    private var ordinal = 0
    private var underWay: Task<BackupMachine.Event, Never>?
    /// An interrupt that came while the action it is meant for was still being written down.
    private var interruptAsked = false
    private var actions: [BackupMachine.Action] = []
    /// Keeps what the catalog has not taken, until the run has ended or longer.
    package nonisolated let book: OwingBook

    /// - Parameter id: What its row, its lock and its sets carry.
    package init(
        id: UUID, job: Job, spec: BackupSpec, targets: [Target], limits: Limits, trigger: Trigger,
        ports: BackupPorts
    ) {
        self.job = job
        self.ports = ports
        timeout = job.timeout
        machine = BackupMachine(
            targets: targets.map(\.name), retry: job.retry, jitter: ports.ambient.jitter())
        record = RunRecord(
            id: id, job: job.name, kind: job.kind, trigger: trigger, owner: ports.ambient.owner,
            startedAt: ports.ambient.wallTime())
        book = OwingBook(ports.book) { [observer = ports.observer] in observer.observe(.notRecorded($0)) }
        steps = BackupSteps(
            run: record, spec: spec, targets: targets, limits: limits, book: book, ports: ports)
    }

    /// Asks the run to stop; what is under way is interrupted and what is not whole is removed.
    package func stop(_ reason: StopReason) {
        for action in machine.handle(.stopAsked(reason)) {
            if action == .interrupt { interrupt() } else { actions.append(action) }
        }
    }

    /// Writes the run's row; nothing is done before.
    package func begin() async -> RunStart { await book.begin(record) }

    /// Ends a run that has begun and does not go to work.
    ///
    /// - Returns: As ``perform()``.
    package func decline(_ outcome: Outcome, _ reason: String) async -> (
        run: RunRecord, notRecorded: AnyFault?
    ) {
        await end(outcome, reason)
        ports.observer.observe(.ended(record))
        return (record, await book.missing)
    }

    /// Does the whole run, which has begun.
    ///
    /// - Returns: The ended run. `notRecorded` tells why the catalog lacks some of it, if it does.
    package func perform() async -> (run: RunRecord, notRecorded: AnyFault?) {
        ports.observer.observe(.began(record))
        let alarm = Task { [ports, timeout] in
            await ports.ambient.sleep(timeout)
            if !Task.isCancelled { self.stop(.timedOut) }
        }
        actions += machine.handle(.begin)
        while !actions.isEmpty {
            let action = actions.removeFirst()
            if let event = await perform(action) { actions += machine.handle(event) }
        }
        alarm.cancel()
        ports.observer.observe(.ended(record))
        return (record, await book.missing)
    }

    private func perform(_ action: BackupMachine.Action) async -> BackupMachine.Event? {
        switch action {
        case .preflight(let target): return await step(.preflight, target: target, item: nil)
        case .step(let name, let item): return await step(name, target: item.target, item: item)
        case .discard(let item):
            await steps.discard(item)
            return .done
        case .beginAttempt(let number):
            ordinal = 0
            attempt = AttemptRecord(run: record.id, number: number, startedAt: ports.ambient.wallTime())
            ports.observer.observe(.attempt(number, of: job.retry.attemptsMax))
            await book.record(attempt, lease: record.lease)
            return nil
        case .endAttempt(_, let outcome, let summary):
            attempt.endedAt = now(after: attempt.startedAt)
            attempt.outcome = outcome
            attempt.summary = summary
            await book.record(attempt, lease: record.lease)
            return nil
        case .wait(let pause):
            ports.observer.observe(.waiting(pause))
            return await interruptible { [ports] in
                await ports.ambient.sleep(pause)
                return .done
            }
        case .interrupt:
            interrupt()
            return nil
        case .end(let outcome, let summary):
            await end(outcome, summary)
            return nil
        }
    }

    private func interruptible(_ work: @escaping @Sendable () async -> BackupMachine.Event) async
        -> BackupMachine.Event
    {
        let task = Task { await work() }
        if interruptAsked { task.cancel() }
        underWay = task
        let event = await task.value
        underWay = nil
        return event
    }

    private func interrupt() {
        interruptAsked = true
        underWay?.cancel()
    }

    /// Civil time, but nothing ends before it started, even if somebody sets the clock back meanwhile.
    private func now(after start: Date) -> Date { max(ports.ambient.wallTime(), start) }

    private func step(_ name: StepName, target: String, item: BackupItem?) async -> BackupMachine.Event {
        ordinal += 1
        var step = StepRecord(
            run: record.id, attempt: attempt.number, ordinal: ordinal, name: name, target: target,
            database: item?.database, startedAt: ports.ambient.wallTime())
        ports.observer.observe(.stepStarted(step))
        await book.record(step, lease: record.lease)
        let steps = steps
        let results = Guarded<StepResult?>(nil)
        let event = await interruptible {
            let result = await steps.perform(name, target: target, item: item)
            results.withLock { $0 = result }
            return result.event
        }
        let result = results.withLock { $0 }
        step.endedAt = now(after: step.startedAt)
        step.detail = result?.detail ?? ""
        step.bytes = result?.bytes
        switch event {
        case .failed(let fault), .undecided(let fault):
            step.state = fault.code == BackupSteps.interrupted.code ? .cancelled : .failed
            step.fault = fault
            if step.detail.isEmpty { step.detail = fault.summary }
        case .foundDatabases(_, let refused):
            step.state = refused.isEmpty ? .done : .failed
            step.fault = refused.first?.fault
        case .begin, .done, .stopAsked:
            step.state = .done
        }
        ports.observer.observe(.stepEnded(step))
        await book.record(step, lease: record.lease)
        return event
    }

    private func end(_ outcome: Outcome, _ summary: String) async {
        let now = now(after: record.startedAt)
        record.state = .ended(outcome)
        record.summary = summary
        record.endedAt = now
        await book.end(record.id, lease: record.lease, outcome: outcome, summary: summary, at: now)
        _ = await book.settle()
    }
}
