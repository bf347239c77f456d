import ArchiveFormat
import FoundationEssentials
import Testing
import Verification

/// "Every prefix of a small archive of each format and every single-bit flip of it gives a finding or equal
/// content, never a crash or a hang."
@Suite struct `Every prefix and every flipped bit` {
    static let files = Scratch.archives.filter {
        $0.hasPrefix("tiny-") && !$0.contains("directory") && !$0.contains("restricted")
    }

    /// What two archives with the same data have in common.
    private struct Content: Equatable {
        var tables: [VerificationReport.TableContent]
        var largeObjects: Int
        var decoded: Int64

        init(_ report: VerificationReport) {
            tables = report.tables
            largeObjects = report.largeObjects
            decoded = report.decodedBytes
        }
    }

    @Test(arguments: files)
    func `of a prefix gives a finding`(name: String) async throws {
        let scratch = try Scratch()
        let path = try scratch.copy(name)
        let file = try Patchable(path)
        let whole = Content(await ArchiveVerifier(workers: 1).verify(path: path))
        for count in (0..<file.count).reversed() {
            #expect(file.cut(to: count))
            let report = await ArchiveVerifier(workers: 1).verify(path: path)
            // A plain file may lose the line breaks after its end.
            let isHarmless =
                report.format == .plain && report.codec == ArchiveCodec.none
                && Content(report).tables == whole.tables
            #expect(!report.findings.isEmpty || isHarmless, "\(count) of \(file.count) bytes")
        }
    }

    @Test func `of a prefix of each file of a folder gives a finding`() async throws {
        let scratch = try Scratch()
        let folder = try scratch.copy("tiny-directory-zlib")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let original = try Scratch.read("\(folder)/\(name)")
            let file = try Patchable("\(folder)/\(name)")
            for count in (0..<file.count).reversed() {
                #expect(file.cut(to: count))
                let report = await ArchiveVerifier(workers: 1).verify(path: folder)
                #expect(!report.findings.isEmpty, "\(count) bytes of \(name)")
            }
            try scratch.write(original, "tiny-directory-zlib/\(name)")
        }
    }

    /// Without a manifest nothing protects the table of contents, and only zlib and gzip protect the data;
    /// with one, nothing goes unseen (see `of a set is seen through its manifest`).
    @Test(arguments: files)
    func `flipped is answered`(name: String) async throws {
        let scratch = try Scratch()
        let path = try scratch.copy(name)
        let file = try Patchable(path)
        let whole = await ArchiveVerifier(workers: 1).verify(path: path)
        let protected = try protectedBytes(name)
        // What the codecs share, the table of contents, is the same in all of them, and done with one.
        let start = name.contains("custom") && !name.contains("zlib") ? try contentsLength(name) : 0
        for bit in start * 8..<file.count * 8 {
            #expect(file.write(bit: bit, flipped: true))
            let report = await ArchiveVerifier(workers: 1).verify(path: path)
            if protected.contains(bit / 8) {
                let isSame = Content(report) == Content(whole)
                #expect(!report.findings.isEmpty || isSame, "bit \(bit % 8) of byte \(bit / 8)")
            }
            #expect(report.findings.isEmpty == (report.verdict == .sound))
            #expect(file.write(bit: bit, flipped: false))
        }
        #expect(await ArchiveVerifier(workers: 1).verify(path: path) == whole)
    }

    /// The bytes in which a checksum or the framing must see every flip: all data of zlib and gzip archives.
    private func protectedBytes(_ name: String) throws -> Range<Int> {
        let bytes = try Scratch.bytes(name)
        if name.hasSuffix(".gz") { return 0..<bytes.count }
        guard name.contains("zlib") else { return 0..<0 }
        return try contentsLength(name)..<bytes.count
    }

    private func contentsLength(_ name: String) throws -> Int {
        try TableOfContents.parsePrefix(try Scratch.bytes(name)).length
    }

    @Test func `flipped in a file of a folder is answered`() async throws {
        let scratch = try Scratch()
        let folder = try scratch.copy("tiny-directory-zlib")
        let whole = await ArchiveVerifier(workers: 1).verify(path: folder)
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let file = try Patchable("\(folder)/\(name)")
            for bit in 0..<file.count * 8 {
                #expect(file.write(bit: bit, flipped: true))
                let report = await ArchiveVerifier(workers: 1).verify(path: folder)
                if name.hasSuffix(".gz") || name == "blobs.toc" {
                    let isSame = Content(report) == Content(whole)
                    #expect(!report.findings.isEmpty || isSame, "bit \(bit) of \(name)")
                }
                #expect(file.write(bit: bit, flipped: false))
            }
        }
    }

    /// A hash does not look into what it covers, so that the archive with the most files stands for all.
    @Test func `of a set is seen through its manifest`() async throws {
        let scratch = try Scratch()
        let folder = try await scratch.makeSet("tiny-directory-zlib", archive: "archive")
        let verifier = ArchiveVerifier(workers: 1)
        #expect(await verifier.verifySet(directory: folder).verdict == .sound)
        let files = try Manifest.parse(try Scratch.read("\(folder)/manifest.json")).files
        for path in files.map(\.path) {
            let file = try Patchable("\(folder)/\(path)")
            for bit in 0..<file.count * 8 {
                #expect(file.write(bit: bit, flipped: true))
                let report = await verifier.verifySet(directory: folder, level: .hash)
                #expect(report.findings.map(\.kind) == [.setFileHash], "bit \(bit) of \(path)")
                #expect(file.write(bit: bit, flipped: false))
            }
        }
        #expect(await verifier.verifySet(directory: folder).verdict == .sound)
        let first = try #require(files.first)
        let file = try Patchable("\(folder)/\(first.path)")
        for count in (0..<file.count).reversed() {
            #expect(file.cut(to: count))
            let report = await verifier.verifySet(directory: folder, level: .hash)
            #expect(report.findings.map(\.kind) == [.setFileSize], "\(count) bytes")
            #expect(report.verdict == .damaged)
        }
    }
}
