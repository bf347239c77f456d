package import FoundationEssentials
package import Jobs

/// Does runs; when, and whether, is decided elsewhere.
package protocol RunExecutor: Sendable {
    /// Does a run that has its seats, from its first step to its recorded outcome, hooks included.
    ///
    /// - Parameters:
    ///   - run: Its row is there already, waiting.
    ///   - attemptsMade: Attempts that an earlier process made of it; what they saved is not saved again.
    /// - Returns: The run as it ended.
    func perform(_ run: RunRecord, job: Job, attemptsMade: Int) async -> RunRecord
    /// Asks a run to stop: its children are ended step by step, and ``perform(_:job:attemptsMade:)`` returns soon.
    ///
    /// It may come before the run does, since calls may overtake each other: then it holds for the run when it comes.
    /// It is told again for as long as the run goes on; nothing happens the second time, and for a run that has ended.
    func stop(_ run: UUID, _ reason: StopReason) async
}
