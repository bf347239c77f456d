import FoundationEssentials
package import Measures

/// Is told what a run does while it does it: the terminal, the log, nobody.
package protocol RunObserver: Sendable {
    /// Called in order, from the run's own task; must not block.
    func observe(_ note: RunNote)
}

/// One thing that happened in a run.
package enum RunNote: Sendable {
    case began(RunRecord)
    case attempt(Int, of: Int)
    case stepStarted(StepRecord)
    case dumping(BackupItem, DumpProgress, elapsed: Duration)
    case checking(BackupItem, bytes: ByteCount, of: ByteCount, elapsed: Duration)
    case restoring(BackupItem, RestoreProgress, elapsed: Duration)
    /// An action of maintenance begins, of so many that are planned for its database.
    case maintaining(MaintenanceRecord, of: Int)
    case maintained(MaintenanceRecord, of: Int)
    /// What of a database waits for too many nights, or that nothing does.
    case maintenanceStanding(MaintenanceStanding)
    case stepEnded(StepRecord)
    case waiting(Duration)
    /// The record does not get where it belongs, or does by now; runs go on.
    case journal(JournalNote)
    case ended(RunRecord)
}

/// Observes nothing.
package struct NoObserver: RunObserver {
    package init() {}
    package func observe(_ note: RunNote) {}
}
