package import ArchiveFormat
package import Faults
package import FoundationEssentials

/// The record of drills, as the engine needs it: the catalog, or its twin in memory.
package protocol DrillBook: Sendable {
    /// Writes a drill with its findings and its report, all or nothing; the key is run and ordinal, and what is there
    /// already stays as it is.
    ///
    /// - Parameters:
    ///   - report: The whole report as JSON, which the book does not look into.
    ///   - lease: As with the other writes of a run; see ``RunBook/begin(_:)``.
    /// - Throws: `catalog.run-unknown`, `catalog.run-taken-over`.
    func record(_ drill: DrillRecord, report: String, lease: Lease?) async throws(AnyFault)
    /// Drills, newest first, at most `limit`.
    func drills(_ query: DrillQuery, limit: Int) async throws(AnyFault) -> [DrillRecord]
    /// The report of one drill as JSON, equal in meaning to what was recorded; nil if there is none.
    func report(ofDrill ordinal: Int, of run: UUID) async throws(AnyFault) -> String?
}

/// Which drills to list; nil does not restrict.
package struct DrillQuery: Sendable, Equatable {
    package var run: UUID?
    package var backup: UUID?
    package var target: String?
    package var database: String?
    package var verdict: Manifest.Proof.Verdict?

    package init(
        run: UUID? = nil, backup: UUID? = nil, target: String? = nil, database: String? = nil,
        verdict: Manifest.Proof.Verdict? = nil
    ) {
        self.run = run
        self.backup = backup
        self.target = target
        self.database = database
        self.verdict = verdict
    }
}
