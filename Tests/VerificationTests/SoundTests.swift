import ArchiveFormat
import FoundationEssentials
import TestKit
import Testing
import Verification

@Suite struct `Sound archives` {
    @Test func `of four major versions, all formats and codecs are here`() {
        #expect(Scratch.archives.count >= 50)
    }

    @Test(arguments: Scratch.archives)
    func `are found sound`(name: String) async {
        let report = await ArchiveVerifier().verify(path: Scratch.fixture(name))
        #expect(report.verdict == .sound)
        #expect(report.findings == [])
        #expect(report.format != nil)
        #expect(report.storedBytes > 0)
        let isChecked = report.codec == .zlib
        #expect(
            report.notes.contains { $0.kind == .noChecksum } == !isChecked, "only zlib and gzip carry one")
        #expect(report.notes.contains { $0.kind == .notSeekable } == name.contains("piped"))
    }

    @Test(
        arguments: Scratch.archives.filter {
            !$0.contains("tiny") && !$0.contains("globals") && !$0.contains("cluster")
        })
    func `tell the rows and large objects that were dumped`(name: String) async {
        let report = await ArchiveVerifier(workers: 2).verify(path: Scratch.fixture(name))
        #expect(report.tables.map(\.name) == ["Line;Items", "customer", "nothing_yet"])
        #expect(report.tables.map(\.schema) == ["odd name", "public", "public"])
        let rows: [Int64?] = name.contains("inserts") ? [nil, nil, nil] : [60, 3, 0]
        #expect(report.tables.map(\.rows) == rows)
        #expect(report.largeObjects == 3)
        #expect(report.serverVersion?.split(separator: ".").first.map { name.contains("-\($0)") } == true)
    }

    @Test func `are described in full`() async {
        var lines: [String] = []
        for name in [
            "custom-15-zlib.dump", "custom-17-zstd.dump", "directory-16-none", "tar-18.tar",
            "plain-17.sql.gz",
        ] {
            let report = await ArchiveVerifier().verify(path: Scratch.fixture(name))
            lines += [
                "\(name): \(report.verdict.rawValue), \(report.format?.rawValue ?? "-"), version "
                    + "\(report.archiveVersion ?? "-"), codec \(report.codec?.rawValue ?? "-")",
                "  database \(report.databaseName ?? "-") of \(report.serverVersion ?? "-"), "
                    + "by pg_dump \(report.dumpVersion ?? "-")",
                "  \(report.entries) entries, \(report.storedBytes) bytes stored, "
                    + "\(report.decodedBytes) decoded",
            ]
            lines += report.tables.map {
                "  \($0.schema).\($0.name): \($0.rows ?? -1) rows, \($0.bytes) bytes, "
                    + "digest \($0.digest?.description ?? "-")"
            }
            lines.append("  large objects: \(report.largeObjectsDigest?.description ?? "-")")
            lines += report.notes.map { "  \($0.code): \($0.message). \($0.meaning)" }
        }
        let text = lines.joined(separator: "\n").replacing(Scratch.fixtures, with: "…")
        Golden.expect(text, "reports of sound archives")
    }

    @Test func `are the same by one worker and by many`() async {
        for name in ["custom-16-zlib.dump", "directory-17-lz4", "custom-15-zlib-piped.dump"] {
            let alone = await ArchiveVerifier(workers: 1).verify(path: Scratch.fixture(name))
            let many = await ArchiveVerifier(workers: 16).verify(path: Scratch.fixture(name))
            #expect(alone == many)
        }
    }

    @Test func `may consist of several gzip members`() async throws {
        let scratch = try Scratch()
        let plain = try Scratch.bytes("tiny-plain.sql.gz")
        // An empty member, as `cat` of compressed pieces gives.
        let empty: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        let path = try scratch.write(plain + empty, "joined.sql.gz")
        #expect(await ArchiveVerifier().verify(path: path).verdict == .sound)
    }

    @Test func `with a zstd window beyond what all workers may take are decoded one by one`() async throws {
        let scratch = try Scratch()
        let folder = try scratch.copy("tiny-directory-zlib")
        try FileManager.default.removeItem(atPath: "\(folder)/3338.dat.gz")
        // A window of 16 MiB, and one raw block (RFC 8878, Window_Descriptor and Block_Header).
        let rows = Array("one\ntwo\n\\.\n\n\n".utf8)
        let frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x70, UInt8(rows.count << 3 | 1), 0, 0] + rows
        try scratch.write(frame, "tiny-directory-zlib/3338.dat.zst")
        let report = await ArchiveVerifier().verify(path: folder)
        #expect(report.verdict == .sound)
        #expect(report.tables.map(\.rows) == [2])
    }

    @Test func `report their progress up to the end`() async throws {
        let seen = Box<[VerificationProgress]>([])
        let path = Scratch.fixture("custom-15-zlib.dump")
        _ = await ArchiveVerifier(workers: 2).verify(path: path, dropCache: true) { step in
            seen.change { $0.append(step) }
        }
        let last = try #require(seen.value.last)
        #expect(last.bytesDone == last.bytesTotal)
        #expect(last.bytesTotal > 0)
    }
}
