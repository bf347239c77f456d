import FoundationEssentials
import Jobs

/// The work of one kind of job within a run, attempts and all.
protocol RunWork: Sendable {
    /// Does it, or nothing if it was stopped before; the last attempt stays open, so that hooks have a place in it.
    func perform() async -> RunVerdict
    /// Asks it to stop; ``perform()`` returns soon.
    func stop(_ reason: StopReason) async
}

/// What the work of a run came to.
struct RunVerdict: Sendable, Equatable {
    var outcome: Outcome
    var summary: String

    init(_ outcome: Outcome, _ summary: String) {
        self.outcome = outcome
        self.summary = summary
    }
}

/// What work of every kind gets of its run.
struct RunContext: Sendable {
    let run: RunRecord
    let job: Job
    /// Attempts that an earlier process made.
    let attemptsMade: Int
    let scribe: RunScribe
    let ambient: Ambient
    let admission: AttemptAdmission

    /// Waits for the next attempt, and longer while a guard refuses it.
    ///
    /// - Returns: Why there is none; nil if it may begin, or the run is being stopped.
    func pause(_ pause: Duration) async -> String? {
        // Nobody waits for an attempt that could not begin any more.
        if admission.isTooLate(in: pause) { return BackupMachine.tooLate }
        await scribe.pause(pause)
        while await !scribe.isStopping {
            switch await admission.ask() {
            case .may: return nil
            case .never(let why): return why
            case .notYet(let why):
                if admission.isTooLate(in: AttemptAdmission.guardPause) {
                    return "\(BackupMachine.tooLate), for \(why)"
                }
                await scribe.pause(AttemptAdmission.guardPause)
            }
        }
        return nil
    }
}
