import ArchiveFormat
package import FoundationEssentials
package import Jobs
package import Measures

/// A published backup set as the catalog knows it; the store's manifest is the truth it was made from.
package struct BackupRecord: Sendable, Equatable {
    package var id: UUID
    package var run: UUID
    package var job: String
    package var target: String
    package var database: String
    package var store: String
    /// Relative to the store.
    package var path: String
    package var startedAt: Date
    package var finishedAt: Date
    package var size: ByteCount
    package var format: BackupSpec.Format
    package var codec: String
    package var serverVersion: String
    package var partial: Bool
    /// `decode` or `hash`; what was checked before it was published.
    package var verified: String
    package var tables: Int
    package var rows: Int64
    package var warnings: Int
    package var files: [File]

    /// One file of the set.
    package struct File: Sendable, Equatable {
        package var path: String
        package var size: ByteCount
        package var sha256: String

        package init(path: String, size: ByteCount, sha256: String) {
            self.path = path
            self.size = size
            self.sha256 = sha256
        }
    }

    package init(
        id: UUID, run: UUID, job: String, target: String, database: String, store: String, path: String,
        startedAt: Date, finishedAt: Date, size: ByteCount, format: BackupSpec.Format, codec: String,
        serverVersion: String, partial: Bool, verified: String, tables: Int, rows: Int64, warnings: Int,
        files: [File]
    ) {
        self.id = id
        self.run = run
        self.job = job
        self.target = target
        self.database = database
        self.store = store
        self.path = path
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.size = size
        self.format = format
        self.codec = codec
        self.serverVersion = serverVersion
        self.partial = partial
        self.verified = verified
        self.tables = tables
        self.rows = rows
        self.warnings = warnings
        self.files = files
    }
}

extension BackupRecord {
    /// The record of a published set, made from its manifest.
    package init(_ set: StoredSet) {
        let manifest = set.manifest
        self.init(
            id: manifest.id, run: manifest.run, job: manifest.job, target: manifest.target,
            database: manifest.database.name, store: set.store, path: set.path, startedAt: manifest.started,
            finishedAt: manifest.finished, size: ByteCount(manifest.size),
            format: BackupSpec.Format(rawValue: manifest.format.rawValue) ?? .custom,
            codec: manifest.compression,
            serverVersion: manifest.serverVersion, partial: manifest.partial != nil,
            verified: manifest.verification.level.rawValue, tables: manifest.tables.count,
            rows: manifest.tables.reduce(0) { $0 + ($1.rows ?? 0) }, warnings: manifest.warnings.count,
            files: manifest.files.map { .init(path: $0.path, size: ByteCount($0.size), sha256: $0.sha256) })
    }
}
