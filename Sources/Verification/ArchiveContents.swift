package import ArchiveFormat

/// Reads parts of an archive for those who restore it.
package enum ArchiveContents {
    /// The whole table of contents of a custom archive's file or a directory archive's folder; nil for a plain one.
    ///
    /// - Throws: ``VerificationFault``; ``VerificationFault/damaged(_:why:)`` when it is none.
    package static func read(_ path: String) throws(VerificationFault) -> TableOfContents? {
        let isFolder = try ArchiveFile.isFolder(path)
        let file = try ArchiveFile(path: isFolder ? "\(path)/\(FilesCheck.contentsName)" : path, name: path)
        if !isFolder {
            switch FileType(head: try file.head(FileType.headBytes)) {
            case .custom: break
            case .text: return nil
            case .empty, .tar: throw .damaged(path, why: "it is no archive that pgvigil makes")
            }
        }
        let bench = Workbench(meter: ProgressMeter(report: nil), windowLogMax: BlockRunner.windowLogs.common)
        var reader = ExtentReader(file: file, extent: Extent(start: 0, end: file.size), bench: bench)
        var parser = ContentsParser(total: file.size)
        var entries: [TOCEntry] = []
        while !parser.isComplete {
            let window = try reader.window()
            guard !window.isEmpty else {
                throw .damaged(path, why: "it ends within \(parser.partInProgress)")
            }
            do throws(ArchiveFault) {
                _ = try parser.consume(window)
            } catch {
                throw .damaged(path, why: Finding(error, subject: path).message)
            }
            entries += parser.takeEntries()
        }
        guard let header = parser.header else { throw .damaged(path, why: "it has no header") }
        return TableOfContents(header: header, entries: entries)
    }

    /// Decodes a plain archive, compressed or not; the sink gets its text in pieces, and false from it ends that.
    ///
    /// - Throws: ``VerificationFault``; ``VerificationFault/damaged(_:why:)`` where it does not decode.
    package static func unpack(
        _ path: String, sink: (UnsafeRawBufferPointer) -> Bool
    ) throws(VerificationFault) {
        let file = try ArchiveFile(path: path, name: path)
        guard case .text(let codec) = FileType(head: try file.head(FileType.headBytes)) else {
            throw .damaged(path, why: "it is no plain dump")
        }
        do throws(ReadProblem) {
            try decode(file, codec, sink: sink)
        } catch {
            switch error {
            case .file(let fault): throw fault
            case .stream(let flaw):
                throw .damaged(path, why: Finding(flaw, subject: path, file: nil, offset: 0).message)
            }
        }
    }

    private static func decode(
        _ file: ArchiveFile, _ codec: ArchiveCodec, sink: (UnsafeRawBufferPointer) -> Bool
    ) throws(ReadProblem) {
        let bench = Workbench(meter: ProgressMeter(report: nil), windowLogMax: BlockRunner.windowLogs.large)
        var reader = ExtentReader(file: file, extent: Extent(start: 0, end: file.size), bench: bench)
        var isOver = false
        do {
            var stream = try StreamReader(codec.wrapping(inFile: true), bench: bench, allowsMembers: true)
            while !isOver {
                let window = try reader.window()
                if window.isEmpty { break }
                try stream.feed(window) { if !isOver { isOver = !sink($0) } }
            }
            if !isOver { try stream.finish(allowsNothing: false) }
        } catch let flaw as StreamReader.Flaw {
            throw .stream(flaw)
        } catch let fault as VerificationFault {
            throw .file(fault)
        } catch {
            throw .stream(.unfinished)
        }
    }
}
