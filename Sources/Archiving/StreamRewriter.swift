import ArchiveFormat
import Engine
import Faults

/// Follows the archive that pg_dump writes without compression, and gives its data to a lane.
///
/// Whatever it does not expect ends it with an ``ArchiveFault`` that names it.
struct StreamRewriter: Sendable {
    /// The table of contents for the archive that is made: of the codec zlib, and without positions yet.
    private(set) var contents: TableOfContents?
    private var parser = ContentsParser()
    private var entries: [TOCEntry] = []
    private var expected: ExpectedBlocks?
    private var walker: BlockWalker?
    private var position: Int64 = 0
    private var current: Int?
    private var object: UInt32 = 0
    /// Whether the current block holds large objects.
    private var isLargeObjects = false
    private let level: Int32

    /// - Parameter level: What the header of archives before 1.15 says of zlib's level.
    init(level: Int32) { self.level = level }

    /// Takes bytes up to the end of the table of contents, and removes them.
    mutating func takeContents(_ bytes: inout UnsafeRawBufferPointer) throws(ArchiveFault) {
        guard contents == nil else { return }
        let used = try parser.consume(bytes)
        entries.append(contentsOf: parser.takeEntries())
        position += Int64(used)
        bytes = UnsafeRawBufferPointer(rebasing: bytes[used...])
        guard parser.isComplete, var header = parser.header else { return }
        guard header.layout == .custom else { throw .notAnArchive("it is not in the custom format") }
        guard header.codec == .none else {
            throw .malformed("pg_dump compressed the archive although it was told not to", offset: 0)
        }
        expected = try ExpectedBlocks(entries, offset: position)
        walker = BlockWalker(start: position)
        header.codec = .zlib
        if header.level != nil { header.level = level }
        contents = TableOfContents(header: header, entries: entries)
        entries = []
    }

    /// Takes bytes of the blocks.
    mutating func takeBlocks(
        _ bytes: UnsafeRawBufferPointer, into lane: inout LaneWriter, _ digester: (any LargeObjectDigesting)?
    ) throws(AnyFault) {
        var rest = bytes
        while true {
            if let skippable = walker?.skippable, skippable > 0 {
                guard !rest.isEmpty else { return }
                let count = Int(min(Int64(rest.count), skippable))
                let data = UnsafeRawBufferPointer(rebasing: rest[..<count])
                try lane.take(data)
                if isLargeObjects { digester?.take(data) }
                walker?.skip(Int64(count))
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            } else {
                guard let step = walker?.next(&rest) else { return }
                try handle(step, &lane, digester)
            }
        }
    }

    /// Blocks that the table of contents announces.
    var blockCount: Int { expected?.count ?? 0 }

    /// - Throws: ``ArchiveFault`` where the stream may not end.
    func checkEnd() throws(ArchiveFault) {
        guard let contents, let walker else {
            throw .truncated(parser.partInProgress, offset: position)
        }
        guard walker.isBetweenBlocks else {
            let name = current.map { contents.entries[$0].qualifiedName } ?? "a block"
            throw .truncated("the data of \(name)", offset: walker.position)
        }
        try expected?.checkComplete(contents.entries)
    }

    private mutating func handle(
        _ step: BlockWalker.Step, _ lane: inout LaneWriter, _ digester: (any LargeObjectDigesting)?
    ) throws(AnyFault) {
        switch step {
        case .began(let kind, let id, let offset):
            let entries = contents?.entries ?? []
            do throws(ArchiveFault) {
                current = try expected?.take(kind, id: id, offset: offset, of: entries)
            } catch {
                throw AnyFault(error)
            }
            guard let current else { return }
            isLargeObjects = kind == .largeObjects
            try lane.add(.beginBlock(entry: current))
            if kind == .data { try lane.beginStream(hasRows: entries[current].isCopyText) }
        case .object(let oid):
            object = oid
            try lane.add(.beginObject(oid))
            try lane.beginStream(hasRows: false)
        case .streamEnded:
            try lane.add(.endStream)
            if isLargeObjects { digester?.end(oid: object) }
        case .ended:
            try lane.add(.endBlock)
            current = nil
        case .malformed(let what, let offset):
            throw AnyFault(ArchiveFault.malformed(what, offset: offset))
        case .chunk:
            break
        }
    }
}
