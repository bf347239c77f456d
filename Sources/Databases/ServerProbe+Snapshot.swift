package import Engine
package import Faults
package import Jobs
import Postgres

/// Holding one state of a database for pg_dump.
extension ServerProbe {
    package func holdSnapshot(
        of target: Target, database: String
    ) async throws(AnyFault) -> any HeldSnapshot {
        var options = target.connection.with(database: database).options(statementLimit: statementLimit)
        options.connectLimit = connectLimit
        let snapshot: PostgresSnapshot?
        do throws(PostgresFault) {
            let connection = try await Connection.open(options)
            do throws(PostgresFault) {
                snapshot = try await Self.hold(connection)
            } catch {
                await connection.close()
                throw error
            }
            if snapshot == nil { await connection.close() }
        } catch {
            throw AnyFault(error)
        }
        guard let snapshot else {
            throw EngineFault.snapshotPooled(item: "\(target.name)/\(database)").plain
        }
        return snapshot
    }

    /// Opens the transaction and exports its snapshot; standbys can, too (from version 10 on).
    ///
    /// - Returns: Nil behind a pooler.
    private static func hold(_ connection: Connection) async throws(PostgresFault) -> PostgresSnapshot? {
        try await export(connection).map { PostgresSnapshot(connection: connection, id: $0) }
    }

    /// As ``hold(_:)``; returns the snapshot's name.
    static func export(_ connection: Connection) async throws(PostgresFault) -> String? {
        guard try await begin(connection) else { return nil }
        return try await connection.query("SELECT pg_catalog.pg_export_snapshot() AS id").one().text("id")
    }

    /// Opens a transaction that sees an exported state.
    ///
    /// - Returns: False behind a pooler.
    static func join(_ connection: Connection, _ id: String) async throws(PostgresFault) -> Bool {
        // The name is a server's own, of digits and signs; the statement takes no parameter.
        let name = id.filter { $0.isHexDigit || $0 == "-" }
        return try await begin(connection, first: "SET TRANSACTION SNAPSHOT '\(name)'")
    }

    /// Opens a transaction that lasts as long as it is needed and finds only what is the system's own.
    ///
    /// - Parameter first: A statement before all others, which is when a snapshot can still be set.
    private static func begin(
        _ connection: Connection, first: String? = nil
    ) async throws(PostgresFault) -> Bool {
        try await connection.query("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        if let first { try await connection.query(first) }
        try await connection.query(ProbeQueries.searchPath)
        let told = await connection.backendProcess
        let process = try await connection.query("SELECT pg_catalog.pg_backend_pid()::bigint AS process")
            .one().integer("process")
        // A pooler may let go of a server that idles in a transaction, and pg_dump would come to another.
        guard process == Int64(told) else { return false }
        // The transaction waits for as long as the dump takes, and counts for as long as that takes.
        try await connection.query(RestoreQueries.patient(local: true))
        // What a policy hides is an error and no smaller number, as in pg_dump.
        try await connection.query("SELECT pg_catalog.set_config('row_security', 'off', true)")
        return true
    }
}

/// A transaction that holds its snapshot until it is released.
struct PostgresSnapshot: HeldSnapshot {
    /// Counting one table takes no longer than this.
    private static let countMax = Duration.seconds(86_400)

    let connection: Connection
    let id: String

    func count(schema: String, table: String) async throws(AnyFault) -> Int64 {
        // COPY saves the rows of the table alone, too.
        let sql =
            "SELECT pg_catalog.count(*) AS rows FROM ONLY \(SQLName.quote(schema)).\(SQLName.quote(table))"
        do throws(PostgresFault) {
            return try await connection.query(sql, limit: Self.countMax).one().integer("rows")
        } catch {
            throw AnyFault(error)
        }
    }

    func release() async { await connection.close() }
}
