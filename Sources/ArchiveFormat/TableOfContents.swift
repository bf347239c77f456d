/// The header and the entries of an archive, as values that write back to the bytes they came from.
package struct TableOfContents: Sendable, Equatable {
    /// What stands before the entries.
    package var header: ArchiveHeader
    /// The objects of the dump, in the archive's order.
    package var entries: [TOCEntry]

    /// A table of these parts; the header's entry count follows the entries.
    package init(header: ArchiveHeader, entries: [TOCEntry]) {
        self.header = header
        self.entries = entries
        self.header.entryCount = Int32(clamping: entries.count)
    }

    /// Reads a header and all entries from the start of `bytes`; blocks that follow are left alone.
    ///
    /// - Throws: ``ArchiveFault``, ``ArchiveFault/truncated(_:offset:)`` when the bytes end too early.
    package static func parse(_ bytes: [UInt8]) throws(ArchiveFault) -> TableOfContents {
        try parsePrefix(bytes).contents
    }

    /// Reads a header and all entries, and says how many bytes they took.
    ///
    /// - Throws: as ``parse(_:)``.
    package static func parsePrefix(
        _ bytes: [UInt8]
    ) throws(ArchiveFault) -> (contents: TableOfContents, length: Int) {
        var parser = ContentsParser(total: Int64(bytes.count))
        let used = try bytes.withUnsafeBufferPointer { (buffer) throws(ArchiveFault) in
            try parser.consume(UnsafeRawBufferPointer(buffer))
        }
        guard parser.isComplete, let header = parser.header else {
            throw .truncated(parser.partInProgress, offset: parser.position)
        }
        return (TableOfContents(header: header, entries: parser.takeEntries()), used)
    }

    /// The bytes of the header and the entries, as pg_dump writes them.
    package func serialise() -> [UInt8] {
        var writer = ContentsWriter(header: header)
        writer.writeHeader()
        for entry in entries { writer.write(entry) }
        return writer.bytes
    }
}
