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
    /// Nil where pg_dump writes every archive itself.
    package var archiver: (any ArchiverPort)?
    /// What there is to compress with at this moment, for a run of this schedule.
    package var room: @Sendable () async -> WorkerChoice.Room
    package var ambient: Ambient
    package var observer: any RunObserver
    /// Offset from UTC in seconds at an instant, in the zone that retention reckons days in.
    package var zoneOffset: @Sendable (Date) -> Int

    package init(
        book: JournaledBook, server: any ServerPort, tools: any ToolPort, store: any BackupStore,
        verifier: any VerifierPort, archiver: (any ArchiverPort)? = nil,
        room: @escaping @Sendable () async -> WorkerChoice.Room = {
            WorkerChoice.Room(cores: 1, expected: .zero)
        }, ambient: Ambient, observer: any RunObserver = NoObserver(),
        zoneOffset: @escaping @Sendable (Date) -> Int
    ) {
        self.book = book
        self.server = server
        self.tools = tools
        self.store = store
        self.verifier = verifier
        self.archiver = archiver
        self.room = room
        self.ambient = ambient
        self.observer = observer
        self.zoneOffset = zoneOffset
    }
}

/// Carries out the work of a backup job: performs what ``BackupMachine`` decides.
actor BackupRun: RunWork {
    private let context: RunContext
    private let steps: BackupSteps
    private var machine: BackupMachine
    private var actions: [BackupMachine.Action] = []
    private var verdict = RunVerdict(.failed, "")

    /// - Parameters:
    ///   - context: Its scribe takes the place of the book of `ports`; what attempts of an earlier process saved is
    ///     looked up and not saved again.
    init(
        _ context: RunContext, _ spec: BackupSpec, targets: [Target], limits: Limits, ports: BackupPorts
    ) {
        self.context = context
        machine = BackupMachine(
            targets: targets.map(\.name), retry: context.job.retry, jitter: context.ambient.jitter())
        steps = BackupSteps(
            run: context.run, spec: spec, targets: targets, limits: limits, book: context.scribe.book,
            ports: ports)
    }

    private var scribe: RunScribe { context.scribe }

    /// Asks the run to stop; what is under way is interrupted and what is not whole is removed.
    func stop(_ reason: StopReason) async {
        for action in machine.handle(.stopAsked(reason)) {
            if action == .interrupt { await scribe.interrupt() } else { actions.append(action) }
        }
    }

    func perform() async -> RunVerdict {
        if context.attemptsMade == 0 {
            actions += machine.handle(.begin)
        } else {
            let saved = await steps.savedEarlier()
            actions += machine.handle(.resume(attemptsMade: context.attemptsMade, saved: saved))
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
            return await context.pause(pause).map { .refused(because: $0) } ?? .done
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
