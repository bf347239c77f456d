package import Policy

/// What a backup job saves, and how.
package struct BackupSpec: Sendable, Equatable {
    /// Exact names or globs of databases; nil takes the target's own default.
    package var databases: [String]?
    /// Names or globs left out after that.
    package var excludeDatabases: [String]
    package var format: Format
    package var compression: Compression
    /// Connections of a directory dump (`pg_dump -j`), at least 1; 1 for the other formats.
    package var workers: Int
    package var globals: Bool
    package var verify: Verify
    package var keep: Retention
    /// The name of a store.
    package var store: String
    package var selection: Selection
    /// Whether the rows are also counted at the source, in the snapshot that is dumped, so that pg_dump is checked too.
    package var snapshotCounts: Bool

    package init(
        databases: [String]? = nil, excludeDatabases: [String] = [], format: Format = .custom,
        compression: Compression = .zlib(level: 6), workers: Int = 1, globals: Bool = true,
        verify: Verify = .decode, keep: Retention = Retention(), store: String = "local",
        selection: Selection = Selection(), snapshotCounts: Bool = false
    ) {
        self.databases = databases
        self.excludeDatabases = excludeDatabases
        self.format = format
        self.compression = compression
        self.workers = workers
        self.globals = globals
        self.verify = verify
        self.keep = keep
        self.store = store
        self.selection = selection
        self.snapshotCounts = snapshotCounts
    }

    /// pg_dump's output formats that pgvigil writes.
    package enum Format: String, Sendable, Equatable, CaseIterable, Codable {
        case custom, directory, plain
    }

    /// How the data is compressed: `none`, `zlib:0-9`, `lz4`, `zstd:N`.
    package enum Compression: Sendable, Equatable, CustomStringConvertible {
        case none
        case zlib(level: Int)
        case lz4
        case zstd(level: Int)

        package var description: String {
            switch self {
            case .none: "none"
            case .zlib(let level): "zlib:\(level)"
            case .lz4: "lz4"
            case .zstd(let level): "zstd:\(level)"
            }
        }
    }

    /// What is checked before a set is published.
    package enum Verify: String, Sendable, Equatable, CaseIterable, Codable {
        /// Every block is read back from the disk, decoded and hashed.
        case decode
        /// Only the sizes and hashes of the files are read back.
        case hash
    }

    /// Which part of a database is saved; empty means all of it. Patterns are pg_dump's own.
    package struct Selection: Sendable, Equatable, Codable {
        package var schemas: [String]
        package var excludeSchemas: [String]
        package var tables: [String]
        package var excludeTables: [String]
        package var excludeTableData: [String]

        package init(
            schemas: [String] = [], excludeSchemas: [String] = [], tables: [String] = [],
            excludeTables: [String] = [], excludeTableData: [String] = []
        ) {
            self.schemas = schemas
            self.excludeSchemas = excludeSchemas
            self.tables = tables
            self.excludeTables = excludeTables
            self.excludeTableData = excludeTableData
        }

        /// Whether a backup with it holds less than the database.
        package var isPartial: Bool { self != Selection() }
    }
}
