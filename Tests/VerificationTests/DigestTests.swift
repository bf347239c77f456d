import ArchiveFormat
import Compression
import Testing
import Verification

@Suite struct `Digests of archives` {
    private static let formats = Scratch.archives.filter {
        !$0.contains("globals") && !$0.contains("cluster") && !$0.contains("inserts") && !$0.contains("tiny")
    }

    private func report(_ name: String) async -> VerificationReport {
        await ArchiveVerifier(workers: 2).verify(path: Scratch.fixture(name))
    }

    @Test(arguments: formats)
    func `are those of the rows in a plain dump of the same database`(name: String) async throws {
        let major = try #require(name.split { !$0.isNumber }.first)
        let text = String(decoding: try Scratch.bytes("plain-\(major).sql"), as: UTF8.self)
        // The rule of docs/manifest.md, spelt out on the text.
        var expected: [RowDigest] = []
        var digest: RowDigest?
        var before: Substring = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            defer { before = line }
            // A function's body looks like data too, but follows no empty line.
            if line.hasPrefix("COPY "), before.isEmpty {
                digest = RowDigest()
            } else if line == "\\.", let ended = digest {
                expected.append(ended)
                digest = nil
            } else {
                digest?.add(RowDigester.hash(of: Array(line.utf8)))
            }
        }
        #expect(expected.count == 3 && expected[0] != expected[1] && expected[2] == RowDigest())
        let report = await report(name)
        #expect(report.tables.map(\.digest) == expected)
    }

    @Test(arguments: formats)
    func `of large objects are the same in every format`(name: String) async throws {
        let major = try #require(name.split { !$0.isNumber }.first)
        let expected = await report("custom-\(major)-none.dump").largeObjectsDigest
        #expect(expected != nil && expected != RowDigest())
        let report = await report(name)
        #expect(report.largeObjects == 3)
        #expect(report.largeObjectsDigest == expected)
    }

    @Test func `follow the rule for large objects`() async throws {
        let folder = "directory-17-none"
        let digester = try LargeObjectDigester()
        let lists = try #require(
            Scratch.files(of: folder).filter { $0.hasPrefix("blobs") }.first, "a list of large objects")
        for line in String(decoding: try Scratch.bytes("\(folder)/\(lists)"), as: UTF8.self).split(
            separator: "\n")
        {
            let words = line.split(separator: " ")
            let oid = try #require(words.first.flatMap { UInt32($0) })
            try Scratch.bytes("\(folder)/\(words[1])").withUnsafeBytes { digester.take($0) }
            digester.end(oid: oid)
        }
        #expect(digester.count == 3)
        #expect(await report(folder).largeObjectsDigest == digester.digest)
    }

    @Test(arguments: [
        (#"\x00ff5c2e0a0a0a"#, #"\x00ff5c2e0a0a0b"#, true),
        (#"\x00ff5c2e0a0a0a"#, #"\\x00FF5C2e0A0a0a"#, true),
        (#"\x00ff5c2e0a0a0a"#, #"\000"#, false), ("lo_open('4002'", "lo_open(lo_create('4002')", false),
        ("lo_close", "lo_shut", false), ("lowrite(0, '", "lowrite(0, 'x' || '", false),
    ])
    func `of large objects in a plain dump are of bytes, or there is none`(
        text: String, other: String, hasDigest: Bool
    ) async throws {
        let expected = try #require(await report("plain-17.sql").largeObjectsDigest)
        let script = String(decoding: try Scratch.bytes("plain-17.sql"), as: UTF8.self)
        try #require(script.contains(text))
        let scratch = try Scratch()
        let path = try scratch.write(
            Array(script.replacing(text, with: other, maxReplacements: 1).utf8), "plain.sql")
        let found = await ArchiveVerifier().verify(path: path)
        #expect(found.verdict != .damaged, "\(found.findings)")
        #expect((found.largeObjectsDigest != nil) == hasDigest)
        // Doubled backslashes and capital digits are the same bytes.
        #expect((found.largeObjectsDigest == expected) == other.contains("FF5C"))
    }

    @Test func `are missing where rows are not counted`() async {
        for name in Scratch.archives.filter({ $0.contains("inserts") }) {
            #expect(await report(name).tables.map(\.digest) == [nil, nil, nil], "\(name)")
        }
    }

    @Test func `are missing where the data could not be read to its end`() async throws {
        let scratch = try Scratch()
        let path = try scratch.copy("tiny-custom-zlib.dump")
        #expect(try Edit("set 1504 58").apply(to: path))
        let report = await ArchiveVerifier().verify(path: path)
        #expect(report.verdict == .damaged)
        #expect(report.tables.map(\.rows) == [nil])
        #expect(report.tables.map(\.digest) == [nil])
    }

    @Test func `of another row or large object are findings of a set`() async throws {
        let scratch = try Scratch()
        let folder = try await scratch.makeSet("tiny-custom-none.dump", archive: "archive.dump")
        let manifest = try Manifest.parse(try Scratch.read("\(folder)/manifest.json"))
        var other = manifest
        other.tables[0].digest?.add(1)
        other.largeObjectsDigest?.add(1)
        try scratch.write(Array(try other.render().utf8), "set/manifest.json")
        let report = await ArchiveVerifier().verify(path: folder)
        #expect(report.verdict == .damaged)
        #expect(report.findings.map(\.kind) == [.setContent, .setContent])
        #expect(report.findings.map(\.subject) == ["public.t", "the large objects"])
        #expect(report.tables.map(\.digest) == manifest.tables.map(\.digest))
        other = manifest
        other.tables[0].digest = nil
        other.largeObjectsDigest = nil
        try scratch.write(Array(try other.render().utf8), "set/manifest.json")
        #expect(await ArchiveVerifier().verify(path: folder).verdict == .sound, "nothing to compare with")
    }
}
