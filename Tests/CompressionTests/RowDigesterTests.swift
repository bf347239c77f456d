import ArchiveFormat
import Compression
import Testing

@Suite struct `Digesting rows` {
    private func rows(_ bytes: [UInt8], of size: Int = .max, _ ending: CopyEnding = .none) throws
        -> DigestedRows
    {
        let digester = try RowDigester()
        pieces(bytes, of: size) { digester.take($0) }
        return digester.end(ending)
    }

    private func digest(_ text: String) throws -> RowDigest { try rows(Array(text.utf8)).digest }

    /// Values that other implementations of XXH3 give (`xxhsum -H2`).
    @Test(arguments: [
        ("", "99aa06d3014798d86001c324468d497f"), ("a", "a96faf705af16834e6c632b61e964e1f"),
        ("abc", "06b05ab6733a618578af5f94892f3950"),
    ])
    func `takes the hash that everybody knows of each`(text: String, value: String) throws {
        #expect(RowDigest(RowDigester.hash(of: Array(text.utf8))).description == value)
        #expect(try digest("\(text)\n").description == value)
    }

    @Test func `adds up as the example of the document does`() throws {
        #expect(try digest("abc\n\n").description == "a05a61897481fa5dd8b122b8cfbc82cf")
    }

    @Test(arguments: [1, 2, 3, 5, 8, 4096])
    func `leaves out what stands behind the last row`(size: Int) throws {
        let data = Array("a\tb\n\n\\N\n".utf8)
        let rows = try rows(data)
        #expect(rows.rows == 3)
        #expect(try self.rows(data + Array("\\.\n".utf8), of: size, .script) == rows)
        #expect(try self.rows(data + Array("\\.\n\n\n".utf8), of: size, .archive) == rows)
        let none = try self.rows(Array("\\.\n\n\n".utf8), of: size, .archive)
        #expect(none == DigestedRows(rows: 0, digest: RowDigest()))
    }

    @Test(arguments: [0, 1, 7, 8, 9, 63, 64, 65, 2039, 2040, 2041, 5000, 100_003])
    func `counts line breaks in texts of every length`(count: Int) throws {
        // A pattern that puts line breaks, and bytes that differ from them in one bit, at every position of a word.
        let bytes = (0..<count).map {
            UInt8(truncatingIfNeeded: [10, 11, 10, 138, 0, 10, 255, 8, 2, 10, 26][$0 % 11])
        }
        #expect(try rows(bytes).rows == Int64(bytes.count { $0 == 10 }))
        #expect(try rows([UInt8](repeating: 10, count: count)).rows == Int64(count))
    }

    @Test(arguments: [1, 2, 7, 64, 255, 256, 257, 1024, 65536])
    func `is the same for pieces of any size`(size: Int) throws {
        // Lines of every length around the borders between the variants of XXH3 (16, 128, 240), and some long ones.
        var bytes: [UInt8] = []
        var sum = RowDigest()
        for length in Array(0...300) + [511, 512, 513, 1024, 1025, 4096, 100_000] {
            let line = (0..<length).map { UInt8(truncatingIfNeeded: 11 + ($0 * 31 + length) % 200) }
            sum.add(RowDigester.hash(of: line))
            bytes += line + [10]
        }
        #expect(try rows(bytes, of: size) == DigestedRows(rows: 308, digest: sum))
    }

    @Test func `does not see their order, and sees everything else`() throws {
        let original = try digest("1\tone\n2\ttwo\n3\tthree\n")
        #expect(try digest("3\tthree\n1\tone\n2\ttwo\n") == original)
        for other in [
            "1\tone\n2\ttwo\n", "1\tone\n2\ttwo\n3\tthree\n3\tthree\n", "1\tone\n2\ttwo\n3\tthreE\n",
            "1\ttwo\n2\tone\n3\tthree\n", "1\tone\n2\ttwo\n2\ttwo\n", "1\tone\n2\ttwo3\tthree\n",
            "1\tone\n2\ttwo\n3\tthree\n\n", "1\tone\n1\tone\n2\ttwo\n3\tthree\n",
        ] {
            #expect(try digest(other) != original, "\(other)")
        }
        #expect(try digest("a\na\n") != digest(""), "a duplicate does not cancel its like out")
    }

    @Test func `begins anew after its end`() throws {
        let digester = try RowDigester()
        for _ in 0..<3 {
            pieces(Array("a\nhalf a line".utf8), of: 3) { digester.take($0) }
            #expect(try digester.end(.none) == DigestedRows(rows: 1, digest: digest("a\n")))
        }
        pieces(Array("x\ny".utf8), of: 1) { digester.take($0) }
        digester.reset()
        #expect(digester.end(.none) == DigestedRows(rows: 0, digest: RowDigest()))
    }
}

@Suite struct `Digesting large objects` {
    private func digest(_ objects: [(oid: UInt32, content: [UInt8])], of size: Int = .max) throws -> RowDigest
    {
        let digester = try LargeObjectDigester()
        for object in objects {
            pieces(object.content, of: size) { digester.take($0) }
            digester.end(oid: object.oid)
        }
        #expect(digester.count == objects.count)
        return digester.digest
    }

    @Test(arguments: [1, 100, 2048, 1_000_000])
    func `adds up what each is called and holds`(size: Int) throws {
        let long = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        var sum = RowDigest()
        for (oid, content) in [(UInt32(0x0102_0304), long), (4_000_000_001, []), (7, [10, 10])] {
            let hash = RowDigester.hash(of: content)
            let head = (0..<4).map { UInt8(truncatingIfNeeded: oid >> (8 * $0)) }
            let body = (0..<16).map { UInt8(truncatingIfNeeded: hash >> (8 * $0)) }
            sum.add(RowDigester.hash(of: head + body))
        }
        #expect(try digest([(7, [10, 10]), (0x0102_0304, long), (4_000_000_001, [])], of: size) == sum)
    }

    @Test func `sees which of them holds what`() throws {
        let original = try digest([(1, [1]), (2, [2])])
        #expect(try digest([(2, [2]), (1, [1])]) == original)
        #expect(try digest([(1, [2]), (2, [1])]) != original)
        #expect(try digest([(1, [1])]) != original)
        #expect(try digest([(1, [1]), (3, [2])]) != original)
        #expect(try digest([(1, [1]), (2, [2]), (2, [2])]) != original)
        #expect(try digest([]) == RowDigest())
    }

    @Test func `begins anew after a reset`() throws {
        let digester = try LargeObjectDigester()
        pieces([1, 2, 3], of: 1) { digester.take($0) }
        digester.end(oid: 1)
        pieces([4], of: 1) { digester.take($0) }
        digester.reset()
        #expect(digester.count == 0 && digester.digest == RowDigest())
        pieces([1], of: 1) { digester.take($0) }
        digester.end(oid: 1)
        #expect(try digester.digest == digest([(1, [1])]))
    }
}

/// Calls `body` with pieces of the bytes, each of `size` bytes at most.
private func pieces(_ bytes: [UInt8], of size: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
    bytes.withUnsafeBytes { raw in
        var start = 0
        while start < raw.count {
            let count = min(size, raw.count - start)
            body(UnsafeRawBufferPointer(rebasing: raw[start..<start + count]))
            start += count
        }
    }
}
