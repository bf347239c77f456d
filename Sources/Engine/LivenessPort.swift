package import Faults
package import FoundationEssentials

/// Tells whether the process of a run still lives, and keeps two runs of one job apart on this machine.
///
/// Holds are let go by the kernel when a process dies, however it dies.
package protocol LivenessPort: Sendable {
    /// Holds a run for as long as the returned value lives; must come before its row is written.
    func hold(run: UUID) async throws(AnyFault) -> any LivenessHold
    /// Whether some process holds the run.
    func isAlive(run: UUID) async throws(AnyFault) -> Bool
    /// Whether some process holds the daemon.
    func isAlive(daemon: UUID) async throws(AnyFault) -> Bool
    /// Holds a job for a run, unless another run holds it.
    func hold(job: String, for run: UUID) async throws(AnyFault) -> JobHold
}

/// A hold that ends when ``release()`` is called or the process dies.
package protocol LivenessHold: AnyObject, Sendable {
    /// Lets it go; a second call does nothing.
    func release() async
}

/// The answer to the wish to hold a job.
package enum JobHold: Sendable {
    case held(any LivenessHold)
    /// The run that holds it, as its text.
    case busy(run: String)
}
