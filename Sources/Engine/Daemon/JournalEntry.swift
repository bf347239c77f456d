package import FoundationEssentials

/// One thing that the catalog is to be told, kept in a journal until it takes it.
///
/// Each may be told twice and does the same as once, which is what makes a journal safe to replay after a crash.
package enum JournalEntry: Sendable, Equatable {
    /// A run that was claimed, has begun, or ended without a start: its whole row.
    case run(RunRecord)
    case attempt(AttemptRecord, Lease?)
    case step(StepRecord, Lease?)
    case backup(BackupRecord)
    /// A set that has left its store.
    case removal(UUID, at: Date, reason: String)
    case end(UUID, Lease?, Outcome, summary: String, at: Date)
    /// Until when a schedule's slots are accounted for.
    case mark(ScheduleKey, Date)

    /// The run whose row has to be there first; nil for what stands without one.
    package var run: UUID? {
        switch self {
        case .run(let run): run.id
        case .attempt(let attempt, _): attempt.run
        case .step(let step, _): step.run
        case .end(let run, _, _, _, _): run
        case .backup, .removal, .mark: nil
        }
    }
}
