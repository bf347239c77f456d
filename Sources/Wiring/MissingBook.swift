package import Engine
package import Faults
package import FoundationEssentials
package import Measures

/// Stands for a catalog that cannot be reached: whatever is asked of it fails with the reason.
///
/// Backups go on with it, since they matter more than their record, and say that they are not recorded.
package struct MissingBook: RunBook {
    private let fault: AnyFault

    package init(because fault: AnyFault) {
        self.fault = fault
    }

    package func begin(_ run: RunRecord) async throws(AnyFault) -> RunStart { throw fault }
    package func end(_ run: UUID, outcome: Outcome, summary: String, at: Date) async throws(AnyFault) {
        throw fault
    }
    package func record(_ attempt: AttemptRecord) async throws(AnyFault) { throw fault }
    package func record(_ step: StepRecord) async throws(AnyFault) { throw fault }
    package func record(_ backup: BackupRecord) async throws(AnyFault) { throw fault }
    package func markRemoved(_ backup: UUID, at: Date, reason: String) async throws(AnyFault) { throw fault }
    package func runs(_ query: RunQuery, limit: Int) async throws(AnyFault) -> [RunRecord] { throw fault }
    package func runs(idPrefix prefix: String) async throws(AnyFault) -> [RunRecord] { throw fault }
    package func attempts(of run: UUID) async throws(AnyFault) -> [AttemptRecord] { throw fault }
    package func steps(of run: UUID) async throws(AnyFault) -> [StepRecord] { throw fault }
    package func backups(target: String?) async throws(AnyFault) -> [BackupRecord] { throw fault }
    package func durations(ofJob job: String, limit: Int) async throws(AnyFault) -> [Duration] { throw fault }
    package func lastSize(target: String, database: String) async throws(AnyFault) -> ByteCount? {
        throw fault
    }
}
