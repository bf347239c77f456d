package import Engine
package import Faults
import Postgres

/// Checking B-trees with amcheck: manual, appendix F.
extension PostgresRestoreServer {
    private static let schema = "pgvigil amcheck"

    package func checkIndexes(in database: String) async throws(AnyFault) -> IndexReport? {
        try await connected(to: database, limit: Self.workLimit) { connection throws(PostgresFault) in
            // One transaction that is rolled back: the extension is never seen by others, and nothing is left of it
            // however this process ends.
            try await connection.query("BEGIN")
            try await connection.query(RestoreQueries.patient())
            try await connection.query(ProbeQueries.searchPath)
            try await connection.query(RestoreQueries.silent)
            guard let schema = try await Self.amcheck(connection) else { return nil }
            let report = try await Self.check(connection, schema)
            try await connection.query("ROLLBACK")
            return report
        }
    }

    /// Makes the extension unless it is there.
    ///
    /// - Returns: The schema that it is in; nil where it cannot be made.
    private static func amcheck(_ connection: Connection) async throws(PostgresFault) -> String? {
        if let row = try await connection.query(RestoreQueries.amcheckSchema).first {
            return try row.text("name")
        }
        guard try await !connection.query(RestoreQueries.amcheckAvailable).isEmpty else { return nil }
        do throws(PostgresFault) {
            try await connection.query("CREATE SCHEMA \(SQLName.quote(schema))")
            try await connection.query("CREATE EXTENSION amcheck SCHEMA \(SQLName.quote(schema))")
        } catch {
            // insufficient_privilege, and undefined_file where the server has the extension's name and no more.
            guard ["42501", "58P01", "0A000"].contains(error.sqlState) else { throw error }
            return nil
        }
        return schema
    }

    private static func check(
        _ connection: Connection, _ schema: String
    ) async throws(PostgresFault) -> IndexReport {
        var report = IndexReport(checked: 0, damaged: [:])
        let sql = "SELECT \(SQLName.quote(schema)).bt_index_check($1::pg_catalog.regclass, true)"
        for row in try await connection.query(RestoreQueries.bTrees) {
            try await connection.query("SAVEPOINT before_check")
            do throws(PostgresFault) {
                try await connection.query(sql, [.text(try row.text("oid"))])
                try await connection.query("RELEASE SAVEPOINT before_check")
            } catch {
                guard let message = error.serverMessage, await connection.isOpen else { throw error }
                let detail = message.detail.map { " (\($0))" } ?? ""
                report.damaged[try row.text("name")] = "\(message.message)\(detail) [\(message.sqlState)]"
                try await connection.query("ROLLBACK TO SAVEPOINT before_check")
                try await connection.query("RELEASE SAVEPOINT before_check")
            }
            report.checked += 1
        }
        return report
    }
}
