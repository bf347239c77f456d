import ArchiveFormat
package import FoundationEssentials

/// A drill as lists and `--json` show it; the keys are documented in `docs/json.md` and stay.
package struct DrillView: Sendable, Equatable, Codable {
    /// The beginning of the run's id and the place in the run: what `drills show` takes.
    package var id: String
    package var run: String
    /// The place among the drills of the run, from 1.
    package var drill: Int
    package var backup: String
    package var target: String
    package var database: String
    package var store: String
    /// The folder of the set, relative to the store.
    package var path: String
    /// The planned instant that the backup answered; nil for one that was made by hand.
    package var slot: Date?
    /// When the backup was begun: the state that was proven.
    package var taken: Date
    package var started: Date
    package var ended: Date
    /// `proven`, `broken` or `could not verify`.
    package var verdict: String
    /// What was compared: `rows` or `content`.
    package var level: String
    package var recoverySeconds: Double?
    package var serverVersion: String
    package var summary: String
    /// What was not as it should be, could not be looked at, or is worth knowing.
    package var findings: [Finding]

    /// One of them.
    package struct Finding: Sendable, Equatable, Codable {
        package var check: String
        package var subject: String
        package var expected: String?
        package var found: String?
        /// Whether it breaks the backup.
        package var fault: Bool
    }

    /// The view of a drill as the catalog keeps it.
    package init(_ drill: DrillRecord) {
        run = drill.run.uuidString.lowercased()
        self.drill = drill.ordinal
        id = "\(run.prefix(8))/\(drill.ordinal)"
        backup = drill.backup.uuidString.lowercased()
        target = drill.target
        database = drill.database
        store = drill.store
        path = drill.path
        slot = drill.slot
        taken = drill.takenAt
        started = drill.startedAt
        ended = drill.endedAt
        verdict = drill.verdict.rawValue
        level = drill.level.rawValue
        recoverySeconds = drill.recoverySeconds
        serverVersion = drill.serverVersion
        summary = drill.summary
        findings = drill.findings.map { finding in
            Finding(
                check: finding.check, subject: finding.subject,
                expected: finding.expected.isEmpty ? nil : finding.expected,
                found: finding.found.isEmpty ? nil : finding.found, fault: finding.isFault)
        }
    }
}
