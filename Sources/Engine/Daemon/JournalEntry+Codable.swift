import FoundationEssentials
import Jobs
import Measures

/// A backup set as it stands in a journal.
private struct BackupForm: Codable {
    struct File: Codable {
        var path: String
        var size: Int64
        var sha256: String
    }

    var id: UUID
    var run: UUID
    var job: String
    var target: String
    var database: String
    var store: String
    var path: String
    var startedAt: JournalInstant
    var finishedAt: JournalInstant
    var size: Int64
    var format: BackupSpec.Format
    var codec: String
    var serverVersion: String
    var partial: Bool
    var verified: String
    var tables: Int
    var rows: Int64
    var warnings: Int
    var files: [File]

    init(_ backup: BackupRecord) {
        id = backup.id
        run = backup.run
        job = backup.job
        target = backup.target
        database = backup.database
        store = backup.store
        path = backup.path
        startedAt = JournalInstant(backup.startedAt)
        finishedAt = JournalInstant(backup.finishedAt)
        size = backup.size.bytes
        format = backup.format
        codec = backup.codec
        serverVersion = backup.serverVersion
        partial = backup.partial
        verified = backup.verified
        tables = backup.tables
        rows = backup.rows
        warnings = backup.warnings
        files = backup.files.map { File(path: $0.path, size: $0.size.bytes, sha256: $0.sha256) }
    }

    var record: BackupRecord {
        BackupRecord(
            id: id, run: run, job: job, target: target, database: database, store: store, path: path,
            startedAt: startedAt.date, finishedAt: finishedAt.date, size: ByteCount(size), format: format,
            codec: codec, serverVersion: serverVersion, partial: partial, verified: verified, tables: tables,
            rows: rows, warnings: warnings,
            files: files.map {
                BackupRecord.File(path: $0.path, size: ByteCount($0.size), sha256: $0.sha256)
            })
    }
}

private struct RemovalForm: Codable {
    var backup: UUID
    var at: JournalInstant
    var reason: String
}

private struct EndForm: Codable {
    var run: UUID
    var lease: Lease?
    var outcome: Outcome
    var summary: String
    var at: JournalInstant
}

/// An entry is one object with one key, which tells its kind; a journal may be replayed by a later program, so keys stay.
extension JournalEntry: Codable {
    private enum Kind: String, CodingKey {
        case run, attempt, step, backup, drill, maintenance, removal, end
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Kind.self)
        func form<Form: Decodable>(_ kind: Kind) throws -> Form {
            try container.decode(Form.self, forKey: kind)
        }
        let unknown = DecodingError.dataCorrupted(
            .init(codingPath: decoder.codingPath, debugDescription: "it is of no kind that is known here"))
        guard container.allKeys.count == 1, let kind = container.allKeys.first else { throw unknown }
        switch kind {
        case .run:
            let form: JournalRunForm = try form(kind)
            guard let run = form.record else { throw unknown }
            self = .run(run)
        case .attempt:
            let form: JournalAttemptForm = try form(kind)
            self = .attempt(form.record, form.lease)
        case .step:
            let form: JournalStepForm = try form(kind)
            self = .step(form.record, form.lease)
        case .backup:
            let form: BackupForm = try form(kind)
            self = .backup(form.record)
        case .drill:
            let form: JournalDrillForm = try form(kind)
            self = .drill(form.record, report: form.report, form.lease)
        case .maintenance:
            let form: JournalMaintenanceForm = try form(kind)
            self = .maintenance(form.run, form.records, form.lease)
        case .removal:
            let form: RemovalForm = try form(kind)
            self = .removal(form.backup, at: form.at.date, reason: form.reason)
        case .end:
            let form: EndForm = try form(kind)
            self = .end(form.run, form.lease, form.outcome, summary: form.summary, at: form.at.date)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Kind.self)
        switch self {
        case .run(let run): try container.encode(JournalRunForm(run), forKey: .run)
        case .attempt(let attempt, let lease):
            try container.encode(JournalAttemptForm(attempt, lease), forKey: .attempt)
        case .step(let step, let lease): try container.encode(JournalStepForm(step, lease), forKey: .step)
        case .backup(let backup): try container.encode(BackupForm(backup), forKey: .backup)
        case .drill(let drill, let report, let lease):
            try container.encode(JournalDrillForm(drill, report: report, lease), forKey: .drill)
        case .maintenance(let run, let actions, let lease):
            try container.encode(JournalMaintenanceForm(run, actions, lease), forKey: .maintenance)
        case .removal(let backup, let at, let reason):
            try container.encode(
                RemovalForm(backup: backup, at: JournalInstant(at), reason: reason), forKey: .removal)
        case .end(let run, let lease, let outcome, let summary, let at):
            try container.encode(
                EndForm(run: run, lease: lease, outcome: outcome, summary: summary, at: JournalInstant(at)),
                forKey: .end)
        }
    }
}
