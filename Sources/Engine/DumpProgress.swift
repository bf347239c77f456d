package import Measures

/// How far a dump is, for people.
package struct DumpProgress: Sendable, Equatable {
    /// Bytes of the archive that have arrived.
    package var bytes: ByteCount
    package var tablesDone: Int
    package var tablesTotal: Int
    /// Rows of the finished tables, by the server's estimate.
    package var rows: Int64
    /// From 0 to 1, by the estimated sizes of the tables; nil when nothing is known.
    package var fraction: Double?
    /// The table under way, as `schema.name`.
    package var current: String?

    package init(
        bytes: ByteCount, tablesDone: Int = 0, tablesTotal: Int = 0, rows: Int64 = 0, fraction: Double? = nil,
        current: String? = nil
    ) {
        self.bytes = bytes
        self.tablesDone = tablesDone
        self.tablesTotal = tablesTotal
        self.rows = rows
        self.fraction = fraction
        self.current = current
    }

    /// The time left at the rate so far; nil while too little is known to say.
    package func timeLeft(elapsed: Duration) -> Duration? {
        guard let fraction, fraction > 0.02, fraction <= 1, elapsed > .seconds(2) else { return nil }
        return elapsed * ((1 - fraction) / fraction)
    }
}

/// Reckons a dump's progress from the tables that the server told and those that have been finished.
package struct DumpEstimate: Sendable {
    private let bytesOf: [String: Int64]
    private let rowsOf: [String: Int64]
    private let bytesTotal: Int64
    private var bytesDone: Int64 = 0
    private var rowsDone: Int64 = 0

    package init(_ facts: DatabaseFacts) {
        let pairs = facts.tables.map { ("\($0.schema).\($0.name)", $0) }
        bytesOf = Dictionary(pairs.map { ($0.0, $0.1.bytes) }) { first, _ in first }
        rowsOf = Dictionary(pairs.map { ($0.0, $0.1.rows) }) { first, _ in first }
        bytesTotal = facts.tables.reduce(0) { $0 + $1.bytes }
    }

    /// Counts a table as done.
    package mutating func finished(_ table: String) {
        bytesDone += bytesOf[table] ?? 0
        rowsDone += rowsOf[table] ?? 0
    }

    /// The progress with what the running archive says.
    package func progress(bytes: ByteCount, done: Int, total: Int, current: String?) -> DumpProgress {
        DumpProgress(
            bytes: bytes, tablesDone: done, tablesTotal: total, rows: rowsDone,
            fraction: bytesTotal > 0 ? min(1, Double(bytesDone) / Double(bytesTotal)) : nil, current: current)
    }
}
