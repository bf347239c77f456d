import Engine
import Jobs
import Measures
import Postgres

/// Connections of maintenance: no statement of theirs is in a transaction, and their settings are their own.
enum MaintenanceSession {
    /// A statement may take as long as it takes; whoever watches it ends it.
    static let workLimit = Duration.seconds(30 * 86_400)
    /// Catalog reading, at most.
    static let readLimit = Duration.seconds(60)
    /// A server that waits for nothing but us looks so often whether we are still there.
    private static let aliveCheck = "5000"

    /// What would otherwise come from the role, the database or the connection's own options.
    ///
    /// `transaction_timeout` (17) counts a statement outside of a transaction block as well.
    static let certain: [String: String] = [
        "statement_timeout": "0", "lock_timeout": "0", "idle_in_transaction_session_timeout": "0",
        "idle_session_timeout": "0", "transaction_timeout": "0", "default_transaction_read_only": "off",
        "row_security": "on",
        // What the server passes over it only warns of.
        "client_min_messages": "notice",
    ]

    /// For reading catalogs: a lock that somebody holds exclusively is not waited for.
    static let reading = ["lock_timeout": "1000", "jit": "off"]

    /// Connects and makes the session's settings certain, whatever role and database set by default.
    ///
    /// - Parameter settings: Beyond ``certain``; those that the server does not know are left out.
    /// - Throws: ``DatabasesFault/pooled(address:)`` behind a pooler, which would give every statement another session;
    ///   ``DatabasesFault/serverTooOld(address:version:)``; ``DatabasesFault/server(_:)``.
    static func open(
        _ info: ConnectionInfo, connectLimit: Duration, settings: [String: String], pinsPath: Bool = true
    ) async throws(DatabasesFault) -> Connection {
        var options = info.options(statementLimit: readLimit)
        options.connectLimit = connectLimit
        let connection: Connection
        do throws(PostgresFault) { connection = try await Connection.open(options) } catch {
            throw .server(error)
        }
        let number = await connection.serverVersion
        guard number / 10_000 >= ServerProbe.majorMin else {
            await connection.close()
            throw .serverTooOld(address: connection.address, version: ServerProbe.render(number))
        }
        let isOwn: Bool
        do throws(PostgresFault) {
            let told = await connection.backendProcess
            isOwn = try await connection.query(MaintenanceQueries.server).one().integer("pid") == told
            if isOwn { try await prepare(connection, settings, pinsPath: pinsPath) }
        } catch {
            await connection.close()
            throw .server(error)
        }
        guard isOwn else {
            await connection.close()
            throw .pooled(address: connection.address)
        }
        return connection
    }

    private static func prepare(
        _ connection: Connection, _ settings: [String: String], pinsPath: Bool
    ) async throws(PostgresFault) {
        if pinsPath {
            try await connection.query("SELECT pg_catalog.set_config('search_path', 'pg_catalog', false)")
        }
        try await set(certain.merging(settings) { _, own in own }, on: connection)
        // Where the system of the server cannot tell (it is no Linux), it is an error and no matter.
        try? await set(["client_connection_check_interval": aliveCheck], on: connection)
    }

    /// Sets parameters of the session; those that the server does not know are left out.
    static func set(_ settings: [String: String], on connection: Connection) async throws(PostgresFault) {
        let pairs = settings.sorted { $0.key < $1.key }
        try await connection.query(
            MaintenanceQueries.settings, [.array(pairs.map(\.key)), .array(pairs.map(\.value))])
    }
}
