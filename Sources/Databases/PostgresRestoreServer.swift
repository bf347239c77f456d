package import Engine
package import Faults
package import Jobs
package import Measures
import Postgres

/// One server that a backup is restored into: a throwaway cluster of ours, or a target's.
///
/// Each call has a connection of its own, closed when it returns: a session in a database is in the way of who drops or
/// renames it. Only reading the content of tables, of which there may be thousands, keeps idle connections; any
/// statement that changes something closes them first.
package final class PostgresRestoreServer: RestoreServer {
    let info: ConnectionInfo
    let cluster: LocalCluster?
    let idle = IdleConnections()
    private let connectLimit: Duration

    /// As long as restoring or reading a large table may take; whoever wants it shorter cancels the task.
    static let workLimit = Duration.seconds(7 * 86_400)

    init(info: ConnectionInfo, cluster: LocalCluster?, connectLimit: Duration) {
        self.info = info
        self.cluster = cluster
        self.connectLimit = connectLimit
    }

    package func connection(to database: String) -> ConnectionInfo { info.with(database: database) }

    package func facts() async throws(AnyFault) -> RestoreServerFacts {
        let clients = cluster.flatMap { Self.clients(of: $0.binaries) }
        return try await connected(to: nil) { connection throws(PostgresFault) in
            let major = await connection.serverVersion / 10_000
            guard major >= ServerProbe.majorMin else {
                throw .noSuitableServer(
                    address: connection.address,
                    cause: "PostgreSQL \(ServerProbe.majorMin) or later is needed")
            }
            return try await ServerProbe.reading(connection) { transaction throws(PostgresFault) in
                try await Self.facts(transaction, clients)
            }
        }
    }

    package func perform(
        _ statements: [String], in database: String
    ) async throws(AnyFault) -> [StatementOutcome] {
        await idle.closeAll()
        return try await connected(to: database, limit: Self.workLimit) { connection throws(PostgresFault) in
            try await connection.query(RestoreQueries.patient())
            var outcomes: [StatementOutcome] = []
            for statement in statements {
                do throws(PostgresFault) {
                    try await connection.query(statement)
                    outcomes.append(.done)
                } catch {
                    guard let message = error.serverMessage, await connection.isOpen else { throw error }
                    let detail = message.detail.map { " (\($0))" } ?? ""
                    outcomes.append(
                        .refused(sqlState: message.sqlState, message: message.message + detail))
                }
            }
            return outcomes
        }
    }

    package func performTogether(_ statements: [String], in database: String) async throws(AnyFault) {
        await idle.closeAll()
        try await connected(to: database, limit: Self.workLimit) { connection throws(PostgresFault) in
            try await connection.query(RestoreQueries.patient())
            try await connection.transaction { transaction throws(PostgresFault) in
                for statement in statements { try await transaction.query(statement) }
            }
        }
    }

    package func sessions(in database: String) async throws(AnyFault) -> [ServerSession] {
        await idle.closeAll()
        return try await connected(to: nil) { connection throws(PostgresFault) in
            try await connection.query(RestoreQueries.sessions, [.text(database)]).map {
                row throws(PostgresFault) in
                ServerSession(
                    pid: Int(try row.integer("pid")), role: try row.text("role"),
                    application: try row.text("application"), address: try row.text("address"))
            }
        }
    }

    package func disconnectOthers(from database: String) async throws(AnyFault) {
        await idle.closeAll()
        try await connected(to: nil) { connection throws(PostgresFault) in
            let major = await connection.serverVersion / 10_000
            try await connection.query(RestoreQueries.terminate(major: major), [.text(database)])
        }
    }

    package func progress(of database: String) async -> RestoreReading? {
        // A server that does not tell how far it is hinders nobody.
        try? await connected(to: database) { connection throws(PostgresFault) in
            let major = await connection.serverVersion / 10_000
            return try await ServerProbe.reading(connection) { transaction throws(PostgresFault) in
                try await Self.progress(transaction, major: major)
            }
        }
    }

    package func diskUsed() async -> ByteCount? {
        guard let directory = cluster?.directory else { return nil }
        return await OwnThread.run { ByteCount(Files.allocated(in: directory)) }
    }

    package func stop() async {
        await idle.closeAll()
        // What cannot be stopped or removed now is found by the next sweep.
        try? await cluster?.stop()
    }

    // MARK: Connections

    /// Opens a connection, to the database of the server's own URL if none is named.
    func open(_ database: String?, limit: Duration) async throws(PostgresFault) -> Connection {
        let info = database.map { self.info.with(database: $0) } ?? self.info
        var options = info.options(statementLimit: limit)
        options.connectLimit = connectLimit
        return try await Connection.open(options)
    }

    /// Opens a connection for `body`, and closes it however that ends.
    func connected<Value: Sendable>(
        to database: String?, limit: Duration = .seconds(60),
        _ body: @Sendable (Connection) async throws(PostgresFault) -> Value
    ) async throws(AnyFault) -> Value {
        do throws(PostgresFault) {
            let connection = try await open(database, limit: limit)
            do throws(PostgresFault) {
                let value = try await body(connection)
                await connection.close()
                return value
            } catch {
                await connection.close()
                throw error
            }
        } catch {
            throw AnyFault(error)
        }
    }

    // MARK: Answers

    /// The folder of a cluster's programs if it holds clients too, as packages of servers do.
    private static func clients(of binaries: ServerBinaries) -> ClientTools? {
        let programs = ["pg_restore", "pg_dump", "psql"].map(binaries.program)
        guard programs.allSatisfy({ Files.mayExecute($0) }) else { return nil }
        return ClientTools(
            directory: binaries.directory, major: binaries.major, version: binaries.version)
    }

    private static func facts(
        _ transaction: Transaction, _ clients: ClientTools?
    ) async throws(PostgresFault) -> RestoreServerFacts {
        let row = try await transaction.query(RestoreQueries.server).one()
        var identifier: String?
        if try row.boolean("control") {
            identifier = try await transaction.query(ProbeQueries.systemIdentifier).one().text("identifier")
        }
        var extensions: [String: String] = [:]
        for row in try await transaction.query(RestoreQueries.availableExtensions) {
            extensions[try row.text("name")] = try row.text("version")
        }
        return RestoreServerFacts(
            versionNumber: Int(try row.integer("number")), version: try row.text("version"),
            systemIdentifier: identifier, inRecovery: try row.boolean("recovery"),
            isSuperuser: try row.boolean("superuser"), mayCreateDatabases: try row.boolean("creates"),
            role: try row.text("role"),
            databases: try await transaction.query(RestoreQueries.databases).texts("name"),
            roles: Set(try await transaction.query(RestoreQueries.roles).texts("name")),
            extensions: extensions, clients: clients)
    }

    private static func progress(
        _ transaction: Transaction, major: Int
    ) async throws(PostgresFault) -> RestoreReading {
        var copying: [String: Int64] = [:]
        if major >= 14 {
            for row in try await transaction.query(RestoreQueries.copying) {
                copying[try row.text("name"), default: 0] += try row.integer("bytes")
            }
        }
        return RestoreReading(
            copying: copying, building: try await transaction.query(RestoreQueries.building).texts("name"),
            size: ByteCount(try await transaction.query(RestoreQueries.size).one().integer("size")))
    }
}
