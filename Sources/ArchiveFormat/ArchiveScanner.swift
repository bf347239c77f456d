/// Follows a custom archive while it arrives through a pipe, and learns what a pipe keeps pg_dump from
/// writing: the position of every data block.
///
/// Authority: `_StartData`, `_StartLOs` and `_CustomWriteFunc` in PostgreSQL,
/// `src/bin/pg_dump/pg_backup_custom.c`. Beside the table of contents it holds a handful of bytes, whatever
/// the size of the archive.
package struct ArchiveScanner: Sendable {
    /// The table of contents, once it is complete.
    package private(set) var contents: TableOfContents?
    /// Bytes seen so far.
    package private(set) var position: Int64 = 0
    /// Entries whose data has arrived completely.
    package private(set) var finishedEntries = 0
    /// Entries that have data.
    package private(set) var dataEntries = 0

    private var parser = ContentsParser()
    private var entries: [TOCEntry] = []
    private var expected: ExpectedBlocks?
    private var blockOffsets: [Int: Int64] = [:]
    private var current: Int?
    private var walker: BlockWalker?

    /// What to write at the start of the stored archive, so that `pg_restore -j` finds every block.
    package struct Patched: Sendable, Equatable {
        /// The header and table of contents with every offset set, exactly as long as what arrived.
        package var contentsBytes: [UInt8]
        /// The table of contents with every offset set.
        package var contents: TableOfContents
    }

    /// A scanner at the start of an archive.
    package init() {}

    /// Bytes of header and table of contents, and so where the data blocks begin; what has arrived until
    /// then.
    package var contentsLength: Int64 { walker?.start ?? position }

    /// The entry whose data is arriving.
    package var currentEntry: TOCEntry? {
        guard let current, let contents, contents.entries.indices.contains(current) else { return nil }
        return contents.entries[current]
    }

    /// Follows the bytes that arrive next, in pieces of any size.
    ///
    /// - Throws: ``ArchiveFault`` about bytes that pg_dump cannot have written.
    package mutating func consume(_ bytes: UnsafeRawBufferPointer) throws(ArchiveFault) {
        var rest = bytes
        if contents == nil {
            let used = try parser.consume(rest)
            entries.append(contentsOf: parser.takeEntries())
            position += Int64(used)
            rest = rest.dropping(used)
            guard parser.isComplete else { return }
            try beginBlocks()
        }
        while let step = walker?.next(&rest) {
            try handle(step)
        }
        if let walker { position = walker.position }
    }

    /// Ends the archive, and gives the bytes to write at its start.
    ///
    /// - Throws: ``ArchiveFault/truncated(_:offset:)`` within a part, ``ArchiveFault/missingBlock(_:)`` when
    ///   an entry's data never came.
    package mutating func finish() throws(ArchiveFault) -> Patched {
        guard var contents, let walker else {
            throw .truncated(parser.partInProgress, offset: position)
        }
        guard walker.isBetweenBlocks else {
            throw .truncated("the data of \(currentEntry?.qualifiedName ?? "a block")", offset: position)
        }
        try expected?.checkComplete(contents.entries)
        for (index, offset) in blockOffsets {
            contents.entries[index].location = .offset(.set, UInt64(offset))
        }
        let bytes = contents.serialise()
        guard Int64(bytes.count) == walker.start else {
            throw .malformed("the table of contents cannot be written again", offset: 0)
        }
        return Patched(contentsBytes: bytes, contents: contents)
    }

    private mutating func beginBlocks() throws(ArchiveFault) {
        guard let header = parser.header else { return }
        guard header.layout == .custom else { throw .notAnArchive("it is not in the custom format") }
        let expected = try ExpectedBlocks(entries, offset: position)
        dataEntries = expected.count
        self.expected = expected
        contents = TableOfContents(header: header, entries: entries)
        entries = []
        walker = BlockWalker(start: position)
    }

    private mutating func handle(_ step: BlockWalker.Step) throws(ArchiveFault) {
        switch step {
        case .began(let kind, let id, let offset):
            guard
                let index = try expected?.take(kind, id: id, offset: offset, of: contents?.entries ?? [])
            else { return }
            blockOffsets[index] = offset
            current = index
        case .ended:
            finishedEntries += 1
            current = nil
        case .malformed(let what, let offset):
            throw .malformed(what, offset: offset)
        case .object, .chunk, .streamEnded:
            break
        }
    }
}
