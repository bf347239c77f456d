/// Counts the bytes of one table's COPY text as it is decoded, and checks how it ends.
///
/// pg_dump ends the data of a table with `\.` and two empty lines (``CopyEnding/archive``). Authority:
/// `dumpTableData_copy` in PostgreSQL, `src/bin/pg_dump/pg_dump.c`, and the COPY text format in the manual,
/// `sql-copy.html`.
package struct CopyTally: Sendable, Equatable {
    /// Bytes seen so far.
    package private(set) var bytes: Int64 = 0

    private var tail: [UInt8] = []

    /// What stands at the end, with the line break of the last row before it.
    private static let ending = Array("\n\\.\n\n\n".utf8)

    /// A tally of nothing yet.
    package init() {}

    /// Takes the next bytes in.
    package mutating func take(_ next: UnsafeRawBufferPointer) {
        guard !next.isEmpty else { return }
        bytes += Int64(next.count)
        tail.append(contentsOf: next.suffix(CopyTally.ending.count))
        if tail.count > CopyTally.ending.count { tail.removeFirst(tail.count - CopyTally.ending.count) }
    }

    /// Whether the text ends as COPY data of pg_dump does.
    package var isTerminated: Bool {
        bytes == 5 ? tail.elementsEqual(CopyTally.ending.dropFirst()) : tail == CopyTally.ending
    }
}
