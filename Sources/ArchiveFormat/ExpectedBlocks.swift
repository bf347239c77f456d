/// The data blocks that a table of contents announces, while they arrive.
package struct ExpectedBlocks: Sendable {
    /// How many there are in all.
    package let count: Int
    private var waiting: [Int32: Int] = [:]

    /// The blocks of these entries.
    ///
    /// - Throws: ``ArchiveFault/malformed(_:offset:)`` when two of them have one number; `offset` is where the table
    ///   of contents ends.
    package init(_ entries: [TOCEntry], offset: Int64) throws(ArchiveFault) {
        for (index, entry) in entries.enumerated() where entry.hasData {
            guard waiting.updateValue(index, forKey: entry.dumpID) == nil else {
                throw .malformed("two entries with data have the number \(entry.dumpID)", offset: offset)
            }
        }
        count = waiting.count
    }

    /// The index of the entry whose block this is; it is not awaited any more.
    ///
    /// - Throws: ``ArchiveFault/unexpectedBlock(id:offset:)``, and ``ArchiveFault/malformed(_:offset:)`` for a block of
    ///   the other kind.
    package mutating func take(
        _ kind: BlockWalker.Kind, id: Int32, offset: Int64, of entries: [TOCEntry]
    ) throws(ArchiveFault) -> Int {
        guard let index = waiting.removeValue(forKey: id), entries.indices.contains(index) else {
            throw .unexpectedBlock(id: id, offset: offset)
        }
        guard (kind == .largeObjects) == entries[index].isLargeObjects else {
            throw .malformed("the block of \(id) is of the other kind", offset: offset)
        }
        return index
    }

    /// - Throws: ``ArchiveFault/missingBlock(_:)`` that names the first entry whose block has not come.
    package func checkComplete(_ entries: [TOCEntry]) throws(ArchiveFault) {
        if let missing = waiting.values.min(), entries.indices.contains(missing) {
            throw .missingBlock(entries[missing].qualifiedName)
        }
    }
}
