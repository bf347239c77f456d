package import ArchiveFormat
import CXXHash
import Glibc
import Synchronization

/// Counts the lines of COPY text and digests them, as it arrives in pieces.
///
/// The digest of the rows is the sum modulo 2^128 of XXH3-128 (seed 0) of each line without its line break: COPY
/// text escapes the line breaks inside of values (manual, `sql-copy.html`), so a line is a row. What is held is one
/// state of the hash, however long a line is. Authority: `xxhash.h`; `docs/manifest.md` has the rule for others.
///
/// Any thread may use it; pieces count in the order in which they are taken.
package final class RowDigester: CopyDigesting, Sendable {
    private let state: Mutex<State>

    /// A digester that has seen nothing.
    ///
    /// - Throws: ``CompressionFault/library(_:)`` when there is no memory.
    package init() throws(CompressionFault) {
        state = Mutex(State(hash: try StreamHash()))
    }

    package func take(_ bytes: UnsafeRawBufferPointer) {
        let lent = LentBytes(bytes)
        state.withLock { $0.take(lent.buffer) }
    }

    /// Takes the next piece in, of which all but the ends has been digested already.
    ///
    /// - Parameter ends: The head and the tail of the piece, one behind the other.
    package func take(_ stretch: RowStretch, ends: UnsafeRawBufferPointer) {
        let lent = LentBytes(ends)
        state.withLock { state in
            state.take(UnsafeRawBufferPointer(rebasing: lent.buffer[..<stretch.head]))
            state.add(stretch)
            state.take(UnsafeRawBufferPointer(rebasing: lent.buffer[stretch.head...]))
        }
    }

    package func end(_ ending: CopyEnding) -> DigestedRows {
        var result = DigestedRows(rows: 0, digest: RowDigest())
        state.withLock { state in
            result.rows = state.lines
            result.digest = RowDigest(state.sum)
            state.begin()
        }
        for line in ending.lines {
            result.rows -= 1
            result.digest.subtract(RowDigester.hash(of: Array(line.utf8)))
        }
        return result
    }

    /// Forgets everything, so that it begins anew.
    package func reset() {
        state.withLock { $0.begin() }
    }

    /// What one line without its line break adds to a digest.
    package static func hash(of line: [UInt8]) -> UInt128 {
        line.withUnsafeBytes { XXH3.hash($0) }
    }

    private struct State: ~Copyable {
        private(set) var lines: Int64 = 0
        private(set) var sum: UInt128 = 0
        /// Holds the beginning of a line whose end has not come yet.
        private var hash: StreamHash
        private var isInsideLine = false

        init(hash: consuming StreamHash) {
            self.hash = hash
        }

        mutating func begin() {
            lines = 0
            sum = 0
            isInsideLine = false
        }

        mutating func take(_ bytes: UnsafeRawBufferPointer) {
            guard var start = bytes.baseAddress, !bytes.isEmpty else { return }
            let end = start + bytes.count
            if isInsideLine {
                guard let lineBreak = memchr(start, 10, end - start).map({ UnsafeRawPointer($0) }) else {
                    hash.take(bytes)
                    return
                }
                hash.take(UnsafeRawBufferPointer(start: start, count: lineBreak - start))
                sum &+= hash.value
                lines += 1
                isInsideLine = false
                start = lineBreak + 1
            }
            start = takeLines(start, end)
            if start < end {
                hash.begin()
                hash.take(UnsafeRawBufferPointer(start: start, count: end - start))
                isInsideLine = true
            }
        }

        /// Takes all whole lines; returns where the rest begins.
        private mutating func takeLines(_ first: UnsafeRawPointer, _ end: UnsafeRawPointer)
            -> UnsafeRawPointer
        {
            let whole = RowDigester.wholeLines(first, end)
            lines += whole.lines
            sum &+= whole.sum
            return whole.rest
        }

        /// Takes lines that somebody else has digested; no line may be open.
        mutating func add(_ stretch: RowStretch) {
            lines += stretch.lines
            sum &+= stretch.digest.value
        }
    }

    /// Digests the whole lines from `first` on, which begins one; says where the rest begins.
    static func wholeLines(
        _ first: UnsafeRawPointer, _ end: UnsafeRawPointer
    ) -> (lines: Int64, sum: UInt128, rest: UnsafeRawPointer) {
        var start = first
        var (found, total): (Int64, UInt128) = (0, 0)
        while start < end, let lineBreak = memchr(start, 10, end - start) {
            let next = UnsafeRawPointer(lineBreak)
            total &+= XXH3.hash(UnsafeRawBufferPointer(start: start, count: next - start))
            found += 1
            start = next + 1
        }
        return (found, total, start)
    }
}
