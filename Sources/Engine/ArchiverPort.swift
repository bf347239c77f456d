package import ArchiveFormat
package import Faults
package import Measures

/// Makes custom archives of what pg_dump writes without compression; implemented by `Archiving`.
///
/// What comes out is an ordinary archive of the version that pg_dump wrote, with its data compressed on all cores and
/// the positions of its blocks in the table of contents.
package protocol ArchiverPort: Sendable {
    /// Begins an archive.
    ///
    /// - Parameters:
    ///   - file: Where it is written, from its start on.
    ///   - workers: How many threads compress, at least 1.
    ///   - progress: Called after each segment and block, on any thread.
    /// - Throws: A fault if the compression library cannot be set up.
    func begin(
        _ file: any IncomingFile, compression: SegmentCompression, workers: Int,
        progress: @escaping @Sendable (ArchiveProgress) -> Void
    ) throws(AnyFault) -> any ArchiveAssembly
}

/// How segments of data are compressed; both make zlib streams.
package enum SegmentCompression: Sendable, Equatable {
    /// zlib itself, level 1 to 9.
    case zlib(level: Int)
    /// Intel's ISA-L, level 1 to 3.
    case isal(level: Int)
}

/// How far an archive that is being written is.
package struct ArchiveProgress: Sendable {
    package var contents: TableOfContents
    /// Entries whose data is written, in the order of the table of contents.
    package var finishedEntries: Int
    /// The entry whose data is being written, as its index.
    package var current: Int?
    /// Bytes of the archive so far.
    package var bytes: ByteCount

    package init(contents: TableOfContents, finishedEntries: Int, current: Int?, bytes: ByteCount) {
        self.contents = contents
        self.finishedEntries = finishedEntries
        self.current = current
        self.bytes = bytes
    }
}

/// An archive while it is put together. It takes what pg_dump writes to its standard output.
///
/// Once the table of contents is there, ``ByteSink/write(_:)`` waits for ``proceed(_:)``: pg_dump then waits at its full
/// pipe, and its snapshot and its locks last.
package protocol ArchiveAssembly: ByteSink {
    /// Waits for the table of contents; nil when the stream ended before.
    func contents() async -> TableOfContents?
    /// Says that pg_dump has ended; whoever waits for the table of contents need not wait any more.
    func endOfStream()
    /// Says where the data comes from; once, at any time.
    func proceed(_ source: ArchiveSource)
    /// Opens the next stretch of an entry's data; stretches stand in the archive in the order in which they are opened.
    ///
    /// - Parameters:
    ///   - entry: Its index in the table of contents.
    ///   - isFirst: Whether the entry's data begins with it.
    ///   - isLast: Whether the entry's data ends with it.
    /// - Returns: What takes whole rows of COPY text, without the lines that end it in an archive.
    /// - Throws: What has gone wrong with the archive.
    func stretch(of entry: Int, isFirst: Bool, isLast: Bool) throws(AnyFault) -> any ArchiveStretch
    /// Ends the archive: everything is written, and the start with the positions of all blocks anew.
    ///
    /// - Throws: What went wrong on the way; ``ArchiveFault`` when the stream was not whole.
    func finish() async throws(AnyFault) -> ArchiveTally
    /// Lets go of everything; the file stays as it is. Does nothing after ``finish()``.
    func abandon() async
}

/// Where the data of an archive comes from.
package enum ArchiveSource: Sendable {
    /// From pg_dump's own stream.
    case stream
    /// From connections of ours; what pg_dump writes further is thrown away.
    case stretches
}

/// A part of one table's rows on its way into an archive.
package protocol ArchiveStretch: ByteSink {
    /// No more rows come.
    func end() throws(AnyFault)
}

/// What was written into an archive.
package struct ArchiveTally: Sendable, Equatable {
    package var tables: [Manifest.Table] = []
    package var largeObjects = 0
    /// The digest of all large objects.
    package var largeObjectsDigest = RowDigest()
    /// Where large tables can be decoded from their middle.
    package var parts: [Manifest.Parts] = []

    package init() {}
}
