import Faults
import FoundationEssentials
import Jobs

/// Carries out the work of a command job: performs what ``CommandMachine`` decides.
actor CommandRun: RunWork {
    private let spec: CommandSpec
    private let context: RunContext
    private let program: UserProgram
    private var machine: CommandMachine
    private var actions: [CommandMachine.Action] = []
    private var verdict = RunVerdict(.failed, "")

    init(_ context: RunContext, _ spec: CommandSpec, tools: any ToolPort) {
        self.context = context
        self.spec = spec
        program = UserProgram(context.run, tools)
        machine = CommandMachine(retry: context.job.retry, jitter: context.ambient.jitter())
    }

    private var scribe: RunScribe { context.scribe }

    func stop(_ reason: StopReason) async {
        for action in machine.handle(.stopAsked(reason)) {
            if action == .interrupt { await scribe.interrupt() } else { actions.append(action) }
        }
    }

    func perform() async -> RunVerdict {
        actions += machine.handle(.begin(attemptsMade: context.attemptsMade))
        while !actions.isEmpty {
            let action = actions.removeFirst()
            if let event = await perform(action) { actions += machine.handle(event) }
        }
        return verdict
    }

    private func perform(_ action: CommandMachine.Action) async -> CommandMachine.Event? {
        switch action {
        case .beginAttempt(let number):
            await scribe.beginAttempt(number)
            return nil
        case .run:
            let number = await scribe.attempt?.number ?? 1
            let report = await scribe.step(.command) { [program, spec] in
                await program.perform(spec.command, as: .command, attempt: number)
            }
            return report.fault.map { .failed($0) } ?? .done
        case .endAttempt(let outcome, let summary):
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
}
