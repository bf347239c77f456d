package import Policy

/// What a backup job saves, and how.
package struct BackupSpec: Sendable, Equatable {
    /// Exact names or globs of databases; nil takes the target's own default.
    package var databases: [String]?
    /// Names or globs left out after that.
    package var excludeDatabases: [String]
    package var format: Format
    package var compression: Compression
    /// Who writes a custom archive.
    package var writer: Writer
    /// Threads that compress a custom archive of ours, or the connections of a directory dump (`pg_dump -j`); from 1.
    package var workers: WorkerCount
    /// Connections that read the tables of a custom archive of ours, from 1.
    package var connections: WorkerCount
    package var globals: Bool
    package var verify: Verify
    package var keep: Retention
    /// The name of a store.
    package var store: String
    package var selection: Selection
    /// Whether the rows are also counted at the source, in the snapshot that is dumped, so that pg_dump is checked too.
    package var snapshotCounts: Bool

    /// - Parameter compression: Nil takes what suits the format and who writes it.
    package init(
        databases: [String]? = nil, excludeDatabases: [String] = [], format: Format = .custom,
        compression: Compression? = nil, writer: Writer = .pgvigil,
        workers: WorkerCount = .automatic, connections: WorkerCount = .automatic, globals: Bool = true,
        verify: Verify = .decode, keep: Retention = Retention(), store: String = "local",
        selection: Selection = Selection(), snapshotCounts: Bool = false
    ) {
        self.databases = databases
        self.excludeDatabases = excludeDatabases
        self.format = format
        self.compression = compression ?? Self.defaultCompression(format, writer)
        self.writer = writer
        self.workers = workers
        self.connections = connections
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

    /// Who compresses the data of a custom archive and puts it together.
    package enum Writer: String, Sendable, Equatable, CaseIterable {
        /// pgvigil, on all cores, from what pg_dump writes without compression.
        case pgvigil
        /// pg_dump, on one core.
        case pgDump = "pg_dump"
    }

    /// How the data is compressed: `none`, `isal:1-3`, `zlib:0-9`, `lz4`, `zstd:N`.
    package enum Compression: Sendable, Equatable, CustomStringConvertible {
        case none
        /// zlib streams made by Intel's ISA-L.
        case isal(level: Int)
        case zlib(level: Int)
        case lz4
        case zstd(level: Int)

        package var description: String {
            switch self {
            case .none: "none"
            case .isal(let level): "isal:\(level)"
            case .zlib(let level): "zlib:\(level)"
            case .lz4: "lz4"
            case .zstd(let level): "zstd:\(level)"
            }
        }
    }

    /// What the data is compressed with where the job does not say it.
    private static func defaultCompression(_ format: Format, _ writer: Writer) -> Compression {
        switch (format, writer) {
        case (.custom, .pgvigil): .isal(level: 2)
        case (.custom, .pgDump), (.directory, _), (.plain, _): .zlib(level: 6)
        }
    }

    /// How pgvigil compresses the archive; nil where pg_dump writes it.
    package var segmentCompression: Compression? {
        guard format == .custom, writer == .pgvigil else { return nil }
        switch compression {
        case .isal: return compression
        case .zlib(let level): return level > 0 ? compression : nil
        case .none, .lz4, .zstd: return nil
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
