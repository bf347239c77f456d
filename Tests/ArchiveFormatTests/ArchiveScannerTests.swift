import Testing

@testable import ArchiveFormat

@Suite struct `Following an archive through a pipe` {
    /// An archive as it would have come through a pipe: the same bytes without the offsets.
    private func piped(_ name: String) throws -> (
        bytes: [UInt8], contents: TableOfContents, original: [UInt8]
    ) {
        let original = try Fixture.bytes(name)
        var (contents, length) = try TableOfContents.parsePrefix(original)
        for index in contents.entries.indices where contents.entries[index].hasData {
            contents.entries[index].location = .offset(.notSet, 0)
        }
        return (contents.serialise() + original.dropFirst(length), contents, original)
    }

    private func scan(_ bytes: [UInt8], of size: Int = .max) throws -> ArchiveScanner.Patched {
        var scanner = ArchiveScanner()
        try inPieces(bytes, of: min(size, bytes.count + 1)) { try scanner.consume($0) }
        return try scanner.finish()
    }

    @Test(
        arguments: Fixture.customs.filter { !$0.contains("piped") }, [1, 13, 4096, 1 << 20])
    func `finds the offsets that pg_dump sets in a file`(name: String, size: Int) throws {
        let (bytes, _, original) = try piped(name)
        let patched = try scan(bytes, of: size)
        #expect(patched.contentsBytes == Array(original.prefix(patched.contentsBytes.count)))
        #expect(patched.contents == (try TableOfContents.parse(original)))
    }

    @Test(arguments: Fixture.majors)
    func `sets every offset of an archive that went through a real pipe`(major: Int) throws {
        let patched = try scan(try Fixture.bytes("custom-\(major)-zlib-piped.dump"))
        let inFile = try TableOfContents.parse(try Fixture.bytes("custom-\(major)-zlib.dump"))
        #expect(patched.contents.entries.map(\.location) == inFile.entries.map(\.location))
    }

    @Test func `tells which table is arriving`() throws {
        let bytes = try Fixture.bytes("custom-15-none.dump")
        var scanner = ArchiveScanner()
        var seen: [String] = []
        try inPieces(bytes, of: 1) { piece in
            let wasComplete = scanner.contents != nil
            try scanner.consume(piece)
            if !wasComplete, scanner.contents != nil { #expect(scanner.contentsLength == scanner.position) }
            let name = scanner.currentEntry?.qualifiedName ?? "between"
            if seen.last != name { seen.append(name) }
        }
        #expect(
            seen == [
                "between", "odd name.Line;Items", "between", "public.customer", "between",
                "public.nothing_yet",
                "between", "BLOBS", "between",
            ])
        #expect(scanner.finishedEntries == 4)
        #expect(scanner.dataEntries == 4)
        #expect(scanner.position == Int64(bytes.count))
    }

    @Test func `holds no data whatever passes by`() throws {
        let (bytes, contents, _) = try piped("tiny-custom-none.dump")
        let head = contents.serialise().count
        var scanner = ArchiveScanner()
        try inPieces(Array(bytes.prefix(head + 6)), of: 4096) { try scanner.consume($0) }
        // One chunk of a gigabyte, in pieces of which nothing is kept.
        try inPieces([0, 0, 0, 0, 0x40], of: 5) { try scanner.consume($0) }
        let piece = [UInt8](repeating: 65, count: 1 << 20)
        for _ in 0..<1024 { try inPieces(piece, of: piece.count) { try scanner.consume($0) } }
        #expect(scanner.position == Int64(head) + 11 + 1 << 30)
        #expect(scanner.currentEntry?.name == "t")
    }

    @Test func `refuses to end within the table of contents and within a block`() throws {
        let (bytes, contents, _) = try piped("tiny-custom-zlib.dump")
        let head = contents.serialise().count
        for count in [0, 3, 40, head - 1, head + 3, head + 8, bytes.count - 1] {
            let fault = #expect(throws: ArchiveFault.self) { _ = try scan(Array(bytes.prefix(count))) }
            #expect(fault?.code == "archive.truncated", "\(count) bytes")
        }
    }

    @Test func `refuses to end before every table has come`() throws {
        let (_, contents, original) = try piped("tiny-custom-zlib.dump")
        var walker = BlockWalker(start: 0)
        let head = contents.serialise()
        let first = original.dropFirst(head.count).withUnsafeBytes { raw in
            var rest = raw
            while let step = walker.next(&rest), step != .ended {}
            return raw.count - rest.count
        }
        let fault = #expect(throws: ArchiveFault.self) {
            _ = try scan(head + original.dropFirst(head.count).prefix(first))
        }
        #expect(fault == .missingBlock("BLOBS"))
    }

    @Test func `refuses blocks that nobody announced`() throws {
        let (bytes, contents, original) = try piped("tiny-custom-zlib.dump")
        let head = contents.serialise().count
        let twice = bytes + original.dropFirst(head)
        #expect(throws: ArchiveFault.self) { _ = try scan(twice) }
        var stranger = bytes
        stranger[head + 2] ^= 0x40
        let fault = #expect(throws: ArchiveFault.self) { _ = try scan(stranger) }
        #expect(fault?.code == "archive.unexpected-block")
        var kind = bytes
        kind[head] = BlockWalker.Kind.largeObjects.rawValue
        let other = #expect(throws: ArchiveFault.self) { _ = try scan(kind) }
        #expect(other?.code == "archive.malformed")
    }

    @Test func `refuses what is not in the custom format`() throws {
        let fault = #expect(throws: ArchiveFault.self) {
            _ = try scan(try Fixture.bytes("directory-15-zlib/toc.dat"))
        }
        #expect(fault?.code == "archive.not-an-archive")
        let text = #expect(throws: ArchiveFault.self) { _ = try scan(Array("--\n-- PostgreSQL".utf8)) }
        #expect(text?.code == "archive.not-an-archive")
    }
}
