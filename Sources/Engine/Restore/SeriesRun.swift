import Faults
import Jobs
import Measures

/// The effects of a run over several backup sets; asked by ``SeriesRun``, one at a time.
protocol SeriesSteps: Sendable {
    /// What is to be gone through, in this order.
    func choose() async throws(AnyFault) -> SeriesChoice
    /// Does one step with the set at this place of the choice.
    func perform(_ step: StepName, _ item: Int) async -> SeriesReport
    /// Removes what was made for a set; nothing is left to tell of that.
    func tidy(_ item: Int) async
}

/// What a run over several sets goes through.
struct SeriesChoice: Sendable, Equatable {
    /// Whose set each is.
    var items: [BackupItem]
    /// One line for people: which, and why these.
    var detail: String
}

/// What a step of such a run came to.
struct SeriesReport: StepReport {
    var event: SeriesMachine.Event
    var detail: String
    var bytes: ByteCount?
    /// What is written of a step that is broken; without it, that a drill found its set so.
    private var explained: AnyFault?

    init(
        _ event: SeriesMachine.Event, detail: String = "", bytes: ByteCount? = nil, explained: AnyFault? = nil
    ) {
        self.event = event
        self.detail = detail
        self.bytes = bytes
        self.explained = explained
    }

    var fault: AnyFault? {
        switch event {
        case .failed(let fault): fault
        case .broken(let finding): explained ?? RestoreFault.broken(finding: finding).plain
        case .begin, .chose, .done, .refused, .stopAsked: nil
        }
    }

    static func failed(_ fault: AnyFault) -> SeriesReport { SeriesReport(.failed(fault)) }
}

/// Carries out the work of a drill, a verification or a restore: performs what ``SeriesMachine`` decides.
actor SeriesRun: RunWork {
    private let context: RunContext
    private let steps: any SeriesSteps
    private var machine: SeriesMachine
    private var actions: [SeriesMachine.Action] = []
    private var choice = SeriesChoice(items: [], detail: "")
    private var verdict = RunVerdict(.failed, "")

    init(_ context: RunContext, _ steps: any SeriesSteps, _ machine: SeriesMachine) {
        self.context = context
        self.steps = steps
        self.machine = machine
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

    private func perform(_ action: SeriesMachine.Action) async -> SeriesMachine.Event? {
        switch action {
        case .beginAttempt(let number):
            await scribe.beginAttempt(number)
            return nil
        case .choose: return await choose()
        case .step(let name, let item):
            let whose = choice.items.indices.contains(item) ? choice.items[item] : nil
            let report = await scribe.step(name, target: whose?.target, database: whose?.database) {
                [steps] in await steps.perform(name, item)
            }
            // A limit of the step answers in its place.
            return report.event
        case .tidy(let item):
            await steps.tidy(item)
            return .done
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

    private func choose() async -> SeriesMachine.Event {
        let found = Guarded<SeriesChoice?>(nil)
        let report = await scribe.step(.choose) { [steps] in
            do throws(AnyFault) {
                let choice = try await steps.choose()
                found.withLock { $0 = choice }
                return SeriesReport(.chose(choice.items.count), detail: choice.detail)
            } catch {
                return .failed(Task.isCancelled ? RunScribe.interrupted : error)
            }
        }
        choice = found.withLock { $0 } ?? choice
        return report.event
    }
}
