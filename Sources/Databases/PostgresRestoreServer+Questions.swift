package import Engine
package import Faults
import Postgres

/// The user's own questions.
extension PostgresRestoreServer {
    private static let cursor = "pgvigil_question"

    package func ask(
        _ sql: String, in database: String, limit: Duration
    ) async throws(AnyFault) -> QueryAnswer {
        try await connected(to: database, limit: limit) { connection throws(PostgresFault) in
            try await connection.transaction(mode: "READ ONLY") { transaction throws(PostgresFault) in
                try await Self.answer(transaction, sql, limit: limit)
            }
        }
    }

    /// Reads the first row and passes over the others on the server.
    ///
    /// A cursor is made by one statement, so a text that holds several is refused (42601), and a text that changes
    /// something is none that a cursor can be made for. The user's search path is that of the database.
    private static func answer(
        _ transaction: Transaction, _ sql: String, limit: Duration
    ) async throws(PostgresFault) -> QueryAnswer {
        let end = ContinuousClock.now + limit
        func left() -> Duration { max(end - ContinuousClock.now, .milliseconds(1)) }
        let milliseconds =
            limit.components.seconds * 1000 + limit.components.attoseconds / 1_000_000_000_000_000
        try await transaction.query(
            """
            SELECT pg_catalog.set_config('statement_timeout', $1, true),
                pg_catalog.set_config('cursor_tuple_fraction', '1', true)
            """, [.text(String(min(max(milliseconds, 1), Int64(Int32.max))))])
        // The line break ends a comment that the text may end with.
        try await transaction.query("DECLARE \(cursor) NO SCROLL CURSOR FOR \(sql)\n", limit: left())
        let first = try await transaction.query("FETCH 1 FROM \(cursor)", limit: left())
        guard first.count > 0 else { return QueryAnswer(rows: 0, value: nil) }
        let others = try await transaction.query("MOVE FORWARD ALL IN \(cursor)", limit: left())
        return QueryAnswer(rows: 1 + Int64(others.affected), value: first.firstValue)
    }
}
