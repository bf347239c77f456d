import Faults
package import FoundationEssentials
import Jobs

/// Everything outside that a backup run works with.
package struct BackupPorts: Sendable {
    package var book: JournaledBook
    package var server: any ServerPort
    package var tools: any ToolPort
    package var store: any BackupStore
    package var verifier: any VerifierPort
    package var ambient: Ambient
    package var observer: any RunObserver
    /// Offset from UTC in seconds at an instant, in the zone that retention reckons days in.
    package var zoneOffset: @Sendable (Date) -> Int

    package init(
        book: JournaledBook, server: any ServerPort, tools: any ToolPort, store: any BackupStore,
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

/// Carries out the work of a backup job: performs what ``BackupMachine`` decides.
actor BackupRun: RunWork {
    private let run: RunRecord
    private let attemptsMade: Int
    private let scribe: RunScribe
    private let ambient: Ambient
    private let steps: BackupSteps
    private var machine: BackupMachine
    private var actions: [BackupMachine.Action] = []
    private var verdict = RunVerdict(.failed, "")

    /// - Parameters:
    ///   - attemptsMade: Attempts of an earlier process; what they saved is looked up and not saved again.
    ///   - scribe: Takes the place of the book of `ports`.
    init(
        _ run: RunRecord, _ job: Job, _ spec: BackupSpec, targets: [Target], limits: Limits,
        attemptsMade: Int = 0, scribe: RunScribe, ports: BackupPorts
    ) {
        self.run = run
        self.attemptsMade = attemptsMade
        self.scribe = scribe
        ambient = ports.ambient
        machine = BackupMachine(
            targets: targets.map(\.name), retry: job.retry, jitter: ports.ambient.jitter())
        steps = BackupSteps(
            run: run, spec: spec, targets: targets, limits: limits, book: scribe.book, ports: ports)
    }

    /// Asks the run to stop; what is under way is interrupted and what is not whole is removed.
    func stop(_ reason: StopReason) async {
        for action in machine.handle(.stopAsked(reason)) {
            if action == .interrupt { await scribe.interrupt() } else { actions.append(action) }
        }
    }

    func perform() async -> RunVerdict {
        if attemptsMade == 0 {
            actions += machine.handle(.begin)
        } else {
            let saved = await steps.savedEarlier()
            actions += machine.handle(.resume(attemptsMade: attemptsMade, saved: saved))
        }
        while !actions.isEmpty {
            let action = actions.removeFirst()
            if let event = await perform(action) { actions += machine.handle(event) }
        }
        return verdict
    }

    private func perform(_ action: BackupMachine.Action) async -> BackupMachine.Event? {
        switch action {
        case .preflight(let target): return await step(.preflight, target: target, item: nil)
        case .step(let name, let item): return await step(name, target: item.target, item: item)
        case .discard(let item):
            await steps.discard(item)
            return .done
        case .beginAttempt(let number):
            await scribe.beginAttempt(number)
            return nil
        case .endAttempt(_, let outcome, let summary):
            // The last one stays open for the hooks.
            if case .end? = actions.first { return nil }
            await scribe.endAttempt(outcome, summary)
            return nil
        case .wait(let pause):
            return await RunWait(run, ambient, scribe).pause(pause) ? .done : .tooLate
        case .interrupt:
            await scribe.interrupt()
            return nil
        case .end(let outcome, let summary):
            verdict = RunVerdict(outcome, summary)
            return nil
        }
    }

    private func step(_ name: StepName, target: String, item: BackupItem?) async -> BackupMachine.Event {
        await scribe.step(name, target: target, database: item?.database) { [steps] in
            await steps.perform(name, target: target, item: item)
        }.event
    }
}
