/// Walks the data blocks of a custom archive from chunk to chunk without looking into the data.
///
/// A block is a type byte and an entry's number; then chunks, each a length and so many bytes, ended by
/// length 0; for large objects an OID before the chunks of each, ended by OID 0. Authority: `_skipData` and
/// `_skipLOs` in PostgreSQL, `src/bin/pg_dump/pg_backup_custom.c`.
package struct BlockWalker: Sendable {
    /// Where the first block begins.
    package let start: Int64
    /// How far the walk has come.
    package private(set) var position: Int64

    private var state = State.blockStart
    private var kind = Kind.data
    private var scratch: [UInt8] = []

    /// What a block holds; `BLK_DATA` and `BLK_BLOBS` of `pg_backup_archiver.h`.
    package enum Kind: UInt8, Sendable, Equatable {
        case data = 1
        case largeObjects = 3
    }

    /// What the walk met.
    package enum Step: Sendable, Equatable {
        /// A block began at this position.
        case began(Kind, id: Int32, offset: Int64)
        /// A large object began.
        case object(oid: UInt32)
        /// A chunk of so many bytes follows; the caller may look at them and ``BlockWalker/skip(_:)`` what it
        /// took.
        case chunk(Int64)
        /// The chunks of a table or of one large object are over.
        case streamEnded
        /// The block is over.
        case ended
        /// Bytes that cannot be right; the walk cannot go on.
        case malformed(String, offset: Int64)
    }

    private enum State: Sendable, Equatable {
        case blockStart
        case objectStart
        case chunkStart
        case chunk(remaining: Int64)
        case blockEnd
        case broken
    }

    /// A walk that begins with the block at `start`.
    package init(start: Int64) {
        self.start = start
        position = start
    }

    /// A walk that begins in the middle of a table's block, with the chunk at `start`.
    package init(chunkAt start: Int64) {
        self.init(start: start)
        state = .chunkStart
    }

    /// Whether a chunk, or the end of all, comes next.
    package var isBetweenChunks: Bool { state == .chunkStart && scratch.isEmpty }

    /// Whether no block is open, which is where an archive may end.
    package var isBetweenBlocks: Bool { state == .blockStart && scratch.isEmpty }

    /// Bytes of the current chunk that can be passed over without being looked at.
    package var skippable: Int64 {
        guard case .chunk(let remaining) = state else { return 0 }
        return remaining
    }

    /// Passes over bytes of the current chunk that the caller does not hand in; at most ``skippable``.
    package mutating func skip(_ count: Int64) {
        guard case .chunk(let remaining) = state, count <= remaining else { return }
        position += count
        state = count == remaining ? .chunkStart : .chunk(remaining: remaining - count)
    }

    /// Goes on to the next step within `bytes`, and takes what it used from them; nil when more are needed.
    package mutating func next(_ bytes: inout UnsafeRawBufferPointer) -> Step? {
        while true {
            switch state {
            case .broken:
                return nil
            case .blockEnd:
                state = .blockStart
                return .ended
            case .chunk(let remaining):
                guard !bytes.isEmpty else { return nil }
                let taken = min(Int64(bytes.count), remaining)
                skip(taken)
                bytes = bytes.dropping(Int(taken))
            case .blockStart, .objectStart, .chunkStart:
                let need = state == .blockStart ? 1 + ArchiveInteger.size : ArchiveInteger.size
                let offset = position - Int64(scratch.count)
                let step: Step
                if scratch.isEmpty, bytes.count >= need {
                    // Nearly always: without compression pg_dump writes a chunk for each row.
                    step = read(bytes.part(0, need), at: offset)
                    position += Int64(need)
                    bytes = bytes.dropping(need)
                } else {
                    guard fill(need, from: &bytes) else { return nil }
                    let head = scratch
                    step = head.withUnsafeBytes { read($0, at: offset) }
                    scratch.removeAll(keepingCapacity: true)
                }
                if case .malformed = step { state = .broken }
                return step
            }
        }
    }

    private mutating func fill(_ need: Int, from bytes: inout UnsafeRawBufferPointer) -> Bool {
        let taken = min(need - scratch.count, bytes.count)
        scratch.append(contentsOf: bytes.part(0, taken))
        position += Int64(taken)
        bytes = bytes.dropping(taken)
        return scratch.count == need
    }

    /// Reads a complete head.
    private mutating func read(_ head: UnsafeRawBufferPointer, at offset: Int64) -> Step {
        guard let number = ArchiveInteger.parse(head.dropping(head.count - ArchiveInteger.size)) else {
            return .malformed("a length or number of a data block is not an integer", offset: offset)
        }
        switch state {
        case .blockStart:
            guard let first = head.first, let kind = Kind(rawValue: first) else {
                return .malformed("a data block has the unknown type \(head.first ?? 0)", offset: offset)
            }
            self.kind = kind
            state = kind == .data ? .chunkStart : .objectStart
            return .began(kind, id: number, offset: offset)
        case .objectStart:
            state = number == 0 ? .blockStart : .chunkStart
            return number == 0 ? .ended : .object(oid: UInt32(bitPattern: number))
        case .chunkStart, .chunk, .blockEnd, .broken:
            guard number >= 0 else { return .malformed("a chunk has the length \(number)", offset: offset) }
            guard number == 0 else {
                state = .chunk(remaining: Int64(number))
                return .chunk(Int64(number))
            }
            state = kind == .data ? .blockEnd : .objectStart
            return .streamEnded
        }
    }
}
