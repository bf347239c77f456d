import ArchiveFormat
import FoundationEssentials

/// A drill as it stands in a journal, with its report and the lease by which it was written.
struct JournalDrillForm: Codable, Sendable {
    var run: UUID
    var ordinal: Int
    var backup: UUID
    var store: String
    var path: String
    var target: String
    var database: String
    var slot: JournalInstant?
    var takenAt: JournalInstant
    var startedAt: JournalInstant
    var endedAt: JournalInstant
    var verdict: Manifest.Proof.Verdict
    var level: Manifest.Proof.Level
    var recoverySeconds: Double?
    var phases: [DrillRecord.Phase]
    var serverVersion: String
    var summary: String
    var findings: [DrillRecord.Finding]
    var report: String
    var lease: Lease?

    init(_ drill: DrillRecord, report: String, _ lease: Lease?) {
        run = drill.run
        ordinal = drill.ordinal
        backup = drill.backup
        store = drill.store
        path = drill.path
        target = drill.target
        database = drill.database
        slot = drill.slot.map(JournalInstant.init)
        takenAt = JournalInstant(drill.takenAt)
        startedAt = JournalInstant(drill.startedAt)
        endedAt = JournalInstant(drill.endedAt)
        verdict = drill.verdict
        level = drill.level
        recoverySeconds = drill.recoverySeconds
        phases = drill.phases
        serverVersion = drill.serverVersion
        summary = drill.summary
        findings = drill.findings
        self.report = report
        self.lease = lease
    }

    var record: DrillRecord {
        DrillRecord(
            run: run, ordinal: ordinal, backup: backup, store: store, path: path, target: target,
            database: database, slot: slot?.date, takenAt: takenAt.date, startedAt: startedAt.date,
            endedAt: endedAt.date, verdict: verdict, level: level, recoverySeconds: recoverySeconds,
            phases: phases, serverVersion: serverVersion, summary: summary, findings: findings)
    }
}
