import FoundationEssentials

// What `--json` prints, read by the keys of docs/json.md and by nothing of the program's own.

/// A run of `runs list --json` and `runs show --json`.
struct RunRow: Decodable {
    var id: String
    var job: String
    var kind: String
    var trigger: String
    var slot: Date?
    var pattern: String?
    var zone: String?
    var outcome: String
    var summary: String
    var started: Date
    var ended: Date?
    var seconds: Double?
    var pid: Int32
    var daemon: String?
    var epoch: Int64?
    var standsFor: [Date]?
    var inJournal: Bool?
    var waitsWith: [SeatRow]?
    var attempts: [AttemptRow]?
    var steps: [StepRow]?
}

/// Who has what a run waits for, or came due earlier.
struct SeatRow: Decodable {
    var seat: String
    var run: String
    var job: String
    var has: Bool
}

/// A daemon of `daemons list --json`.
struct DaemonRow: Decodable {
    struct Work: Decodable {
        var run: String
        var job: String
        var state: String
    }

    var id: String
    var pid: Int32
    var role: String
    var state: String
    var epoch: Int64
    var runs: [Work]
}

/// What `status --json` says of the catalog and the journal.
struct ConditionRow: Decodable {
    struct Finding: Decodable {
        var weight: String
        var kind: String
        var text: String
    }

    var verdict: String
    var catalogUp: Bool
    var journalEntries: Int
    var findings: [Finding]
}

/// What one daemon answered to `reload --json`.
struct AnswerRow: Decodable {
    var pid: Int32
    var answer: String
    var text: String
}

/// One try of a run.
struct AttemptRow: Decodable {
    var number: Int
    var outcome: String?
    var summary: String
}

/// One step of a try.
struct StepRow: Decodable {
    var attempt: Int
    var name: String
    var target: String?
    var database: String?
    var state: String
    var detail: String
    var bytes: Int64?
    var code: String?
    var remedy: String?
}

/// A set of `backups list --json`.
struct BackupRow: Decodable {
    var id: String
    var run: String
    var job: String
    var target: String
    var database: String
    var path: String
    var bytes: Int64
    var format: String
    var compression: String
    var partial: Bool
    var verified: String
    var tables: Int
    var rows: Int64
    var globals: String
    var warnings: [String]
    var held: String?
}

/// What `backups prune --json` says of a set.
struct PruneRow: Decodable {
    var backup: BackupRow
    var keep: Bool
    var reasons: [String]
}

/// A report of `verify --json`.
struct ReportRow: Decodable {
    var path: String
    var format: String?
    var verdict: String
    var findings: [FindingRow]
    var comparedWithManifest: Bool
}

/// A finding of a report.
struct FindingRow: Decodable {
    var code: String
    var subject: String
    var offset: Int64?
    var message: String
    var meaning: String
}

/// A slot of `plan --json`.
struct SlotRow: Decodable {
    var at: Date
    var job: String
    var kind: String
    var pattern: String
    var zone: String
    var window: String?
    var open: Bool
    var expectedSeconds: Double?
}

/// What `check --json` says.
struct CheckRow: Decodable {
    var targets: [String]
    var stores: [String]
    var jobs: [String]
    var schedules: Int
    var faults: [FaultRow]
}

/// A fault of the configuration.
struct FaultRow: Decodable {
    var code: String
    var file: String?
    var line: Int?
    var column: Int?
    var summary: String
    var remedy: String
}

/// A line of `run --json` and `serve --json`.
struct EventRow: Decodable {
    var event: String
    var run: RunRow?
    var step: StepRow?
    var message: String?
}

/// The manifest of a set, as far as these tests read it.
struct ManifestRow: Decodable {
    struct Table: Decodable {
        var schema: String
        var name: String
        var rows: Int64?
    }

    struct File: Decodable {
        var path: String
        var size: Int64
        var sha256: String
    }

    var tables: [Table]
    var files: [File]
}
