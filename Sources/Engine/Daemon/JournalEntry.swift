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
    /// What a drill proved, with its report as JSON.
    case drill(DrillRecord, report: String, Lease?)
    /// What maintenance intends or did, of one run.
    case maintenance(UUID, [MaintenanceRecord], Lease?)
    /// A set that has left its store.
    case removal(UUID, at: Date, reason: String)
    case end(UUID, Lease?, Outcome, summary: String, at: Date)

    /// The run whose row has to be there first; nil for what stands without one.
    package var run: UUID? {
        switch self {
        case .run(let run): run.id
        case .attempt(let attempt, _): attempt.run
        case .step(let step, _): step.run
        case .drill(let drill, _, _): drill.run
        case .maintenance(let run, _, _): run
        case .end(let run, _, _, _, _): run
        case .backup, .removal: nil
        }
    }

    /// The right by which it is written; nil for what stands without a run.
    var claim: RunClaim? {
        switch self {
        case .run(let run): RunClaim(run: run.id, lease: run.lease)
        case .attempt(let attempt, let lease): RunClaim(run: attempt.run, lease: lease)
        case .step(let step, let lease): RunClaim(run: step.run, lease: lease)
        case .drill(let drill, _, let lease): RunClaim(run: drill.run, lease: lease)
        case .maintenance(let run, _, let lease): RunClaim(run: run, lease: lease)
        case .end(let run, let lease, _, _, _): RunClaim(run: run, lease: lease)
        case .backup, .removal: nil
        }
    }

    /// Whether it was written before the catalog gave its daemon any lease.
    var isProvisional: Bool { claim?.lease?.epoch == 0 }

    /// The same under another lease, if it is provisional.
    func settled(under lease: Lease?) -> JournalEntry {
        guard isProvisional else { return self }
        switch self {
        case .run(var run):
            run.lease = lease
            return .run(run)
        case .attempt(let attempt, _): return .attempt(attempt, lease)
        case .step(let step, _): return .step(step, lease)
        case .drill(let drill, let report, _): return .drill(drill, report: report, lease)
        case .maintenance(let run, let actions, _): return .maintenance(run, actions, lease)
        case .end(let run, _, let outcome, let summary, let at):
            return .end(run, lease, outcome, summary: summary, at: at)
        case .backup, .removal: return self
        }
    }
}

/// A run with the lease by which it was had: the same daemon may lose a run and take it again.
struct RunClaim: Sendable, Hashable {
    var run: UUID
    var lease: Lease?
}
