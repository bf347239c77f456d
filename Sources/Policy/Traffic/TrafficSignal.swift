/// Something that tells how busy a server is; the raw value is the stored key.
package enum TrafficSignal: String, Sendable, Equatable, CaseIterable, Codable, CodingKeyRepresentable {
    /// Transactions that ended, either way.
    case transactions
    /// Rows that scans returned or fetched.
    case rowsRead = "rows_read"
    /// Rows inserted, updated or deleted.
    case rowsWritten = "rows_written"
    /// Blocks that were not in the server's own cache.
    case blocksRead = "blocks_read"
    /// Bytes of WAL written, or replayed on a standby.
    case walBytes = "wal_bytes"
    /// Seconds that sessions spent in statements, known from PostgreSQL 14 on; told when a statement ends.
    case activeSeconds = "active_seconds"
    /// Sessions of others that were active at the reading, times the seconds that it stands for.
    ///
    /// It sees the long statement that all the others tell of only when it is over.
    case sessionSeconds = "session_seconds"
}
