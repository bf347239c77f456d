/// Runs checks of blocks on all workers, and again one by one those whose zstd window is uncommonly large.
///
/// zlib and gzip are decoded by ISA-L. What it refuses is decoded once more by zlib, as pg_restore will do, and that counts.
struct BlockRunner: Sendable {
    private let pool: WorkPool

    /// 8 MiB covers zstd up to level 19, so that all workers together stay within bounds; what needs up to
    /// 128 MiB (`--compress=zstd:level=22` or `long`) is decoded alone, as `zstd` and pg_restore do.
    static let windowLogs: (common: Int32, large: Int32) = (23, 27)
    /// Workers that decode zstd or lz4 at once: a stream of these takes up to 8 MiB, one of zlib 40 KiB.
    private static let largeDecodersMax = 4

    /// - Parameter wrappings: the kinds of stream that the jobs decode.
    init(pool: WorkPool, wrappings: Set<Workbench.Wrapping>) {
        var pool = pool
        if !wrappings.isDisjoint(with: [.lz4, .zstd]) {
            pool.workers = min(pool.workers, BlockRunner.largeDecodersMax)
        }
        self.pool = pool
    }

    /// The outcome of each job.
    func run<Job: Sendable & Hashable>(
        _ jobs: [Job], _ check: @escaping @Sendable (Job, Workbench) -> BlockOutcome
    ) async -> [Job: BlockOutcome] {
        let outcomes = await pool.perform(jobs, windowLogMax: BlockRunner.windowLogs.common) { job, bench in
            bench.isFast = true
            let outcome = check(job, bench)
            bench.isFast = false
            guard outcome.finding != nil, !outcome.needsWindow else { return outcome }
            return check(job, bench)
        }
        var all = Dictionary(zip(jobs, outcomes)) { first, _ in first }
        let again = jobs.filter { all[$0]?.needsWindow == true }
        guard !again.isEmpty else { return all }
        var alone = pool
        alone.workers = 1
        let retried = await alone.perform(again, windowLogMax: BlockRunner.windowLogs.large, check)
        for (job, outcome) in zip(again, retried) { all[job] = outcome }
        return all
    }
}
