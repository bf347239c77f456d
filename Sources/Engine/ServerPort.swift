package import ArchiveFormat
package import Faults
package import Jobs
package import Measures

/// What the engine asks a target's server; implemented over libpq, and by a twin in memory.
package protocol ServerPort: Sendable {
    /// Connects and reads what a backup must know of the server.
    func facts(of target: Target) async throws(AnyFault) -> ServerFacts
    /// Reads what a backup must know of one database, and what the role may not read in it.
    func facts(of target: Target, database: String) async throws(AnyFault) -> DatabaseFacts
    /// Opens a transaction that sees one state of a database, and exports that state for pg_dump to see the same.
    ///
    /// - Throws: ``EngineFault/snapshotPooled(item:)`` where a pooler stands in between.
    func holdSnapshot(of target: Target, database: String) async throws(AnyFault) -> any HeldSnapshot
    /// The same, with several connections that see that state.
    ///
    /// - Throws: As ``holdSnapshot(of:database:)``, and where there are not so many connections.
    func shareSnapshot(of target: Target, database: String, connections: Int) async throws(AnyFault)
        -> any SharedSnapshot
}

/// One state of a database, held open in a transaction that reads only; manual, "Snapshot Synchronization Functions".
package protocol HeldSnapshot: Sendable {
    /// As `pg_dump --snapshot` takes it.
    var id: String { get }
    /// Counts the rows of a table as that state has them, without those of tables that inherit from it.
    func count(schema: String, table: String) async throws(AnyFault) -> Int64
    /// Ends the transaction; a second time does nothing.
    func release() async
}

/// One server as it was when it was asked.
package struct ServerFacts: Sendable, Equatable {
    /// `server_version_num`, such as 150018.
    package var versionNumber: Int
    /// `server_version`, such as `15.18 (Debian 15.18-0+deb12u1)`.
    package var version: String
    /// From `pg_control_system()`; nil where the role may not ask.
    package var systemIdentifier: String?
    package var inRecovery: Bool
    /// Whether the role may read password hashes (`pg_authid`).
    package var mayReadPasswords: Bool
    /// Databases that allow connections and are not templates, by name.
    package var databases: [String]

    package init(
        versionNumber: Int, version: String, systemIdentifier: String?, inRecovery: Bool,
        mayReadPasswords: Bool,
        databases: [String]
    ) {
        self.versionNumber = versionNumber
        self.version = version
        self.systemIdentifier = systemIdentifier
        self.inRecovery = inRecovery
        self.mayReadPasswords = mayReadPasswords
        self.databases = databases
    }

    /// The major version: 12 and up.
    package var major: Int { versionNumber / 10_000 }
}

/// One database as it was when it was asked.
package struct DatabaseFacts: Sendable, Equatable {
    package var name: String
    package var size: ByteCount
    package var owner: String
    package var encoding: String
    package var collate: String
    package var ctype: String
    /// `c`, `i` or `b` (`pg_database.datlocprovider`, 15 and later), else `c`.
    package var localeProvider: String
    package var icuLocale: String?
    package var collationVersion: String?
    /// `pg_database.datacl` as text, nil for the default.
    package var acl: String?
    /// `ALTER DATABASE … SET` as `name=value`.
    package var settings: [String]
    /// `ALTER ROLE … IN DATABASE … SET`, by role.
    package var roleSettings: [Manifest.RoleSetting]
    /// Name and version, by name.
    package var extensions: [Extension]
    /// Tables with data, largest first: what a dump will take, by the statistics' estimate.
    package var tables: [TableEstimate]
    /// What the role may not read, each as `schema.name (kind)`: a dump would fail on it.
    package var unreadable: [String]
    /// Tables with row-level security that hides rows from this role: a dump would fail on it.
    package var rowSecurity: [String]

    /// An installed extension.
    package struct Extension: Sendable, Equatable {
        package var name: String
        package var version: String

        package init(name: String, version: String) {
            self.name = name
            self.version = version
        }
    }

    /// The size of one table by the server's own estimate.
    package struct TableEstimate: Sendable, Equatable {
        package var schema: String
        package var name: String
        package var bytes: Int64
        package var rows: Int64

        package init(schema: String, name: String, bytes: Int64, rows: Int64) {
            self.schema = schema
            self.name = name
            self.bytes = bytes
            self.rows = rows
        }
    }

    package init(
        name: String, size: ByteCount, owner: String, encoding: String, collate: String, ctype: String,
        localeProvider: String = "c", icuLocale: String? = nil, collationVersion: String? = nil,
        acl: String? = nil,
        settings: [String] = [], roleSettings: [Manifest.RoleSetting] = [], extensions: [Extension] = [],
        tables: [TableEstimate] = [],
        unreadable: [String] = [], rowSecurity: [String] = []
    ) {
        self.name = name
        self.size = size
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
        self.extensions = extensions
        self.tables = tables
        self.unreadable = unreadable
        self.rowSecurity = rowSecurity
    }
}
