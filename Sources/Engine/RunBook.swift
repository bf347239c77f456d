package import Faults
package import FoundationEssentials
package import Measures

/// The record of outcomes, as the engine needs it: the catalog, or its twin in memory.
///
/// Every call is one short statement or transaction of its own. What a call wrote is there for every other
/// reader when it returns.
package protocol RunBook: Sendable {
    /// Writes a run's row before any work is done, or says that one that waited has started.
    ///
    /// A run that arrives ended (skipped, missed) is written the same way.
    /// - Throws: `catalog.run-taken-over`, as all writes with a lease do, when the row has another lease by now. A
    ///   lease of nil writes whatever the row has.
    func begin(_ run: RunRecord) async throws(AnyFault) -> RunStart
    /// Ends a run and lets its seats go; a run that has ended already stays as it was.
    func end(_ run: UUID, lease: Lease?, outcome: Outcome, summary: String, at: Date) async throws(AnyFault)
    /// Writes an attempt, or what has changed in it; the key is run and number.
    func record(_ attempt: AttemptRecord, lease: Lease?) async throws(AnyFault)
    /// Writes a step, or what has changed in it; the key is run, attempt and ordinal.
    func record(_ step: StepRecord, lease: Lease?) async throws(AnyFault)
    /// Writes a published set with its files; writing it again only takes back that it was marked removed.
    func record(_ backup: BackupRecord) async throws(AnyFault)
    /// Notes that a set has left its store, when and why.
    func markRemoved(_ backup: UUID, at: Date, reason: String) async throws(AnyFault)

    /// Runs, newest first, at most `limit`.
    func runs(_ query: RunQuery, limit: Int) async throws(AnyFault) -> [RunRecord]
    /// Runs whose id, written in lower case, begins with `prefix`, newest first, at most two.
    func runs(idPrefix prefix: String) async throws(AnyFault) -> [RunRecord]
    /// The attempts of a run, in their order.
    func attempts(of run: UUID) async throws(AnyFault) -> [AttemptRecord]
    /// The steps of a run, by attempt and ordinal.
    func steps(of run: UUID) async throws(AnyFault) -> [StepRecord]
    /// Sets that are known and not marked removed, newest first; nil takes all targets.
    func backups(target: String?) async throws(AnyFault) -> [BackupRecord]
    /// How long the last succeeded runs of a job took, newest first, at most `limit`.
    func durations(ofJob job: String, limit: Int) async throws(AnyFault) -> [Duration]
    /// The size of the newest set that a job made of a database, whole or partial, for the free-space check.
    func lastSize(target: String, database: String, job: String, partial: Bool)
        async throws(AnyFault) -> ByteCount?
}

/// The answer to the attempt to begin a run.
package enum RunStart: Sendable, Equatable {
    case begun
    /// Another run has this slot already.
    case slotTaken(by: UUID)
}

/// Which runs to list; nil does not restrict.
package struct RunQuery: Sendable, Equatable {
    package var job: String?
    package var outcome: Outcome?
    /// Only runs that have not ended.
    package var unfinishedOnly: Bool
    /// Only runs that wait.
    package var waitingOnly: Bool
    package var startedSince: Date?

    package init(
        job: String? = nil, outcome: Outcome? = nil, unfinishedOnly: Bool = false, waitingOnly: Bool = false,
        startedSince: Date? = nil
    ) {
        self.job = job
        self.outcome = outcome
        self.unfinishedOnly = unfinishedOnly
        self.waitingOnly = waitingOnly
        self.startedSince = startedSince
    }
}
