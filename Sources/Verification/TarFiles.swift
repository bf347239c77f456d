import ArchiveFormat

/// The members of a tar archive; pg_dump compresses none of them.
struct TarFiles: FileSet {
    let names: [String]
    let place = "the tar file"
    /// What is wrong with the tar file itself.
    let findings: [Finding]

    private let file: ArchiveFile
    private let members: [String: Extent]

    /// More members than this are not read.
    private static let membersMax = 10_000_000

    /// Reads the headers of all members, up to the two blocks of zeros at the end.
    init(file: ArchiveFile) throws(VerificationFault) {
        var scan = Scan(file: file)
        try scan.run()
        self.file = file
        names = scan.names
        members = scan.members
        findings = scan.findings
    }

    func find(_ name: String) -> DataFile? {
        members[name].map { DataFile(name: name, source: .member(file), extent: $0, wrapping: .stored) }
    }

    /// The walk from header to header.
    private struct Scan {
        let file: ArchiveFile
        var names: [String] = []
        var members: [String: Extent] = [:]
        var findings: [Finding] = []

        init(file: ArchiveFile) {
            self.file = file
        }

        mutating func run() throws(VerificationFault) {
            var position: Int64 = 0
            while names.count < TarFiles.membersMax {
                let block: TarHeader.Block
                do throws(ArchiveFault) {
                    block = try TarFiles.block(file, at: position)
                } catch {
                    return report(error, at: position)
                }
                guard case .member(let header) = block else { return try checkEnd(from: position) }
                let start = position + Int64(TarHeader.blockSize)
                guard header.paddedSize <= file.size - start else {
                    return note(.tarUnfinished, "the file ends within the member '\(header.name)'", at: start)
                }
                if members.updateValue(Extent(start: start, end: start + header.size), forKey: header.name)
                    != nil
                {
                    note(.fileTwice, "the member '\(header.name)' is there twice", at: position)
                } else {
                    names.append(header.name)
                }
                position = start + header.paddedSize
            }
        }

        private mutating func report(_ fault: ArchiveFault, at position: Int64) {
            switch fault {
            case .truncated:
                note(.tarUnfinished, "the file ends before the two blocks of zeros", at: position)
            case .malformed(TarHeader.wrongChecksum, _):
                note(.tarChecksum, TarHeader.wrongChecksum, at: position)
            case .malformed, .notAnArchive, .unknownVersion, .unknownCodec, .unsupportedSizes,
                .unexpectedBlock,
                .missingBlock, .beyondLimit, .manifestMalformed, .manifestVersion:
                note(.tarMalformed, Finding(fault, subject: "").message, at: position)
            }
        }

        /// From the first block of zeros on there must be another one, and nothing but zeros after it.
        private mutating func checkEnd(from start: Int64) throws(VerificationFault) {
            guard file.size - start >= 2 * Int64(TarHeader.blockSize) else {
                return note(.tarUnfinished, "the file ends before the second block of zeros", at: start)
            }
            var position = start
            while position < file.size {
                let bytes = try file.bytes(at: position, count: 64 << 10)
                if bytes.isEmpty { break }
                if let index = bytes.firstIndex(where: { $0 != 0 }) {
                    return note(
                        .tarMalformed, "bytes follow the end of the tar file", at: position + Int64(index))
                }
                position += Int64(bytes.count)
            }
        }

        private mutating func note(_ kind: FindingKind, _ message: String, at offset: Int64) {
            guard findings.count < FindingList.max else { return }
            findings.append(Finding(kind, subject: "the tar file", offset: offset, message: message))
        }
    }

    private static func block(_ file: ArchiveFile, at position: Int64) throws(ArchiveFault) -> TarHeader.Block
    {
        let bytes: [UInt8]
        do {
            bytes = try file.bytes(at: position, count: TarHeader.blockSize)
        } catch {
            throw .malformed(error.summary, offset: position)
        }
        return try bytes.withUnsafeBufferPointer { (buffer) throws(ArchiveFault) in
            try TarHeader.parse(UnsafeRawBufferPointer(buffer), at: position)
        }
    }
}
