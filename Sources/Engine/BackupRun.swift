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
    private var actions: [BackupMachine.Action] = []
    private var unrecorded: AnyFault?

    /// - Parameter id: What its row, its lock and its sets carry.
    package init(
        id: UUID, job: Job, spec: BackupSpec, targets: [Target], limits: Limits, trigger: Trigger, ports: BackupPorts
    ) {
        self.job = job
        self.ports = ports
        timeout = job.timeout
        machine = BackupMachine(
            targets: targets.map(\.name), retry: job.retry, jitter: ports.ambient.jitter())
        record = RunRecord(
            id: id, job: job.name, kind: job.kind, trigger: trigger, owner: ports.ambient.owner,
            startedAt: ports.ambient.wallTime())
        steps = BackupSteps(
            run: record, spec: spec, targets: targets, limits: limits, ports: ports)
    }

    /// Asks the run to stop; what is under way is interrupted and what is not whole is removed.
    package func stop(_ reason: StopReason) {
        for action in machine.handle(.stopAsked(reason)) {
            if action == .interrupt { underWay?.cancel() } else { actions.append(action) }
        }
    }

    /// Does the whole run.
    ///
    /// - Returns: The ended run, or nil when another run has the slot already. `notRecorded` tells why the catalog
    ///   lacks some of it, if it does.
    package func perform() async -> (run: RunRecord, notRecorded: AnyFault?)? {
        do {
            if case .slotTaken = try await ports.book.begin(record) { return nil }
        } catch {
            miss(error)
        }
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
        return (record, unrecorded)
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
            await write(attempt)
            return nil
        case .endAttempt(_, let outcome, let summary):
            attempt.endedAt = ports.ambient.wallTime()
            attempt.outcome = outcome
            attempt.summary = summary
            await write(attempt)
            return nil
        case .wait(let pause):
            ports.observer.observe(.waiting(pause))
            return await interruptible { [ports] in
                await ports.ambient.sleep(pause)
                return .done
            }
        case .interrupt:
            return nil
        case .end(let outcome, let summary):
            await end(outcome, summary)
            return nil
        }
    }

    private func interruptible(_ work: @escaping @Sendable () async -> BackupMachine.Event) async -> BackupMachine.Event
    {
        let task = Task { await work() }
        underWay = task
        let event = await task.value
        underWay = nil
        return event
    }

    private func step(_ name: StepName, target: String, item: BackupItem?) async -> BackupMachine.Event {
        ordinal += 1
        var step = StepRecord(
            run: record.id, attempt: attempt.number, ordinal: ordinal, name: name, target: target,
            database: item?.database, startedAt: ports.ambient.wallTime())
        ports.observer.observe(.stepStarted(step))
        await write(step)
        let steps = steps
        let results = Guarded<StepResult?>(nil)
        let event = await interruptible {
            let result = await steps.perform(name, target: target, item: item)
            results.withLock { $0 = result }
            return result.event
        }
        let result = results.withLock { $0 }
        step.endedAt = ports.ambient.wallTime()
        step.detail = result?.detail ?? ""
        step.bytes = result?.bytes
        switch event {
        case .failed(let fault), .undecided(let fault):
            step.state = fault.code == BackupSteps.interrupted.code ? .cancelled : .failed
            step.fault = fault
            if step.detail.isEmpty { step.detail = fault.summary }
        case .begin, .foundDatabases, .done, .stopAsked:
            step.state = .done
        }
        ports.observer.observe(.stepEnded(step))
        await write(step)
        return event
    }

    private func end(_ outcome: Outcome, _ summary: String) async {
        record.state = .ended(outcome)
        record.summary = summary
        record.endedAt = ports.ambient.wallTime()
        do {
            try await ports.book.end(record.id, outcome: outcome, summary: summary, at: record.endedAt ?? record.startedAt)
        } catch {
            miss(error)
        }
    }

    private func write(_ attempt: AttemptRecord) async {
        guard unrecorded == nil else { return }
        do { try await ports.book.record(attempt) } catch { miss(error) }
    }

    private func write(_ step: StepRecord) async {
        guard unrecorded == nil else { return }
        do { try await ports.book.record(step) } catch { miss(error) }
    }

    /// The backup matters more than its record: the run goes on, and says that it is not recorded.
    private func miss(_ fault: AnyFault) {
        if unrecorded == nil { ports.observer.observe(.notRecorded(fault)) }
        unrecorded = unrecorded ?? fault
    }
}
