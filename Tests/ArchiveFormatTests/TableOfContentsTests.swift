import TestKit
import Testing

@testable import ArchiveFormat

@Suite struct `Tables of contents` {
    @Test func `of every version and format are here to read`() {
        #expect(Fixture.customs.count >= 20)
        #expect(Fixture.contents.filter { $0.hasSuffix("toc.dat") }.count >= 9)
    }

    @Test(arguments: Fixture.contents)
    func `write back to the bytes they were read from`(name: String) throws {
        let bytes = try Fixture.contentsBytes(name)
        let (contents, length) = try TableOfContents.parsePrefix(bytes)
        #expect(contents.serialise() == Array(bytes.prefix(length)))
        #expect(contents.entries.count > 5)
    }

    @Test(
        arguments: ["custom-15-zlib.dump", "custom-17-zlib.dump", "directory-16-zlib/toc.dat", "tar-18.tar"],
        [1, 2, 7, 64])
    func `read the same in pieces of any size`(name: String, size: Int) throws {
        let bytes = try Fixture.contentsBytes(name)
        let (expected, length) = try TableOfContents.parsePrefix(bytes)
        var parser = ContentsParser(total: Int64(bytes.count))
        var used = 0
        try inPieces(bytes, of: size) { used += try parser.consume($0) }
        #expect(parser.isComplete)
        #expect(used == length)
        #expect(parser.position == Int64(length))
        #expect(parser.header == expected.header)
        #expect(parser.takeEntries() == expected.entries)
        #expect(parser.takeEntries().isEmpty)
    }

    @Test(arguments: Fixture.majors)
    func `say what pg_dump dumped`(major: Int) throws {
        let contents = try TableOfContents.parse(try Fixture.bytes("custom-\(major)-zlib.dump"))
        let header = contents.header
        let level = header.level.map(String.init) ?? "-"
        var lines = [
            "version \(header.version), \(header.layout), \(header.codec.rawValue), level \(level)",
            "database \(header.databaseName?.display ?? "-")",
        ]
        lines += contents.entries.map { entry in
            "\(entry.section) \(entry.kind): \(entry.qualifiedName), owner \(entry.owner?.display ?? "-")"
                + (entry.hasData ? ", data" : "") + (entry.isCopyText ? " as COPY text" : "")
        }
        Golden.expect(lines.joined(separator: "\n"), "contents of pg_dump \(major)")
    }

    @Test func `keep no more of a text than asked for`() throws {
        let bytes = try Fixture.bytes("custom-15-zlib.dump")
        var parser = ContentsParser(total: Int64(bytes.count), keptMax: 8)
        try bytes.withUnsafeBytes { _ = try parser.consume($0) }
        let entries = parser.takeEntries()
        #expect(parser.isComplete)
        #expect(entries.allSatisfy { ($0.definition?.bytes.count ?? 0) <= 8 })
        #expect(entries.contains { $0.definition?.bytes.count == 8 })
    }

    @Test(arguments: ["tiny-custom-zlib.dump", "tiny-directory-zlib/toc.dat"])
    func `are truncated at every byte before their last`(name: String) throws {
        let bytes = try Fixture.bytes(name)
        let length = try TableOfContents.parsePrefix(bytes).length
        for count in 0..<length {
            var parser = ContentsParser()
            try inPieces(Array(bytes.prefix(count)), of: count + 1) { _ = try parser.consume($0) }
            #expect(!parser.isComplete, "complete after \(count) of \(length) bytes")
            #expect(throws: ArchiveFault.self) { try TableOfContents.parse(Array(bytes.prefix(count))) }
        }
    }

    @Test(arguments: Rows.read("contents.tsv"))
    func `refuse what pg_dump cannot have written`(row: [String]) throws {
        let (fixture, offset, replacement, code) = (row[0], try #require(Int(row[1])), row[2], row[3])
        var bytes = try Fixture.bytes(fixture)
        let new = replacement.split(separator: " ").compactMap { UInt8($0, radix: 16) }
        bytes.replaceSubrange(offset..<offset + new.count, with: new)
        let fault = #expect(throws: ArchiveFault.self) { try TableOfContents.parse(bytes) }
        #expect(fault?.code == code, "\(row[4])")
    }

    @Test func `refuse more entries than anybody dumps`() throws {
        var contents = try TableOfContents.parse(try Fixture.bytes("tiny-custom-zlib.dump"))
        contents.header.entryCount = Int32(ArchiveLimits.entriesMax) + 1
        contents.entries = []
        let bytes = contents.serialise()
        var parser = ContentsParser()
        let fault = #expect(throws: ArchiveFault.self) {
            try bytes.withUnsafeBytes { _ = try parser.consume($0) }
        }
        #expect(fault?.code == "archive.beyond-limit")
    }

    @Test func `show text that is not UTF-8 with replacement characters and keep its bytes`() throws {
        var contents = try TableOfContents.parse(try Fixture.bytes("tiny-custom-zlib.dump"))
        contents.entries[0].tag = ArchiveText([0x4D, 0xFC, 0x6C, 0x6C])
        let again = try TableOfContents.parse(contents.serialise())
        #expect(again == contents)
        #expect(again.entries[0].name == "M\u{FFFD}ll")
    }
}
