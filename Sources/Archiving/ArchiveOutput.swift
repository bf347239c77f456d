import ArchiveFormat
import Compression
import Engine
import Faults
import Measures

/// What an archive's data consists of, in the order in which it is written.
enum ArchiveItem: Sendable {
    /// The head of an entry's block.
    case beginBlock(entry: Int)
    /// The number of a large object.
    case beginObject(UInt32)
    case beginStream
    case segment(CompressedSegment)
    case endStream
    case endBlock
}

/// Writes blocks and chunks, and learns what stands in them.
///
/// Authority: `_StartData`, `_CustomWriteFunc` and `_EndLO` in PostgreSQL, `src/bin/pg_dump/pg_backup_custom.c`.
final class ArchiveOutput {
    private(set) var tally = ArchiveTally()
    private(set) var finishedEntries = 0
    private(set) var current: Int?
    private let file: any IncomingFile
    private let partBytesMin: Int64
    private let contents: TableOfContents
    /// Where the blocks of entries begin, by their index.
    private var positions: [Int: Int64] = [:]
    private var position: Int64
    private let digester: RowDigester
    private var ending = CopyTally()
    private var adler = Adler32.empty
    /// Bytes of the current stream's data.
    private var decoded: Int64 = 0
    private var lastPart: Int64 = 0
    private var parts: [Int64] = []
    private var scratch: [UInt8] = []

    /// Writes the table of contents, in which the blocks have no positions yet.
    init(file: any IncomingFile, contents: TableOfContents, partBytes: Int64) throws(AnyFault) {
        self.file = file
        self.contents = contents
        // A part ends with a row, up to a segment before its size is full.
        partBytesMin = partBytes - Int64(ArchivingLimits.segmentBytes)
        let start = contents.serialise()
        position = Int64(start.count)
        do throws(CompressionFault) { digester = try RowDigester() } catch { throw AnyFault(error) }
        try ArchiveOutput.write(start, to: file)
        try file.beginTail()
    }

    var progress: ArchiveProgress {
        ArchiveProgress(
            contents: contents, finishedEntries: finishedEntries, current: current,
            bytes: ByteCount(position))
    }

    /// Writes the next item.
    func perform(_ item: ArchiveItem) throws(AnyFault) {
        switch item {
        case .beginBlock(let entry): try beginBlock(entry)
        case .beginObject(let oid):
            ArchiveInteger.append(Int32(bitPattern: oid), to: &scratch)
            try flush()
        case .beginStream:
            adler = Adler32.empty
            decoded = 0
            lastPart = 0
            ending = CopyTally()
            chunkHead(ZlibFrame.head.count)
            scratch += ZlibFrame.head
            try flush()
        case .segment(let segment): try write(segment)
        case .endStream: try endStream()
        case .endBlock: try endBlock()
        }
    }

    /// Writes the positions of all blocks, and closes the file.
    func finish() throws(AnyFault) {
        var contents = contents
        for (index, position) in positions {
            contents.entries[index].location = .offset(.set, UInt64(position))
        }
        try file.replaceStart(contents.serialise())
        try file.finish()
    }

    private var entry: TOCEntry? { current.map { contents.entries[$0] } }

    private func beginBlock(_ index: Int) throws(AnyFault) {
        current = index
        parts = []
        positions[index] = position
        let isObjects = contents.entries[index].isLargeObjects
        scratch.append((isObjects ? BlockWalker.Kind.largeObjects : .data).rawValue)
        ArchiveInteger.append(contents.entries[index].dumpID, to: &scratch)
        try flush()
    }

    private func write(_ segment: CompressedSegment) throws(AnyFault) {
        if segment.isFreeOfHistory,
            decoded - lastPart > partBytesMin
        {
            parts.append(position)
            lastPart = decoded
        }
        chunkHead(segment.bytes.count)
        try flush()
        try ArchiveOutput.write(segment.bytes, to: file)
        position += Int64(segment.bytes.count)
        adler = Adler32.combine(adler, segment.adler, count: Int64(segment.count))
        decoded += Int64(segment.count)
        if let rows = segment.rows {
            segment.ends.withUnsafeBytes { digester.take(rows, ends: $0) }
            segment.last.withUnsafeBytes { ending.take($0) }
        }
    }

    private func endStream() throws(AnyFault) {
        let tail = ZlibFrame.tail(adler: adler)
        chunkHead(tail.count)
        scratch += tail
        chunkHead(0)
        try flush()
        guard let entry, !entry.isLargeObjects else {
            tally.largeObjects += 1
            return
        }
        guard entry.isTableData else { return }
        var table = Manifest.Table(schema: entry.schema ?? "", name: entry.name, bytes: decoded)
        if entry.isCopyText {
            guard ending.isTerminated else {
                throw AnyFault(
                    ArchiveFault.malformed(
                        "the rows of \(entry.qualifiedName) do not end with \\.", offset: position))
            }
            let digested = digester.end(.archive)
            table.rows = digested.rows
            table.digest = digested.digest
        }
        tally.tables.append(table)
        if !parts.isEmpty { tally.parts.append(.init(entry: entry.dumpID, offsets: parts)) }
    }

    private func endBlock() throws(AnyFault) {
        if entry?.isLargeObjects == true { ArchiveInteger.append(0, to: &scratch) }
        try flush()
        finishedEntries += 1
        current = nil
    }

    private func chunkHead(_ count: Int) { ArchiveInteger.append(Int32(count), to: &scratch) }

    private func flush() throws(AnyFault) {
        try ArchiveOutput.write(scratch, to: file)
        position += Int64(scratch.count)
        scratch.removeAll(keepingCapacity: true)
    }

    private static func write(_ bytes: [UInt8], to file: any IncomingFile) throws(AnyFault) {
        try bytes.withUnsafeBufferPointer { (buffer) throws(AnyFault) in
            try file.write(UnsafeRawBufferPointer(buffer))
        }
    }
}
