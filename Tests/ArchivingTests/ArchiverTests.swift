import ArchiveFormat
import Archiving
import Engine
import Testing

@Suite(.timeLimit(.minutes(2))) struct `An archive made of pg_dump's stream` {
    private static let compressions: [SegmentCompression] = [
        .zlib(level: 1), .zlib(level: 6), .zlib(level: 9), .isal(level: 1), .isal(level: 2), .isal(level: 3),
    ]

    @Test(arguments: [
        "custom-15-none.dump", "custom-16-none.dump", "custom-17-none.dump", "custom-18-none.dump",
    ])
    func `holds what the stream of each version held`(_ fixture: String) async throws {
        let stream = try Stream.fixture(fixture)
        for compression in Self.compressions {
            for workers in [1, 2, 7] {
                let made = try await Making.archive(stream, workers: workers, compression: compression)
                try await Making.expectSame(made, as: stream, "\(compression), \(workers) workers")
            }
        }
    }

    @Test(arguments: [1, 7, 4_096, 1 << 20])
    func `does not depend on where the stream is cut`(_ piece: Int) async throws {
        let stream = try Stream.fixture("custom-17-none.dump")
        let whole = try await Making.archive(stream, piece: stream.count)
        let cut = try await Making.archive(stream, piece: piece)
        #expect(cut.bytes == whole.bytes && cut.tally == whole.tally)
    }

    @Test(arguments: ["custom-15-inserts.dump", "custom-17-inserts.dump"])
    func `takes data that is no COPY text as it is`(_ fixture: String) async throws {
        let stream = try Stream.fixture(fixture)
        guard try TableOfContents.parse(stream).header.codec == .none else { return }
        try await Making.expectSame(Making.archive(stream), as: stream)
    }

    @Test func `has rows of every length, empty tables, and empty large objects`() async throws {
        let half = ArchivingLimits.segmentBytes
        let long = [UInt8](repeating: 120, count: 2_000_000) + [10]
        let exact = [UInt8](repeating: 121, count: half - 1) + [10]
        let third: [UInt8] = long + long + Array("z\n".utf8)
        let zeros = [UInt8](repeating: 0, count: 3 * half)
        let objects: [(UInt32, [UInt8])] = [(1, []), (4_000_000_000, Stream.rows(9)), (7, zeros)]
        let blocks: [Stream.Block] = [
            .table("empty", []), .table("one", Array("1\n".utf8)), .table("long", third),
            .table("exact", exact + exact), .table("blank", Array("\n\n\n".utf8)), .objects(objects),
            .table("many", Stream.rows(40_000)),
        ]
        let stream = try Stream.make(blocks)
        for workers in [1, 3] {
            let made = try await Making.archive(stream, workers: workers)
            try await Making.expectSame(made, as: stream)
            #expect(made.tally.tables.map(\.rows) == [0, 1, 3, 2, 3, 40_000])
            #expect(made.tally.largeObjects == 3)
        }
    }

    @Test func `may hold nothing at all`() async throws {
        let stream = try Stream.make([])
        let made = try await Making.archive(stream)
        #expect(made.tally == ArchiveTally())
        #expect(try TableOfContents.parse(made.bytes).entries.isEmpty)
    }

    @Test func `of thousands of tiny tables keeps each`() async throws {
        let stream = try Stream.make((0..<3_000).map { .table("t\($0)", Array("\($0)\n".utf8)) })
        let made = try await Making.archive(stream, workers: 3)
        try await Making.expectSame(made, as: stream)
        #expect(made.tally.tables.count == 3_000)
    }

    @Test func `can be decoded from the middle of a large table, where a row begins`() async throws {
        let rows = Stream.rows(1_500_000)
        let stream = try Stream.make([.table("small", Stream.rows(3)), .table("large", rows)], chunk: 65_536)
        let made = try await Making.archive(stream, piece: 1 << 20)
        try await Making.expectSame(made, as: stream)
        let parts = try #require(made.tally.parts.first)
        #expect(made.tally.parts.count == 1 && parts.entry == 2)
        #expect(parts.offsets.count == rows.count / (32 << 20), "\(parts.offsets)")
        for offset in parts.offsets {
            let decoded = try Stream.decodePart(made.bytes, from: Int(offset))
            let start = try #require(rows.firstRange(of: decoded.prefix(400))?.lowerBound)
            #expect(rows[start - 1] == 10, "a part begins with a row")
            #expect(rows[start...].starts(with: decoded.prefix(100_000)))
        }
    }

    @Test func `is put together from stretches in the order in which they were opened`() async throws {
        let rows = (0..<6).map { part in
            Array(Stream.rows(20_000 + part * 3_000).map { $0 == 97 ? UInt8(65 + part) : $0 })
        }
        let stream = try Stream.make([
            .table("a", rows[0] + rows[1] + rows[2]), .table("b", rows[3]), .table("c", []),
        ])
        let file = MemoryFile()
        let assembly = try ArchiverForTests.begin(file, workers: 2)
        try Making.feed(Array(stream.prefix(stream.count)), piece: 1 << 20, toContentsOf: assembly)
        let contents = try #require(await assembly.contents())
        #expect(contents.entries.count == 3)
        assembly.proceed(.stretches)
        let stretches = [
            (try assembly.stretch(of: 0, isFirst: true, isLast: false), rows[0]),
            (try assembly.stretch(of: 0, isFirst: false, isLast: false), rows[1]),
            (try assembly.stretch(of: 0, isFirst: false, isLast: true), rows[2]),
            (try assembly.stretch(of: 1, isFirst: true, isLast: true), rows[3]),
            (try assembly.stretch(of: 2, isFirst: true, isLast: true), []),
        ]
        // The last first: what comes too early waits in memory.
        for (stretch, rows) in stretches.reversed() {
            try Making.feed(rows, piece: 100_000, to: stretch)
            try stretch.end()
        }
        let tally = try await assembly.finish()
        try await Making.expectSame((file.bytes, tally), as: stream)
    }
}
