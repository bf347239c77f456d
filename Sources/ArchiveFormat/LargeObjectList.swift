/// The list of large objects in a directory or tar archive: `blobs.toc`, from 1.16 on `blobs_<dump id>.toc`.
///
/// Each line is an OID, a space and a file name. Authority: `_LoadLOs` and `_EndLO` in PostgreSQL,
/// `src/bin/pg_dump/pg_backup_directory.c`.
package struct LargeObjectList: Sendable {
    /// Bytes of a line; `MAXPGPATH` bounds it in PostgreSQL.
    package static let lineBytesMax = 1024

    /// One large object.
    package struct Item: Sendable, Equatable {
        /// The object's number; not 0.
        package var oid: UInt32
        /// The data file without the codec's suffix.
        package var file: String
    }

    private var line: [UInt8] = []
    private var position: Int64 = 0
    private var items: [Item] = []

    /// A list at its start.
    package init() {}

    /// Takes the next bytes of the list in.
    ///
    /// - Throws: ``ArchiveFault/malformed(_:offset:)`` about a line that pg_dump does not write.
    package mutating func take(_ bytes: UnsafeRawBufferPointer) throws(ArchiveFault) {
        for byte in bytes {
            position += 1
            if byte == 10 {
                items.append(try LargeObjectList.item(line, endingAt: position))
                line.removeAll(keepingCapacity: true)
            } else {
                guard line.count < LargeObjectList.lineBytesMax else {
                    throw .malformed("a line of the list of large objects is too long", offset: position)
                }
                line.append(byte)
            }
        }
    }

    /// The objects of the whole lines since the last call.
    package mutating func takeItems() -> [Item] {
        defer { items.removeAll(keepingCapacity: true) }
        return items
    }

    /// Checks that the list ends with a whole line.
    ///
    /// - Throws: ``ArchiveFault/truncated(_:offset:)``.
    package func finish() throws(ArchiveFault) {
        guard line.isEmpty else { throw .truncated("a line of the list of large objects", offset: position) }
    }

    private static func item(_ line: [UInt8], endingAt offset: Int64) throws(ArchiveFault) -> Item {
        let parts = line.split(separator: 0x20, maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let oid = UInt32(String(decoding: parts[0], as: UTF8.self)), oid != 0,
            let file = DataFileName.parse(Array(parts[1]))
        else {
            throw .malformed(
                "the line '\(String(decoding: line.prefix(80), as: UTF8.self))' is not a large object",
                offset: offset)
        }
        return Item(oid: oid, file: file)
    }
}
