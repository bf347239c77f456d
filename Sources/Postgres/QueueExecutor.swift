import Dispatch

/// Runs an actor's work on a dispatch queue of its own, so that waiting for a socket blocks no thread of the pool.
///
/// docs/decisions/libpq-threading.md tells why.
final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) {
        queue = DispatchQueue(label: label)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedSerialExecutor()
        queue.async { job.runSynchronously(on: executor) }
    }
}
