import FoundationEssentials
import TestKit
import Testing

@testable import ArchiveFormat

@Suite struct `The end of COPY text` {
    private func tally(_ text: String, of size: Int = .max) -> CopyTally {
        var tally = CopyTally()
        inPieces(Array(text.utf8), of: min(size, text.utf8.count + 1)) { tally.take($0) }
        return tally
    }

    @Test(arguments: [1, 2, 3, 5, 8, 4096])
    func `is known by the terminator`(size: Int) {
        #expect(tally("\\.\n\n\n", of: size).isTerminated)
        #expect(tally("a\n\\.\n\n\n", of: size).isTerminated)
        #expect(tally("a\tb\n\n\\N\n\\.\n\n\n", of: size).isTerminated)
        #expect(tally("a\n\\.\n\n\n", of: size).bytes == 7)
    }

    @Test(arguments: [
        "", "a\n", "\\.\n\n", "a\\.\n\n\n", "a\n\\.\n\n\nb", "a\n\\.\n\n", "\n\n\n", "\\.\n\n\n\n",
    ])
    func `is not there without the terminator`(text: String) {
        #expect(!tally(text).isTerminated)
    }
}

@Suite struct `COPY statements` {
    @Test func `name the table and its columns in their order`() {
        let found = [
            "COPY public.t (a, b) FROM stdin;\n",
            "COPY \"odd; \"\"name\"\"\".\"Ta.ble\" (\"Ü (x, y)\", \"a\"\"b\") FROM stdin",
            "COPY public.none  FROM stdin;\n", "COPY t (a) WITH OIDS FROM stdin;", "COPY t FROM stdin;",
        ].map { CopyStatement.parse(Array($0.utf8)) }
        #expect(
            found == [
                CopyStatement(schema: "public", table: "t", columns: ["a", "b"]),
                CopyStatement(schema: "odd; \"name\"", table: "Ta.ble", columns: ["Ü (x, y)", "a\"b"]),
                CopyStatement(schema: "public", table: "none", columns: []),
                CopyStatement(schema: "", table: "t", columns: ["a"]),
                CopyStatement(schema: "", table: "t", columns: []),
            ])
    }

    @Test(arguments: [
        "", "COPY", "COPY ", "COPY public.t (a) TO stdout;", "COPY public.t (a FROM stdin;",
        "COPY public. FROM stdin",
        "COPY \"t FROM stdin", "COPY public.t (a,) FROM stdin;", "SELECT 1", "COPY public.t () FROM stdin",
    ])
    func `are nothing else`(text: String) {
        #expect(CopyStatement.parse(Array(text.utf8)) == nil)
    }
}

@Suite struct `Digests of rows` {
    @Test func `are written with 32 digits and read back`() throws {
        for value in [0, 1, 0xABCD, UInt128.max, 1 << 127] {
            let digest = RowDigest(value)
            #expect(digest.description.utf8.count == 32)
            #expect(RowDigest(text: digest.description) == digest)
            let json = try JSONEncoder().encode([digest])
            #expect(String(decoding: json, as: UTF8.self) == "[\"\(digest)\"]")
            #expect(try JSONDecoder().decode([RowDigest].self, from: json) == [digest])
        }
        #expect(RowDigest(0xABCD).description == "0000000000000000000000000000abcd")
    }

    @Test(arguments: [
        "", "0", "0000000000000000000000000000ABCD", "+000000000000000000000000000abcd",
        "0000000000000000000000000000abcde", "g000000000000000000000000000abcd",
    ])
    func `are refused in any other form`(text: String) {
        #expect(RowDigest(text: text) == nil)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([RowDigest].self, from: Data("[\"\(text)\"]".utf8))
        }
    }

    @Test func `are sums that wrap around, and can be taken apart again`() {
        var digest = RowDigest(UInt128.max)
        digest.add(3)
        #expect(digest == RowDigest(2))
        digest.subtract(3)
        #expect(digest == RowDigest(UInt128.max))
        #expect(digest.adding(RowDigest(2)).subtracting(digest) == RowDigest(2))
    }
}

@Suite struct `Lists of large objects` {
    private func items(_ text: String, of size: Int = 4096) throws -> [LargeObjectList.Item] {
        var list = LargeObjectList()
        try inPieces(Array(text.utf8), of: size) { try list.take($0) }
        try list.finish()
        return list.takeItems()
    }

    @Test(arguments: [1, 3, 4096])
    func `give number and file of each`(size: Int) throws {
        let found = try items("7 blob_7.dat\n4000000001 blob_4000000001.dat\n", of: size)
        #expect(found.map(\.oid) == [7, 4_000_000_001])
        #expect(found.map(\.file) == ["blob_7.dat", "blob_4000000001.dat"])
    }

    @Test(arguments: [
        "7", "7 \n", "x blob_7.dat\n", "0 blob_0.dat\n", "-1 blob_1.dat\n", "4294967296 blob.dat\n",
        "7 ../blob_7.dat\n", "7 a/b\n", "7 .hidden\n", "7 a b\n", "7\tblob_7.dat\n", "7 blob_7.dat",
    ])
    func `are refused when a line is not one`(text: String) {
        #expect(throws: ArchiveFault.self) { try items(text) }
    }

    @Test func `are refused when a line has no end`() {
        let endless = String(repeating: "1", count: LargeObjectList.lineBytesMax + 1)
        #expect(throws: ArchiveFault.self) { try items(endless) }
    }
}

@Suite struct `Tar headers` {
    private func header() throws -> [UInt8] {
        Array(try Fixture.bytes("tiny-tar.tar").prefix(TarHeader.blockSize))
    }

    private func parse(_ bytes: [UInt8]) throws -> TarHeader.Block {
        try bytes.withUnsafeBytes { try TarHeader.parse($0, at: 0) }
    }

    /// The header with its checksum made right again.
    private func signed(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        bytes.replaceSubrange(148..<156, with: [UInt8](repeating: 0x20, count: 8))
        let sum = bytes.reduce(0) { $0 + Int($1) }
        let digits = String(sum, radix: 8)
        let padded = String(repeating: "0", count: 6 - digits.count) + digits
        bytes.replaceSubrange(148..<156, with: Array(padded.utf8) + [0, 0x20])
        return bytes
    }

    @Test func `give a member's name and size`() throws {
        guard case .member(let header) = try parse(try header()) else {
            Issue.record("not a member")
            return
        }
        #expect(header.name == "toc.dat")
        #expect(header.size > 1000)
        #expect(header.paddedSize % 512 == 0 && header.paddedSize - header.size < 512)
    }

    @Test func `of zeros end the file`() throws {
        #expect(try parse([UInt8](repeating: 0, count: 512)) == .zeros)
    }

    @Test func `have a checksum that sees every flipped bit`() throws {
        let original = try header()
        let expected = try parse(original)
        for bit in 0..<original.count * 8 {
            var bytes = original
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            // The blanks around the checksum's own digits carry nothing.
            let found = try? parse(bytes)
            #expect(found == nil || found == expected, "bit \(bit)")
        }
    }

    @Test func `hold sizes from 8 GiB on in base 256`() throws {
        var bytes = try header()
        bytes.replaceSubrange(124..<136, with: [0x80, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 5])
        #expect(try parse(signed(bytes)) == .member(TarHeader(name: "toc.dat", size: 3 << 32 + 5)))
        bytes.replaceSubrange(124..<136, with: [UInt8](repeating: 0xFF, count: 12))
        #expect(throws: ArchiveFault.self) { try parse(signed(bytes)) }
    }

    @Test func `are refused for names that leave the folder and for other kinds of member`() throws {
        var bytes = try header()
        bytes.replaceSubrange(0..<8, with: Array("../a.dat".utf8))
        #expect(throws: ArchiveFault.self) { try parse(signed(bytes)) }
        bytes = try header()
        bytes[156] = UInt8(ascii: "2")
        #expect(throws: ArchiveFault.self) { try parse(signed(bytes)) }
        bytes = try header()
        bytes[258] = UInt8(ascii: "x")
        #expect(throws: ArchiveFault.self) { try parse(signed(bytes)) }
        #expect(throws: ArchiveFault.self) { try parse(Array(bytes.prefix(100))) }
    }
}

@Suite struct `Walking blocks` {
    @Test func `knows how far it may skip`() {
        var walker = BlockWalker(start: 100)
        let head: [UInt8] = [1, 0, 5, 0, 0, 0, 0, 0, 1, 0, 0]
        head.withUnsafeBytes { raw in
            var rest = raw
            #expect(walker.next(&rest) == .began(.data, id: 5, offset: 100))
            #expect(walker.next(&rest) == .chunk(256))
        }
        #expect(walker.skippable == 256)
        walker.skip(300)
        #expect(walker.skippable == 256, "more than the chunk holds is not skipped")
        walker.skip(256)
        #expect(walker.position == 100 + 11 + 256)
        #expect(!walker.isBetweenBlocks)
        let end: [UInt8] = [0, 0, 0, 0, 0]
        end.withUnsafeBytes { raw in
            var rest = raw
            #expect(walker.next(&rest) == .streamEnded)
            #expect(walker.next(&rest) == .ended)
            #expect(walker.next(&rest) == nil)
        }
        #expect(walker.isBetweenBlocks)
    }

    @Test(arguments: [
        [9, 0, 5, 0, 0, 0], [1, 2, 5, 0, 0, 0], [1, 1, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0x80],
        [1, 0, 5, 0, 0, 0, 1, 1, 0, 0, 0],
    ])
    func `stops for ever at what cannot be right`(bytes: [UInt8]) {
        var walker = BlockWalker(start: 0)
        bytes.withUnsafeBytes { raw in
            var rest = raw
            var last: BlockWalker.Step?
            while let step = walker.next(&rest) { last = step }
            guard case .malformed = last else {
                Issue.record("\(bytes) gave \(String(describing: last))")
                return
            }
            #expect(walker.next(&rest) == nil)
        }
    }
}
