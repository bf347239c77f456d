import Jobs

/// Carries out the work of a maintenance job: a series over databases, told object by object.
struct MaintainRun: RunWork {
    private let series: SeriesRun
    private let steps: MaintainSteps

    init(_ context: RunContext, _ steps: MaintainSteps, _ machine: SeriesMachine) {
        self.steps = steps
        series = SeriesRun(context, steps, machine)
    }

    func stop(_ reason: StopReason) async { await series.stop(reason) }

    func perform() async -> RunVerdict {
        let verdict = await series.perform()
        let tally = await steps.tally
        switch verdict.outcome {
        case .succeeded: return RunVerdict(.succeeded, tally.text)
        case .failed where tally.firstFailure != nil:
            return RunVerdict(.failed, "\(tally.text): \(tally.firstFailure ?? "")")
        case .failed, .couldNotVerify, .skipped, .missed, .cancelled, .timedOut:
            guard tally != MaintainTally() else { return verdict }
            return RunVerdict(verdict.outcome, "\(verdict.summary); \(tally.text)")
        }
    }
}
