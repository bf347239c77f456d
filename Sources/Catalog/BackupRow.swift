import Engine
import FoundationEssentials
import Jobs
import Measures
import Postgres

/// A backup set as it is stored.
enum BackupRow {
    static func values(_ backup: BackupRecord) -> [SQLValue] {
        [
            .uuid(backup.id), .uuid(backup.run), .text(backup.job), .text(backup.target),
            .text(backup.database),
            .text(backup.store), .text(backup.path), .microseconds(backup.startedAt),
            .microseconds(backup.finishedAt), .integer(backup.size.bytes), .text(backup.format.rawValue),
            .text(backup.codec), .text(backup.serverVersion), .boolean(backup.partial),
            .text(backup.verified),
            .integer(Int64(backup.tables)), .integer(backup.rows), .integer(Int64(backup.warnings)),
            .array(backup.files.map(\.path)), .array(backup.files.map { String($0.size.bytes) }),
            .array(backup.files.map(\.sha256)),
        ]
    }

    static func record(_ row: Rows.Row) throws(CatalogFault) -> BackupRecord {
        BackupRecord(
            id: try row.uuid("id"), run: try row.uuid("run"), job: try row.string("job"),
            target: try row.string("target"), database: try row.string("database"),
            store: try row.string("store"),
            path: try row.string("path"), startedAt: try row.date("started_at"),
            finishedAt: try row.date("finished_at"), size: ByteCount(try row.whole("size")),
            format: try row.named("format"), codec: try row.string("codec"),
            serverVersion: try row.string("server_version"), partial: try row.flag("partial"),
            verified: try row.string("verified"), tables: Int(try row.whole("tables")),
            rows: try row.whole("rows"),
            warnings: Int(try row.whole("warnings")), files: try files(row))
    }

    private struct StoredFile: Codable {
        var path: String
        var size: Int64
        var sha256: String
    }

    private static func files(_ row: Rows.Row) throws(CatalogFault) -> [BackupRecord.File] {
        guard let text = try row.optionalString("files") else { return [] }
        do {
            return try JSONDecoder().decode([StoredFile].self, from: Data(text.utf8)).map {
                BackupRecord.File(path: $0.path, size: ByteCount($0.size), sha256: $0.sha256)
            }
        } catch {
            throw .unknownValue(column: "backup_file", value: text)
        }
    }
}
