import ArchiveFormat
import FoundationEssentials
import Glibc
import Testing
import Verification

@Suite struct `Hostile archives` {
    private let verifier = ArchiveVerifier(workers: 2)

    /// The most memory that this process ever held, in bytes; other tests run beside, so that bounds are
    /// wide.
    private func peak() -> Int64 {
        var usage = rusage()
        return getrusage(0, &usage) == 0 ? Int64(usage.ru_maxrss) * 1024 : 0
    }

    /// Writes a sparse file: these bytes, then nothing up to `size`.
    private func sparse(_ scratch: Scratch, _ bytes: [UInt8], size: Int64) throws -> String {
        let path = try scratch.write(bytes, "sparse")
        #expect(truncate(path, off_t(size)) == 0)
        return path
    }

    private func contents(_ change: (inout TableOfContents) -> Void) throws -> [UInt8] {
        var contents = try TableOfContents.parse(try Scratch.bytes("tiny-custom-none.dump"))
        change(&contents)
        return contents.serialise()
    }

    @Test func `cost no memory for lengths that a sparse file bears out`() async throws {
        let scratch = try Scratch()
        let before = peak()
        // A definition of a gigabyte of zeros, in a file of two.
        var bytes = try Scratch.bytes("tiny-custom-none.dump")
        bytes.replaceSubrange(188..<193, with: [0, 0, 0, 0, 0x40])
        let text = await verifier.verify(path: try sparse(scratch, Array(bytes.prefix(193)), size: 2 << 30))
        #expect(text.verdict == .damaged)
        #expect(peak() - before < 512 << 20)
    }

    @Test func `cost no memory for chunks and counts that a sparse file bears out`() async throws {
        let scratch = try Scratch()
        let before = peak()
        let head = try contents { _ in }
        // One chunk of almost two gigabytes of zeros where rows should be.
        let chunk: [UInt8] = [1, 0, 0x0A, 0x0D, 0, 0, 0, 0, 0, 0, 0x7F]
        let report = await verifier.verify(path: try sparse(scratch, head + chunk, size: 2 << 30))
        #expect(report.verdict == .damaged)
        let many = try contents { contents in
            contents.entries = []
            contents.header.entryCount = 9_000_000
        }
        let counted = await verifier.verify(path: try sparse(scratch, many, size: 1 << 30))
        #expect(counted.verdict == .damaged)
        #expect(peak() - before < 512 << 20)
    }

    @Test func `that are piped and sparse are walked without reading every byte`() async throws {
        let scratch = try Scratch()
        let head = try contents { contents in
            for index in contents.entries.indices where contents.entries[index].hasData {
                contents.entries[index].location = .offset(.notSet, 0)
            }
        }
        // A chunk longer than what follows it.
        let chunk: [UInt8] = [1, 0, 0x0A, 0x0D, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0x7F]
        let report = await verifier.verify(path: try sparse(scratch, head + chunk, size: 1 << 30))
        #expect(report.findings.map(\.kind) == [.blockMissing, .fileTruncated])
    }

    @Test func `name no file outside of their folder`() async throws {
        let scratch = try Scratch()
        let folder = try scratch.copy("tiny-directory-zlib")
        try scratch.write([], "outside.dat")
        var contents = try TableOfContents.parse(try Scratch.read("\(folder)/toc.dat"))
        for index in contents.entries.indices where contents.entries[index].isTableData {
            contents.entries[index].location = .file("../outside.dat")
        }
        try scratch.write(contents.serialise(), "tiny-directory-zlib/toc.dat")
        let report = await verifier.verify(path: folder)
        #expect(report.findings.map(\.kind) == [.contentsMalformed, .fileUnlisted])
    }

    @Test func `that decode without end into nothing are read through fixed buffers`() async throws {
        let scratch = try Scratch()
        let before = peak()
        // A gigabyte of zeros in one zstd frame: 8,192 blocks, each one repeated byte (RFC 8878, RLE_Block).
        var frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58]
        for block in 0..<8192 {
            let header = UInt32(128 << 10) << 3 | 1 << 1 | (block == 8191 ? 1 : 0)
            frame += [UInt8(header & 0xFF), UInt8(header >> 8 & 0xFF), UInt8(header >> 16), 0]
        }
        let text = await verifier.verify(path: try scratch.write(frame, "zeros.sql.zst"))
        #expect(text.findings.map(\.kind) == [.notAnArchive])

        let folder = try scratch.copy("tiny-directory-zlib")
        try FileManager.default.removeItem(atPath: "\(folder)/3338.dat.gz")
        try scratch.write(frame, "tiny-directory-zlib/3338.dat.zst")
        let report = await verifier.verify(path: folder)
        #expect(report.findings.map(\.kind) == [.copyTerminator])
        #expect(report.tables.first?.bytes == 1 << 30)
        #expect(peak() - before < 512 << 20)
    }

    @Test(arguments: 0..<200)
    func `of random bytes behind a real beginning are answered`(seed: Int) async throws {
        let scratch = try Scratch()
        var generator = Generator(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1)
        let names = [
            "tiny-custom-zlib.dump", "tiny-custom-lz4.dump", "tiny-tar.tar", "tiny-plain.sql",
            "tiny-plain.sql.gz",
        ]
        let bytes = try Scratch.bytes(names[seed % names.count])
        let kept = Int(generator.next() % UInt64(bytes.count))
        let random = (0..<2000).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        let report = await verifier.verify(
            path: try scratch.write(Array(bytes.prefix(kept)) + random, "random"))
        #expect(!report.findings.isEmpty, "seed \(seed)")
    }

    /// SplitMix64, so that a seed stands for the same bytes for ever.
    private struct Generator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }
    }
}
