/// Counts the rows of one table's COPY text as it is decoded, and checks how it ends.
///
/// pg_dump ends the data of a table with `\.` and two empty lines, and COPY text escapes the line breaks inside of
/// values, so that every line before is a row. Authority: `dumpTableData_copy` in PostgreSQL,
/// `src/bin/pg_dump/pg_dump.c`, and the COPY text format in the manual, `sql-copy.html`.
package struct CopyTally: Sendable, Equatable {
    /// Bytes seen so far.
    package private(set) var bytes: Int64 = 0

    private var lineBreaks: Int64 = 0
    private var tail: [UInt8] = []

    /// What stands at the end, with the line break of the last row before it.
    private static let ending = Array("\n\\.\n\n\n".utf8)

    /// A tally of nothing yet.
    package init() {}

    /// Takes the next bytes in.
    package mutating func take(_ next: UnsafeRawBufferPointer) {
        guard !next.isEmpty else { return }
        bytes += Int64(next.count)
        lineBreaks += CopyTally.lineBreaks(in: next)
        tail.append(contentsOf: next.suffix(CopyTally.ending.count))
        if tail.count > CopyTally.ending.count { tail.removeFirst(tail.count - CopyTally.ending.count) }
    }

    /// Whether the text ends as COPY data of pg_dump does.
    package var isTerminated: Bool {
        bytes == 5 ? tail.elementsEqual(CopyTally.ending.dropFirst()) : tail == CopyTally.ending
    }

    /// The rows; nil while the text is not terminated.
    package var rows: Int64? { isTerminated ? lineBreaks - 3 : nil }

    /// How many line breaks there are; written so that the compiler makes vector instructions of it.
    package static func lineBreaks(in bytes: UnsafeRawBufferPointer) -> Int64 {
        var total: Int64 = 0
        var start = 0
        let lanes = 32
        while bytes.count - start >= lanes {
            // A lane of eight bits counts at most 255 vectors before it is summed up.
            var sums = SIMD32<UInt8>(repeating: 0)
            let rounds = min(255, (bytes.count - start) / lanes)
            for round in 0..<rounds {
                let vector = bytes.loadUnaligned(
                    fromByteOffset: start + round * lanes, as: SIMD32<UInt8>.self)
                sums.replace(with: sums &+ 1, where: vector .== 10)
            }
            start += rounds * lanes
            for lane in 0..<lanes { total += Int64(sums[lane]) }
        }
        for index in start..<bytes.count where bytes[index] == 10 { total += 1 }
        return total
    }
}
