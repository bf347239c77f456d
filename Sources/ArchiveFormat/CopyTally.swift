/// Counts the rows of one table's COPY text as it is decoded, and checks how it ends.
///
/// pg_dump ends the data of a table with `\.` and two empty lines, and COPY text escapes the line breaks
/// inside of values, so that every line before is a row. Authority: `dumpTableData_copy` in PostgreSQL,
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

    /// How many line breaks there are; eight bytes at a time, in a form that compilers make vector
    /// instructions of.
    package static func lineBreaks(in bytes: UnsafeRawBufferPointer) -> Int64 {
        let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
        let words = bytes.count / 8
        var total: Int64 = 0
        var word = 0
        while word < words {
            // Each of the eight counters of a byte takes 255 words before it is summed up.
            let end = min(words, word + 255)
            var counters: UInt64 = 0
            for index in word..<end {
                let difference =
                    bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self) ^ 0x0A0A_0A0A_0A0A_0A0A
                // The high bit of each byte that is 0: no byte carries into the next.
                counters &+= ~(((difference & low) &+ low) | difference | low) >> 7
            }
            for shift in 0..<8 { total += Int64((counters >> UInt64(8 * shift)) & 0xFF) }
            word = end
        }
        for index in (words * 8)..<bytes.count where bytes[index] == 10 { total += 1 }
        return total
    }
}
