package import FoundationEssentials

/// What a backup set says of itself: `manifest.json`, written last and read first.
///
/// The keys are the interface; `docs/manifest.md` describes them. Version 1.
package struct Manifest: Sendable, Equatable, Codable {
    /// The version of this layout; 1.
    package var manifest = 1
    /// The set's own id.
    package var id: UUID
    /// The run that made it.
    package var run: UUID
    package var job: String
    package var target: String
    /// The instant of the schedule that the run answered; nil for a run by hand.
    package var slot: Date?
    package var started: Date
    package var finished: Date
    package var format: ArchiveKind
    /// As the job wrote it: `none`, `zlib:6`, `lz4`, `zstd:3`.
    package var compression: String
    /// The file or folder of the data inside the set.
    package var archive: String
    /// What was selected, if it is not the whole database; nil for a whole one.
    package var partial: Selection?
    package var globals: Globals
    package var files: [File]
    package var serverVersion: String
    package var clientVersion: String
    package var systemIdentifier: String?
    package var database: Database
    package var extensions: [Extension]
    /// pg_dump's warnings; it ends with status 0 in spite of them.
    package var warnings: [String]
    /// Rows are counted while the archive is decoded; empty when it was only hashed.
    package var tables: [Table]
    package var largeObjects: Int
    /// The digest of all large objects; nil when they were not digested.
    package var largeObjectsDigest: RowDigest?
    /// Where the data of large tables can be decoded from their middle; nil where it cannot.
    package var parts: [Parts]?
    package var verification: Verification
    /// What the newest drill of this set came to; nil before the first.
    package var proof: Proof?

    package init(
        id: UUID, run: UUID, job: String, target: String, slot: Date? = nil, started: Date, finished: Date,
        format: ArchiveKind, compression: String, archive: String, partial: Selection? = nil,
        globals: Globals, files: [File], serverVersion: String, clientVersion: String,
        systemIdentifier: String? = nil, database: Database, extensions: [Extension], warnings: [String],
        tables: [Table], largeObjects: Int, largeObjectsDigest: RowDigest? = nil, parts: [Parts]? = nil,
        verification: Verification,
        proof: Proof? = nil
    ) {
        self.id = id
        self.run = run
        self.job = job
        self.target = target
        self.slot = slot
        self.started = started
        self.finished = finished
        self.format = format
        self.compression = compression
        self.archive = archive
        self.partial = partial
        self.globals = globals
        self.files = files
        self.serverVersion = serverVersion
        self.clientVersion = clientVersion
        self.systemIdentifier = systemIdentifier
        self.database = database
        self.extensions = extensions
        self.warnings = warnings
        self.tables = tables
        self.largeObjects = largeObjects
        self.largeObjectsDigest = largeObjectsDigest
        self.parts = parts
        self.verification = verification
        self.proof = proof
    }

    /// Which part of a database was saved, as patterns of pg_dump.
    package struct Selection: Sendable, Equatable, Codable {
        package var schemas: [String]
        package var excludeSchemas: [String]
        package var tables: [String]
        package var excludeTables: [String]
        package var excludeTableData: [String]

        package init(
            schemas: [String], excludeSchemas: [String], tables: [String], excludeTables: [String],
            excludeTableData: [String]
        ) {
            self.schemas = schemas
            self.excludeSchemas = excludeSchemas
            self.tables = tables
            self.excludeTables = excludeTables
            self.excludeTableData = excludeTableData
        }
    }

    /// Whether roles and tablespaces are in the set.
    package enum Globals: String, Sendable, Equatable, Codable, CaseIterable {
        case none
        case withPasswords = "with passwords"
        /// The role may not read password hashes: after a restore every role needs a new password.
        case withoutPasswords = "without passwords"
    }

    /// One file of the set.
    package struct File: Sendable, Equatable, Codable {
        /// Relative to the set's folder.
        package var path: String
        package var size: Int64
        /// 64 lower-case hexadecimal digits.
        package var sha256: String

        package init(path: String, size: Int64, sha256: String) {
            self.path = path
            self.size = size
            self.sha256 = sha256
        }
    }

    /// What `CREATE DATABASE` needs to make the same database again.
    package struct Database: Sendable, Equatable, Codable {
        package var name: String
        package var owner: String
        package var encoding: String
        package var collate: String
        package var ctype: String
        /// `c` libc, `i` ICU, `b` builtin (`pg_database.datlocprovider`).
        package var localeProvider: String
        package var icuLocale: String?
        package var collationVersion: String?
        /// `pg_database.datacl`; nil for the default.
        package var acl: String?
        /// `ALTER DATABASE … SET`, each as `name=value`.
        package var settings: [String]
        /// `ALTER ROLE … IN DATABASE … SET`; nil in sets of earlier programs.
        package var roleSettings: [RoleSetting]?
        /// Bytes that the database took on the server.
        package var size: Int64

        package init(
            name: String, owner: String, encoding: String, collate: String, ctype: String,
            localeProvider: String, icuLocale: String? = nil, collationVersion: String? = nil,
            acl: String? = nil, settings: [String], roleSettings: [RoleSetting]? = nil, size: Int64
        ) {
            self.name = name
            self.owner = owner
            self.encoding = encoding
            self.collate = collate
            self.ctype = ctype
            self.localeProvider = localeProvider
            self.icuLocale = icuLocale
            self.collationVersion = collationVersion
            self.acl = acl
            self.settings = settings
            self.roleSettings = roleSettings
            self.size = size
        }
    }

    /// A setting that a role has in the saved database and in no other: `ALTER ROLE … IN DATABASE … SET`.
    package struct RoleSetting: Sendable, Equatable, Codable {
        package var role: String
        /// As `name=value`.
        package var setting: String

        package init(role: String, setting: String) {
            self.role = role
            self.setting = setting
        }
    }

    /// An extension that a restore needs.
    package struct Extension: Sendable, Equatable, Codable {
        package var name: String
        package var version: String

        package init(name: String, version: String) {
            self.name = name
            self.version = version
        }
    }

    /// The content of one table.
    package struct Table: Sendable, Equatable, Codable {
        package var schema: String
        package var name: String
        /// Nil when they cannot be counted (a dump with INSERT statements).
        package var rows: Int64?
        /// Decoded bytes of the data.
        package var bytes: Int64
        /// The digest of its rows; nil where they are not counted, and in sets of earlier programs.
        package var digest: RowDigest?

        package init(
            schema: String, name: String, rows: Int64? = nil, bytes: Int64, digest: RowDigest? = nil
        ) {
            self.schema = schema
            self.name = name
            self.rows = rows
            self.bytes = bytes
            self.digest = digest
        }
    }

    /// The parts of one table's data in a custom archive that pgvigil wrote.
    ///
    /// At each offset a chunk begins, and with it a row; its deflate data needs nothing of what stands before it.
    package struct Parts: Sendable, Equatable, Codable {
        /// The dump id of the entry.
        package var entry: Int32
        /// Positions of chunks in the archive, rising: where the second part begins, the third, and so on.
        package var offsets: [Int64]

        package init(entry: Int32, offsets: [Int64]) {
            self.entry = entry
            self.offsets = offsets
        }
    }

    /// What was checked before the set was published.
    package struct Verification: Sendable, Equatable, Codable {
        package var level: Level
        package var at: Date
        /// True where every table was also counted at the source, in the snapshot that was dumped; else nil.
        package var sourceCounts: Bool?

        package init(level: Level, at: Date, sourceCounts: Bool? = nil) {
            self.level = level
            self.at = at
            self.sourceCounts = sourceCounts
        }

        /// How thoroughly.
        package enum Level: String, Sendable, Equatable, Codable, CaseIterable {
            /// Every file read back from the disk and its hash compared.
            case hash
            /// And every block decoded.
            case decode
        }
    }

    /// Whether the set counts as verified for retention: it was read back from the disk before it was published.
    package var isVerified: Bool { !files.isEmpty }

    /// Bytes of all files.
    package var size: Int64 { files.reduce(0) { $0 + $1.size } }
}
