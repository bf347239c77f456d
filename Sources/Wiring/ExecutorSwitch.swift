import Engine
import FoundationEssentials
import Jobs

/// Hands each run to the executor of the configuration that holds when it begins; those that run go on with theirs.
actor ExecutorSwitch: RunExecutor {
    private var current: any RunExecutor
    private var underWay: [UUID: any RunExecutor] = [:]

    init(_ executor: any RunExecutor) { current = executor }

    /// From now on runs begin with this one.
    func use(_ executor: any RunExecutor) { current = executor }

    func perform(_ run: RunRecord, job: Job, attemptsMade: Int) async -> RunRecord {
        let executor = current
        underWay[run.id] = executor
        let ended = await executor.perform(run, job: job, attemptsMade: attemptsMade)
        underWay[run.id] = nil
        return ended
    }

    func stop(_ run: UUID, _ reason: StopReason) async { await underWay[run]?.stop(run, reason) }
}
