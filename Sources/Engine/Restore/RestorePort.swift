package import Faults
package import Jobs
package import Measures

/// Servers to restore into: private ones that are thrown away, and those of targets; implemented over libpq.
package protocol RestorePort: Sendable {
    /// Makes and starts a private cluster that only this process uses, on a Unix socket.
    ///
    /// - Throws: A fault whose exit status is `undetermined` where this machine has no programs of that version.
    func startThrowaway(_ wish: ThrowawayWish) async throws(AnyFault) -> any RestoreServer
    /// The server of a target; it is not started and not stopped.
    func server(of target: Target) async throws(AnyFault) -> any RestoreServer
    /// What this machine has for throwaway clusters.
    func room() async throws(AnyFault) -> RestoreRoom
    /// Stops and removes throwaway clusters whose makers are gone.
    ///
    /// - Returns: The folders that were removed.
    func sweep() async -> [String]
}

/// What this machine has for throwaway clusters.
package struct RestoreRoom: Sendable, Equatable {
    /// Free bytes where they are made.
    package var freeSpace: ByteCount
    /// The machine's memory.
    package var memory: ByteCount
    package var cores: Int

    package init(freeSpace: ByteCount, memory: ByteCount, cores: Int) {
        self.freeSpace = freeSpace
        self.memory = memory
        self.cores = cores
    }
}

/// What a throwaway cluster has to be.
package struct ThrowawayWish: Sendable, Equatable {
    /// The major version of the server that was saved; the next newer one does where that is missing.
    package var major: Int
    /// The role that `initdb` made on the saved server: grants of memberships name it, and only the bootstrap role of
    /// the new one can be their grantor (`check_role_grantor` in `src/backend/commands/user.c`).
    package var bootstrapRole: String
    /// Names of roles that will be made in it; the role that we are there has none of them.
    package var savedRoles: Set<String>
    /// What PostgreSQL may take for caches and sorting together.
    package var memory: ByteCount
    /// Processes that work at once.
    package var workers: Int

    package init(
        major: Int, bootstrapRole: String, memory: ByteCount, workers: Int, savedRoles: Set<String> = []
    ) {
        self.major = major
        self.bootstrapRole = bootstrapRole
        self.savedRoles = savedRoles
        self.memory = memory
        self.workers = workers
    }
}

/// One server that a backup is restored into. Every call opens what connections it needs and closes them again.
package protocol RestoreServer: Sendable {
    /// How client programs reach a database of it.
    func connection(to database: String) -> ConnectionInfo
    /// What must be known before anything is restored.
    func facts() async throws(AnyFault) -> RestoreServerFacts
    /// Runs statements one after the other in one session, each by itself; one that fails does not stop the rest.
    ///
    /// - Throws: A fault if the server cannot be asked at all.
    func perform(_ statements: [String], in database: String) async throws(AnyFault) -> [StatementOutcome]
    /// Runs statements as one transaction: all or none.
    func performTogether(_ statements: [String], in database: String) async throws(AnyFault)
    /// What a restored database has come to, as its system catalogs tell.
    func state(of database: String) async throws(AnyFault) -> RestoredState
    /// Reads all rows of a table as pg_dump would, and counts and digests them; nothing is kept in memory.
    func content(of table: CopySource, in database: String) async throws(AnyFault) -> ContentReading
    /// Counts the rows of a table without carrying them over.
    func rowCount(of table: CopySource, in database: String) async throws(AnyFault) -> Int64
    /// Reads all large objects, and digests them as the archive's were.
    func largeObjects(in database: String) async throws(AnyFault) -> ContentReading
    /// Checks every B-tree index with amcheck.
    ///
    /// - Returns: What is wrong, index by index; nil where the extension is not there to be made.
    func checkIndexes(in database: String) async throws(AnyFault) -> IndexReport?
    /// Asks a question of the user's in a transaction that may only read.
    func ask(_ sql: String, in database: String, limit: Duration) async throws(AnyFault) -> QueryAnswer
    /// How far restoring a database is; nil where the server does not tell.
    func progress(of database: String) async -> RestoreReading?
    /// Sessions of others in a database.
    func sessions(in database: String) async throws(AnyFault) -> [ServerSession]
    /// Ends sessions of others in a database; asked for by the user only.
    func disconnectOthers(from database: String) async throws(AnyFault)
    /// Bytes that a throwaway cluster takes on the disk; nil for a target's server.
    func diskUsed() async -> ByteCount?
    /// Stops and removes a throwaway cluster; leaves a target's server alone.
    func stop() async
}

/// What must be known of a server before anything is restored into it.
package struct RestoreServerFacts: Sendable, Equatable {
    /// `server_version_num`, such as 150018.
    package var versionNumber: Int
    package var version: String
    /// From `pg_control_system()`; nil where the role may not ask.
    package var systemIdentifier: String?
    package var inRecovery: Bool
    package var isSuperuser: Bool
    package var mayCreateDatabases: Bool
    /// The role that we are.
    package var role: String
    /// All databases, templates included.
    package var databases: [String]
    package var roles: Set<String>
    /// The default versions of extensions that can be made, by name (`pg_available_extensions`).
    package var extensions: [String: String]
    /// A folder with client programs of exactly this version, known for throwaway clusters only.
    package var clients: ClientTools?

    package init(
        versionNumber: Int, version: String, systemIdentifier: String?, inRecovery: Bool, isSuperuser: Bool,
        mayCreateDatabases: Bool, role: String, databases: [String], roles: Set<String>,
        extensions: [String: String], clients: ClientTools? = nil
    ) {
        self.versionNumber = versionNumber
        self.version = version
        self.systemIdentifier = systemIdentifier
        self.inRecovery = inRecovery
        self.isSuperuser = isSuperuser
        self.mayCreateDatabases = mayCreateDatabases
        self.role = role
        self.databases = databases
        self.roles = roles
        self.extensions = extensions
        self.clients = clients
    }

    /// Such as 17.
    package var major: Int { versionNumber / 10_000 }
}

/// What one statement came to.
package enum StatementOutcome: Sendable, Equatable {
    case done
    /// The server refused it: SQLSTATE and message.
    case refused(sqlState: String, message: String)
}

/// A table as the archive's COPY statement names it.
package struct CopySource: Sendable, Equatable {
    package var schema: String
    package var name: String
    /// In the statement's order; empty takes all of them.
    package var columns: [String]
    /// Settings that the text of rows depends on and pg_dump leaves as they are, as they were when it saved them:
    /// `TimeZone`, `bytea_output`, `lc_monetary`.
    package var settings: [String: String]

    package init(schema: String, name: String, columns: [String] = [], settings: [String: String] = [:]) {
        self.schema = schema
        self.name = name
        self.columns = columns
        self.settings = settings
    }
}

/// A running session of a server, for people.
package struct ServerSession: Sendable, Equatable {
    package var pid: Int
    package var role: String
    package var application: String
    /// From where; empty for a local one.
    package var address: String

    package init(pid: Int, role: String, application: String, address: String) {
        self.pid = pid
        self.role = role
        self.application = application
        self.address = address
    }
}
