import ArchiveFormat
import FoundationEssentials
import Testing

@testable import Verification

@Suite struct `Backup sets` {
    private let verifier = ArchiveVerifier(workers: 2)

    private func codes(_ report: VerificationReport) -> [String] {
        report.findings.map { "\($0.code) \($0.subject)" }
    }

    /// Replaces text of the manifest.
    private func rewrite(_ folder: String, _ old: String, _ new: String) throws {
        let path = "\(folder)/manifest.json"
        let text = String(decoding: try Scratch.read(path), as: UTF8.self)
        #expect(text.contains(old))
        try Data(text.replacing(old, with: new).utf8).write(to: URL(filePath: path))
    }

    @Test(arguments: [
        ("custom-15-zlib.dump", "archive.dump"), ("custom-17-zstd.dump", "archive.dump"),
        ("directory-16-zlib", "archive"), ("plain-18.sql.gz", "archive.sql.gz"),
    ])
    func `are sound when every file is as the manifest says`(fixture: String, archive: String) async throws {
        let scratch = try Scratch()
        let folder = try await scratch.makeSet(fixture, archive: archive, globals: "globals-17.sql")
        let report = await verifier.verify(path: folder, dropCache: true)
        #expect(report.verdict == .sound)
        #expect(report.comparedWithManifest)
        #expect(report.notes.isEmpty, "a manifest makes up for a codec without a checksum")
        #expect(report.tables.map(\.rows) == [60, 3, 0])
        let hashed = await verifier.verifySet(directory: folder, level: .hash)
        #expect(hashed.verdict == .sound)
        #expect(hashed.tables.isEmpty)
    }

    @Test func `are damaged when a file is missing, cut, changed or not listed`() async throws {
        let scratch = try Scratch()
        let folder = try await scratch.makeSet(
            "directory-15-none", archive: "archive", globals: "globals-15.sql")
        #expect(try Edit("append 00").apply(to: "\(folder)/archive/3356.dat"))
        #expect(try Edit("set 10 5a").apply(to: "\(folder)/archive/3355.dat"))
        #expect(try Edit("remove globals.sql").apply(to: folder))
        #expect(try Edit("add archive/stray 00").apply(to: folder))
        #expect(try Edit("add notes.txt 00").apply(to: folder))
        let report = await verifier.verifySet(directory: folder, level: .hash)
        #expect(report.verdict == .damaged)
        #expect(
            codes(report).sorted() == [
                "set.file-hash archive/3355.dat", "set.file-missing globals.sql",
                "set.file-size archive/3356.dat",
                "set.file-unlisted archive/stray", "set.file-unlisted notes.txt",
            ])
        let allowed = await verifier.verifySet(directory: folder, level: .hash, ignored: ["notes.txt"])
        #expect(!codes(allowed).contains("set.file-unlisted notes.txt"))
    }

    @Test func `with sizes and rows that nobody can add up are damaged, and end nothing`() async throws {
        for (old, new) in [
            ("\"size\" : ", "\"size\" : 9223372036854770000, \"was\" : "),
            ("\"rows\" : 2", "\"rows\" : -9223372036854775808"),
        ] {
            let scratch = try Scratch()
            let folder = try await scratch.makeSet(
                "tiny-custom-zlib.dump", archive: "archive.dump", globals: "globals-17.sql")
            try rewrite(folder, old, new)
            let report = await verifier.verify(path: folder)
            #expect(report.verdict == .damaged)
            #expect(codes(report) == ["set.manifest manifest.json"])
        }
        let huge = Manifest.File(path: "a", size: .max, sha256: "")
        #expect(SetCheck.total([huge, huge]) == .max)
    }

    @Test func `may have been marked as damaged before`() async throws {
        let scratch = try Scratch()
        let folder = try await scratch.makeSet("tiny-custom-zlib.dump", archive: "archive.dump")
        try scratch.write(Array("its hash was another\n".utf8), "set/DAMAGED")
        #expect(await verifier.verify(path: folder).verdict == .sound)
    }

    @Test func `may be held`() async throws {
        let scratch = try Scratch()
        let folder = try await scratch.makeSet("tiny-custom-zlib.dump", archive: "archive.dump")
        try scratch.write(Array("audit\n".utf8), "set/HOLD")
        #expect(await verifier.verify(path: folder).verdict == .sound)
    }

    @Test func `see a flipped value that nothing else can see`() async throws {
        let scratch = try Scratch()
        let folder = try await scratch.makeSet("tiny-custom-none.dump", archive: "archive.dump")
        #expect(try Edit("set 1484 70").apply(to: "\(folder)/archive.dump"))
        #expect(await verifier.verify(path: "\(folder)/archive.dump").verdict == .sound)
        let report = await verifier.verify(path: folder)
        #expect(report.verdict == .damaged)
        #expect(codes(report) == ["set.file-hash archive.dump", "set.content public.t"])
    }

    @Test func `name the damage inside of the archive too`() async throws {
        let scratch = try Scratch()
        let folder = try await scratch.makeSet("tiny-custom-zlib.dump", archive: "archive.dump")
        #expect(try Edit("set 1504 58").apply(to: "\(folder)/archive.dump"))
        let report = await verifier.verify(path: folder)
        #expect(codes(report) == ["set.file-hash archive.dump", "stream.checksum public.t"])
        #expect(report.findings.last?.file == "archive.dump")
        #expect(report.findings.last?.offset == 1505, "after the Adler-32")
    }

    @Test func `are damaged when the globals are cut although nobody listed them so`() async throws {
        let scratch = try Scratch()
        let folder = try await scratch.makeSet(
            "tiny-plain.sql", archive: "archive.sql", globals: "globals-17.sql")
        let globals = try Scratch.read("\(folder)/globals.sql")
        #expect(try Edit("cut end-60").apply(to: "\(folder)/globals.sql"))
        #expect(globals.count > 60)
        let report = await verifier.verify(path: folder)
        #expect(codes(report).contains("plain.trailer globals.sql"))
    }

    @Test func `are compared table by table with what was dumped`() async throws {
        let scratch = try Scratch()
        let folder = try await scratch.makeSet("tiny-custom-zlib.dump", archive: "archive.dump")
        try rewrite(folder, "\"rows\" : 2", "\"rows\" : 3")
        #expect(codes(await verifier.verify(path: folder)) == ["set.content public.t"])
        try rewrite(folder, "\"name\" : \"t\"", "\"name\" : \"u\"")
        #expect(
            codes(await verifier.verify(path: folder)) == ["set.content public.t", "set.content public.u"])
        try rewrite(folder, "\"largeObjects\" : 1", "\"largeObjects\" : 2")
        try rewrite(folder, "\"format\" : \"custom\"", "\"format\" : \"directory\"")
        #expect(
            codes(await verifier.verify(path: folder)) == [
                "set.content archive.dump", "set.content public.t", "set.content public.u",
                "set.content the large objects",
            ])
    }

    @Test func `without a readable manifest have no answer from it`() async throws {
        let scratch = try Scratch()
        let folder = try await scratch.makeSet("tiny-custom-zlib.dump", archive: "archive.dump")
        try rewrite(folder, "\"manifest\" : 1", "\"manifest\" : 2")
        let later = await verifier.verify(path: folder)
        #expect(later.verdict == .cannotTell)
        #expect(codes(later) == ["verify.unknown-version manifest.json"])
        #expect(try Edit("cut 20").apply(to: "\(folder)/manifest.json"))
        let cut = await verifier.verify(path: folder)
        #expect(cut.verdict == .damaged)
        #expect(codes(cut) == ["set.manifest manifest.json"])
        #expect(try Edit("remove manifest.json").apply(to: folder))
        let missing = await verifier.verifySet(directory: folder)
        #expect(missing.verdict == .cannotTell)
        #expect(codes(missing) == ["verify.unreadable manifest.json"])
    }
}
