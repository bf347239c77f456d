package import ArchiveFormat
import Glibc

/// What one piece of COPY text holds, wherever it was cut: whole lines, and the parts of lines at both ends.
///
/// Pieces are looked at in any order, by any thread; ``RowDigester/take(_:ends:)`` joins them in theirs.
package struct RowStretch: Sendable, Equatable {
    /// Bytes up to and with the first line break; all bytes where there is none.
    package var head: Int
    /// Where what follows the last line break begins.
    package var tail: Int
    /// Whole lines between these two.
    package var lines: Int64
    /// The sum of their hashes.
    package var digest: RowDigest

    /// Looks at a piece.
    package init(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress, let first = memchr(start, 10, bytes.count) else {
            (head, tail, lines, digest) = (bytes.count, bytes.count, 0, RowDigest())
            return
        }
        let end = start + bytes.count
        let begin = UnsafeRawPointer(first) + 1
        let whole = RowDigester.wholeLines(begin, end)
        head = begin - start
        tail = whole.rest - start
        lines = whole.lines
        digest = RowDigest(whole.sum)
    }
}
