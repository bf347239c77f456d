import Glibc
import Synchronization

/// Shares jobs among workers, each with a workbench of its own.
struct WorkPool: Sendable {
    /// More workers than this bring nothing but memory.
    static let workersMax = 32

    var workers: Int
    var meter: ProgressMeter

    /// Performs all jobs, in their order as workers become free; the outcomes stand in the jobs' order.
    ///
    /// - Parameter windowLogMax: the largest zstd window that is decoded, as a power of two.
    func perform<Job: Sendable, Outcome: Sendable>(
        _ jobs: [Job], windowLogMax: Int32 = 23, _ body: @escaping @Sendable (Job, Workbench) -> Outcome
    ) async -> [Outcome] {
        let count = max(1, min(workers, jobs.count, WorkPool.workersMax))
        let queue = JobQueue(jobs: jobs, meter: meter, windowLogMax: windowLogMax, body: body)
        guard count > 1 else { return queue.work().map { $0.outcome } }
        let all = await withTaskGroup(of: [JobQueue<Job, Outcome>.Done].self) { group in
            for _ in 0..<count { group.addTask { queue.work() } }
            return await group.reduce(into: []) { $0.append(contentsOf: $1) }
        }
        return all.sorted { $0.index < $1.index }.map { $0.outcome }
    }

    /// The processors of this machine.
    static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}

/// The jobs that are left, shared by all workers.
private final class JobQueue<Job: Sendable, Outcome: Sendable>: Sendable {
    /// A job that is done.
    struct Done: Sendable {
        var index: Int
        var outcome: Outcome
    }

    private let jobs: [Job]
    private let meter: ProgressMeter
    private let windowLogMax: Int32
    private let body: @Sendable (Job, Workbench) -> Outcome
    private let next = Mutex(0)

    init(
        jobs: [Job], meter: ProgressMeter, windowLogMax: Int32,
        body: @escaping @Sendable (Job, Workbench) -> Outcome
    ) {
        self.jobs = jobs
        self.meter = meter
        self.windowLogMax = windowLogMax
        self.body = body
    }

    /// Works until no job is left.
    func work() -> [Done] {
        let bench = Workbench(meter: meter, windowLogMax: windowLogMax)
        var done: [Done] = []
        while let index = takeIndex() {
            done.append(Done(index: index, outcome: body(jobs[index], bench)))
        }
        return done
    }

    private func takeIndex() -> Int? {
        next.withLock { value in
            guard value < jobs.count else { return nil }
            defer { value += 1 }
            return value
        }
    }
}
