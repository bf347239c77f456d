import Postgres

/// What pg_dump gives a session of its own, so that rows come out as it would have written them.
enum DumpSession {
    /// `setup_connection` in PostgreSQL's `src/bin/pg_dump/pg_dump.c`, and the zone in which our dumps are made; all of it
    /// lasts as long as the transaction.
    private static let settings = [
        "DateStyle": "ISO", "IntervalStyle": "postgres", "extra_float_digits": "3",
        "synchronize_seqscans": "off", "row_security": "off", "search_path": "", "TimeZone": "UTC",
    ]

    private static let encoding = """
        SELECT pg_catalog.pg_encoding_to_char(encoding) AS encoding
        FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()
        """

    /// Sets them within a transaction, with the database's encoding for the rows.
    ///
    /// - Parameters:
    ///   - others: Settings that pg_dump leaves as they are; ours win.
    ///   - query: Runs one statement in the transaction.
    /// - Returns: The name of the encoding.
    static func dress(
        _ others: [String: String],
        _ query: (String, [SQLValue]) async throws(PostgresFault) -> Rows
    ) async throws(PostgresFault) -> String {
        _ = try await query(RestoreQueries.patient(local: true), [])
        let encoding = try await query(encoding, []).one().text("encoding")
        let all = settings.merging(others) { _, own in own }.sorted { $0.key < $1.key }
        for (name, value) in all + [("client_encoding", encoding)] {
            _ = try await query("SELECT pg_catalog.set_config($1, $2, true)", [.text(name), .text(value)])
        }
        return encoding
    }

    /// How a session of this encoding quotes a name: the server takes a statement for text of that encoding; ours is
    /// UTF-8, which SQL_ASCII passes on.
    static func quote(_ name: String, _ encoding: String) -> String {
        encoding == "UTF8" || encoding == "SQL_ASCII" ? SQLName.quote(name) : SQLName.ascii(name)
    }
}
