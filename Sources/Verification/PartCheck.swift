import ArchiveFormat
import Compression

/// A part of one table's block: from where a reader may begin to where the next part does, or to the block's end.
struct BlockPart: Sendable, Hashable {
    /// The index of the block's entry.
    var entry: Int
    /// Which part of the block it is.
    var number: Int
    var start: Int64
    var end: Int64
    var isFirst: Bool { number == 0 }
    var isLast: Bool

    /// The parts of a block; none unless the offsets lie inside of it and rise.
    static func divide(_ extent: Extent, entry: Int, at offsets: [Int64]) -> [BlockPart] {
        let starts = [extent.start] + offsets
        let ends = offsets + [extent.end]
        guard !offsets.isEmpty, zip(starts, ends).allSatisfy({ $0 < $1 }) else { return [] }
        return zip(starts, ends).enumerated().map { number, range in
            BlockPart(
                entry: entry, number: number, start: range.0, end: range.1, isLast: number == offsets.count)
        }
    }
}

/// What a part holds.
struct PartOutcome: Sendable, Equatable {
    var rows: DigestedRows
    var decoded: Int64
    /// Of the decoded data of this part alone.
    var adler: UInt32
    /// The checksum of the whole stream, which stands at its end.
    var trailer: UInt32?
}

/// Decodes one part of a table's data by itself.
///
/// It is a short cut: whatever is not just as expected ends it without an answer, and the whole block is decoded from its
/// start, which says what is wrong if anything is.
struct PartCheck {
    private let file: ArchiveFile
    private let part: BlockPart
    private var walker: BlockWalker
    private var ending = CopyTally()
    private var decoded: Int64 = 0
    private var adler = Adler32.empty
    private var lastByte: UInt8 = 0
    /// Bytes of the stream's head, before the first part's data.
    private var head: [UInt8] = []
    /// Bytes behind the stream's last block.
    private var trailer: [UInt8] = []
    private var isBlockOver = false

    private struct Unexpected: Error {}

    init(file: ArchiveFile, part: BlockPart) {
        self.file = file
        self.part = part
        walker = part.isFirst ? BlockWalker(start: part.start) : BlockWalker(chunkAt: part.start)
    }

    /// Nil unless all of it is as a part is.
    mutating func run(_ bench: Workbench) -> PartOutcome? {
        // Why there is no answer is told by the check of the whole block.
        try? read(bench)
    }

    private mutating func read(_ bench: Workbench) throws -> PartOutcome {
        let digester = try bench.rows()
        let decoder = bench.rawDecoder()
        var reader = ExtentReader(file: file, extent: Extent(start: part.start, end: part.end), bench: bench)
        while true {
            var window = try reader.window()
            if window.isEmpty { break }
            while !window.isEmpty, !isBlockOver {
                if walker.skippable > 0 {
                    let count = Int(min(Int64(window.count), walker.skippable))
                    try take(window.part(0, count), decoder, digester, bench.output)
                    walker.skip(Int64(count))
                    window = window.dropping(count)
                } else if let step = walker.next(&window) {
                    try take(step)
                }
            }
            // The end of a block is a step without bytes.
            if let step = walker.next(&window) { try take(step) }
            guard window.isEmpty else { throw Unexpected() }
        }
        guard walker.position == part.end else { throw Unexpected() }
        return try outcome(decoder, digester)
    }

    private mutating func take(_ step: BlockWalker.Step) throws {
        switch step {
        case .began(.data, _, _): guard part.isFirst else { throw Unexpected() }
        case .chunk: break
        case .streamEnded: guard part.isLast else { throw Unexpected() }
        case .ended: isBlockOver = true
        case .began, .object, .malformed: throw Unexpected()
        }
    }

    private mutating func take(
        _ stored: UnsafeRawBufferPointer, _ decoder: ISALInflater, _ digester: RowDigester,
        _ room: UnsafeMutableRawBufferPointer
    ) throws {
        var rest = stored
        while part.isFirst, head.count < 2, let byte = rest.first {
            head.append(byte)
            rest = rest.dropping(1)
            if head.count == 2 {
                // RFC 1950, section 2.2: deflate, a checksum of the head, and no dictionary.
                let isZlib = head[0] & 15 == 8 && head[1] & 0x20 == 0
                guard isZlib, (Int(head[0]) << 8 + Int(head[1])) % 31 == 0 else { throw Unexpected() }
            }
        }
        var made = 0
        repeat {
            guard !decoder.isFinished else { break }
            let step = try decoder.decode(rest, into: room)
            rest = rest.dropping(step.used)
            made = step.made
            let data = UnsafeRawBufferPointer(room).part(0, made)
            digester.take(data)
            ending.take(data)
            adler = Adler32.extend(adler, data)
            decoded += Int64(made)
            lastByte = data.last ?? lastByte
            guard step.used > 0 || made > 0 || rest.isEmpty || decoder.isFinished else { throw Unexpected() }
        } while !rest.isEmpty || made == room.count
        trailer += rest
        guard trailer.count <= 4 else { throw Unexpected() }
    }

    private func outcome(_ decoder: ISALInflater, _ digester: RowDigester) throws -> PartOutcome {
        guard decoder.isFinished == part.isLast else { throw Unexpected() }
        guard part.isLast else {
            // A row that goes on in the next part would be two.
            guard lastByte == 10, walker.isBetweenChunks else { throw Unexpected() }
            return PartOutcome(rows: digester.end(.none), decoded: decoded, adler: adler)
        }
        guard isBlockOver, ending.isTerminated, trailer.count == 4 else { throw Unexpected() }
        let checksum = trailer.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return PartOutcome(
            rows: digester.end(.archive), decoded: decoded, adler: adler, trailer: checksum)
    }
}

extension BlockOutcome {
    /// What the parts of a block come to together; nil unless all are there and the checksum is right.
    init?(_ parts: [PartOutcome?]) {
        self.init()
        var rows = DigestedRows(rows: 0, digest: RowDigest())
        var adler = Adler32.empty
        for part in parts {
            guard let part else { return nil }
            rows.rows += part.rows.rows
            rows.digest = rows.digest.adding(part.rows.digest)
            decoded += part.decoded
            adler = Adler32.combine(adler, part.adler, count: part.decoded)
        }
        guard let last = parts.last, last?.trailer == adler else { return nil }
        self.rows = rows.rows
        digest = rows.digest
    }
}
