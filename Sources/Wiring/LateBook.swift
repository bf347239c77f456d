package import Engine
package import Faults
package import FoundationEssentials
package import Measures

/// The record in a catalog that may not be there yet: what is asked of it then fails with the reason.
///
/// Backups go on with it, since they matter more than their record, and say that they are not recorded.
package struct LateBook: RunBook {
    private let keeper: CatalogKeeper

    package init(_ keeper: CatalogKeeper) {
        self.keeper = keeper
    }

    package func begin(_ run: RunRecord) async throws(AnyFault) -> RunStart {
        try await keeper.book().begin(run)
    }

    package func end(_ run: UUID, lease: Lease?, outcome: Outcome, summary: String, at: Date)
        async throws(AnyFault)
    {
        try await keeper.book().end(run, lease: lease, outcome: outcome, summary: summary, at: at)
    }

    package func record(_ attempt: AttemptRecord, lease: Lease?) async throws(AnyFault) {
        try await keeper.book().record(attempt, lease: lease)
    }

    package func record(_ step: StepRecord, lease: Lease?) async throws(AnyFault) {
        try await keeper.book().record(step, lease: lease)
    }

    package func record(_ backup: BackupRecord) async throws(AnyFault) {
        try await keeper.book().record(backup)
    }

    package func markRemoved(_ backup: UUID, at: Date, reason: String) async throws(AnyFault) {
        try await keeper.book().markRemoved(backup, at: at, reason: reason)
    }

    package func runs(_ query: RunQuery, limit: Int) async throws(AnyFault) -> [RunRecord] {
        try await keeper.book().runs(query, limit: limit)
    }

    package func runs(idPrefix prefix: String) async throws(AnyFault) -> [RunRecord] {
        try await keeper.book().runs(idPrefix: prefix)
    }

    package func attempts(of run: UUID) async throws(AnyFault) -> [AttemptRecord] {
        try await keeper.book().attempts(of: run)
    }

    package func steps(of run: UUID) async throws(AnyFault) -> [StepRecord] {
        try await keeper.book().steps(of: run)
    }

    package func backups(target: String?) async throws(AnyFault) -> [BackupRecord] {
        try await keeper.book().backups(target: target)
    }

    package func durations(ofJob job: String, limit: Int) async throws(AnyFault) -> [Duration] {
        try await keeper.book().durations(ofJob: job, limit: limit)
    }

    package func lastSize(target: String, database: String, job: String, partial: Bool)
        async throws(AnyFault) -> ByteCount?
    {
        try await keeper.book().lastSize(target: target, database: database, job: job, partial: partial)
    }
}
