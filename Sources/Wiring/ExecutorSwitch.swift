import Engine
import FoundationEssentials
import Jobs

/// Hands each run to the executor of the configuration that holds when it begins; those that run go on with theirs.
actor ExecutorSwitch: RunExecutor {
    private var current: any RunExecutor
    private var underWay: [UUID: any RunExecutor] = [:]
    private var earlyStops = EarlyStops()

    init(_ executor: any RunExecutor) { current = executor }

    /// From now on runs begin with this one.
    func use(_ executor: any RunExecutor) { current = executor }

    func perform(_ run: RunRecord, job: Job, attemptsMade: Int) async -> RunRecord {
        let executor = current
        underWay[run.id] = executor
        // It keeps the wish until the run arrives there.
        if let reason = earlyStops.begin(run.id) { await executor.stop(run.id, reason) }
        let ended = await executor.perform(run, job: job, attemptsMade: attemptsMade)
        underWay[run.id] = nil
        earlyStops.end(run.id)
        return ended
    }

    func stop(_ run: UUID, _ reason: StopReason) async {
        guard let executor = underWay[run] else { return earlyStops.note(run, reason) }
        await executor.stop(run, reason)
    }
}
