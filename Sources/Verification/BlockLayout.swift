import ArchiveFormat

/// Where the blocks of a custom archive lie.
struct BlockLayout: Sendable {
    /// The extent of each entry's block, in the order of the entries; nil where there is none.
    var extents: [Extent?]
    var findings = FindingList()

    /// Takes the offsets of the table of contents, if every block's head stands where it says and the first
    /// one follows the table; nil when the archive must be walked.
    ///
    /// The extents then tile the file, and decoding each block exactly to its end is the walk.
    static func fromOffsets(_ file: ArchiveFile, _ contents: ReadContents) throws(VerificationFault)
        -> BlockLayout?
    {
        var starts: [(index: Int, offset: Int64)] = []
        for (index, entry) in contents.dataEntries.enumerated() {
            guard let offset = try confirmedOffset(file, entry) else { return nil }
            starts.append((index, offset))
        }
        starts.sort { $0.offset < $1.offset }
        guard starts.first.map({ $0.offset == contents.end }) ?? true else { return nil }
        var extents = [Extent?](repeating: nil, count: contents.dataEntries.count)
        for (position, start) in starts.enumerated() {
            let end = position + 1 < starts.count ? starts[position + 1].offset : file.size
            guard end > start.offset else { return nil }
            extents[start.index] = Extent(start: start.offset, end: end)
        }
        return BlockLayout(extents: extents)
    }

    /// The offset of an entry, if it is set and the head of its block stands there.
    static func confirmedOffset(_ file: ArchiveFile, _ entry: DataEntry) throws(VerificationFault) -> Int64? {
        guard case .offset(.set, let value) = entry.location, value < UInt64(file.size) else { return nil }
        let head = try file.bytes(at: Int64(value), count: 1 + ArchiveInteger.size)
        return entry.isHead(head) ? Int64(value) : nil
    }

    /// Walks from chunk to chunk, and compares offsets that are set with what the walk finds.
    static func fromWalk(
        _ file: ArchiveFile, _ contents: ReadContents, _ bench: Workbench
    ) throws(VerificationFault) -> BlockLayout {
        var walk = LayoutWalk(file: file, contents: contents)
        try walk.run(bench)
        return walk.layout
    }
}

extension DataEntry {
    /// Whether these six bytes are the head of this entry's block.
    fileprivate func isHead(_ bytes: [UInt8]) -> Bool {
        var walker = BlockWalker(start: 0)
        return bytes.withUnsafeBytes { raw in
            var rest = raw
            let kind: BlockWalker.Kind = isLargeObjects ? .largeObjects : .data
            return walker.next(&rest) == .began(kind, id: id, offset: 0)
        }
    }
}
