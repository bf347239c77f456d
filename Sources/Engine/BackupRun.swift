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
    /// What the catalog has not taken, in its order; written when the run has ended, or after that.
    private var owed: [Entry] = []
    private var unrecorded: AnyFault?

    /// One thing that the catalog is told.
    private enum Entry {
        case begin(RunRecord)
        case attempt(AttemptRecord)
        case step(StepRecord)
        case backup(BackupRecord)
        case end(RunRecord, Outcome, at: Date)
    }

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
        steps = BackupSteps(
            run: record, spec: spec, targets: targets, limits: limits, ports: ports)
    }

    /// Asks the run to stop; what is under way is interrupted and what is not whole is removed.
    package func stop(_ reason: StopReason) {
        for action in machine.handle(.stopAsked(reason)) {
            if action == .interrupt { interrupt() } else { actions.append(action) }
        }
    }

    /// Writes the run's row; nothing is done before.
    package func begin() async -> RunStart {
        do {
            return try await ports.book.begin(record)
        } catch {
            owe(.begin(record), error)
            return .begun
        }
    }

    /// Ends a run that has begun and does not go to work.
    ///
    /// - Returns: As ``perform()``.
    package func decline(_ outcome: Outcome, _ reason: String) async -> (
        run: RunRecord, notRecorded: AnyFault?
    ) {
        await end(outcome, reason)
        ports.observer.observe(.ended(record))
        return (record, unrecorded)
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
            await write(.attempt(attempt))
            return nil
        case .endAttempt(_, let outcome, let summary):
            attempt.endedAt = now(after: attempt.startedAt)
            attempt.outcome = outcome
            attempt.summary = summary
            await write(.attempt(attempt))
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
        await write(.step(step))
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
            if name == .record, let item, let backup = await steps.unrecorded(item) {
                owe(.backup(backup), fault)
            }
        case .foundDatabases(_, let refused):
            step.state = refused.isEmpty ? .done : .failed
            step.fault = refused.first?.fault
        case .begin, .done, .stopAsked:
            step.state = .done
        }
        ports.observer.observe(.stepEnded(step))
        await write(.step(step))
        return event
    }

    private func end(_ outcome: Outcome, _ summary: String) async {
        let now = now(after: record.startedAt)
        record.state = .ended(outcome)
        record.summary = summary
        record.endedAt = now
        await write(.end(record, outcome, at: now))
        _ = await settle()
    }
}

// MARK: - The record

extension BackupRun {
    /// Writes what the catalog lacks of the run, as far as it takes it now.
    ///
    /// - Returns: Why it still lacks some of it; nil when it has all.
    package func settle() async -> AnyFault? {
        while let entry = owed.first {
            do throws(AnyFault) {
                guard try await put(entry) else {
                    owed = []
                    break
                }
                owed.removeFirst()
            } catch {
                unrecorded = error
                return error
            }
        }
        unrecorded = nil
        return nil
    }

    /// The backup matters more than its record: the run goes on, and says that it is not recorded.
    private func write(_ entry: Entry) async {
        // Once the catalog has failed it is left alone until the end, for every try may take a connection's time limit.
        guard owed.isEmpty else { return owed.append(entry) }
        do throws(AnyFault) { _ = try await put(entry) } catch { owe(entry, error) }
    }

    private func owe(_ entry: Entry, _ fault: AnyFault) {
        if owed.isEmpty { ports.observer.observe(.notRecorded(fault)) }
        owed.append(entry)
        unrecorded = unrecorded ?? fault
    }

    /// False when another run has the slot by now: its row stands, and this run has none.
    private func put(_ entry: Entry) async throws(AnyFault) -> Bool {
        switch entry {
        case .begin(let run): return try await ports.book.begin(run) == .begun
        case .attempt(let attempt): try await ports.book.record(attempt)
        case .step(let step): try await ports.book.record(step)
        case .backup(let backup): try await ports.book.record(backup)
        case .end(let run, let outcome, let at):
            try await ports.book.end(run.id, outcome: outcome, summary: run.summary, at: at)
        }
        return true
    }
}
