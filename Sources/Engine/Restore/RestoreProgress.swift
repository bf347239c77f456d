package import Measures

/// How far a restore is, for people.
package struct RestoreProgress: Sendable, Equatable {
    /// Bytes of rows that the server has taken, as COPY text.
    package var bytes: ByteCount
    /// Bytes of all rows, by the manifest.
    package var bytesTotal: ByteCount
    /// Tables that rows go into just now.
    package var copying: [String]
    /// Tables whose indexes are being built just now.
    package var building: [String]

    package init(bytes: ByteCount, bytesTotal: ByteCount, copying: [String] = [], building: [String] = []) {
        self.bytes = bytes
        self.bytesTotal = bytesTotal
        self.copying = copying
        self.building = building
    }

    /// The time left for the rows at the rate so far; nil while too little is known, and once indexes are built: how
    /// long those take, nobody knows.
    package func timeLeft(elapsed: Duration) -> Duration? {
        guard building.isEmpty, bytesTotal.bytes > 0, elapsed > .seconds(2) else { return nil }
        let fraction = Double(bytes.bytes) / Double(bytesTotal.bytes)
        guard fraction > 0.02, fraction <= 1 else { return nil }
        return elapsed * ((1 - fraction) / fraction)
    }
}

/// Reckons a restore's progress from what the server says of the tables that are being filled.
struct RestoreEstimate: Sendable {
    private let bytesOf: [String: Int64]
    private let total: Int64
    private var seen: [String: Int64] = [:]

    /// - Parameter tables: The bytes of each table's rows, by `schema.name`.
    init(_ tables: [String: Int64]) {
        bytesOf = tables
        total = tables.values.reduce(0, +)
    }

    /// The progress as of a reading.
    mutating func take(_ reading: RestoreReading) -> RestoreProgress {
        for (table, bytes) in reading.copying { seen[table] = max(bytes, seen[table] ?? 0) }
        let done = seen.reduce(Int64(0)) { sum, entry in
            // A table that is no longer being filled is full.
            sum + (reading.copying[entry.key] ?? max(entry.value, bytesOf[entry.key] ?? 0))
        }
        return RestoreProgress(
            bytes: ByteCount(min(done, total)), bytesTotal: ByteCount(total),
            copying: reading.copying.keys.sorted(), building: reading.building.sorted())
    }
}
