import ArchiveFormat

/// The table of contents of an archive, as little of it as a check needs.
struct ReadContents: Sendable {
    var header: ArchiveHeader
    var entries = 0
    var dataEntries: [DataEntry] = []
    /// Entries that name one large object each, before 1.16.
    var largeObjectEntries = 0
    /// Where the table ends in its file.
    var end: Int64 = 0
    /// Numbers that more than one entry has.
    var duplicates: [Int32] = []
}

/// Reads a table of contents from an extent of a file, entry by entry, whatever its length.
struct ContentsReader {
    let file: ArchiveFile
    let extent: Extent

    /// Bytes of a text that are kept: names are far shorter, and definitions are not needed.
    private static let keptMax = 4096

    /// Why there is no table.
    enum Problem: Error {
        case archive(ArchiveFault)
        case file(VerificationFault)

        /// The finding that it amounts to.
        func finding(subject: String, file: String?) -> Finding {
            switch self {
            case .archive(let fault): Finding(fault, subject: subject, file: file)
            case .file(let fault): Finding(fault, subject: subject, file: file)
            }
        }
    }

    /// Reads all entries.
    func read(_ bench: Workbench) throws(Problem) -> ReadContents {
        var parser = ContentsParser(total: extent.count, keptMax: ContentsReader.keptMax)
        var reader = ExtentReader(file: file, extent: extent, bench: bench)
        var contents: ReadContents?
        var ids: [Int32] = []
        while !parser.isComplete {
            let window: UnsafeRawBufferPointer
            do { window = try reader.window() } catch { throw .file(error) }
            guard !window.isEmpty else {
                throw .archive(.truncated(parser.partInProgress, offset: extent.start + parser.position))
            }
            do { _ = try parser.consume(window) } catch { throw .archive(error) }
            if contents == nil { contents = parser.header.map { ReadContents(header: $0) } }
            for entry in parser.takeEntries() {
                ids.append(entry.dumpID)
                contents?.take(entry)
            }
        }
        guard var contents else {
            throw .archive(.truncated(parser.partInProgress, offset: extent.start + parser.position))
        }
        contents.end = extent.start + parser.position
        contents.duplicates = ContentsReader.duplicates(&ids)
        return contents
    }

    private static func duplicates(_ ids: inout [Int32]) -> [Int32] {
        ids.sort()
        var found: [Int32] = []
        for (left, right) in zip(ids, ids.dropFirst()) where left == right && found.last != left {
            found.append(left)
            if found.count == FindingList.max { break }
        }
        return found
    }
}

extension ReadContents {
    fileprivate mutating func take(_ entry: TOCEntry) {
        entries += 1
        if entry.hasData { dataEntries.append(DataEntry(entry)) }
        if entry.description == "BLOB" { largeObjectEntries += 1 }
    }
}
