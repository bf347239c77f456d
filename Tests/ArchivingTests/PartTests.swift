import ArchiveFormat
import Engine
import Testing

@Suite(.timeLimit(.minutes(3))) struct `Parts of a large table` {
    private struct Made: Sendable {
        var bytes: [UInt8]
        var parts: [Manifest.Parts]
        var start: Int64
    }

    private static func make() async throws -> Made {
        let stream = try Stream.make(
            [.table("small", Stream.rows(50)), .table("large", Stream.rows(70_000)), .table("none", [])],
            chunk: 65_536)
        let made = try await Making.archive(stream, partBytes: 1 << 20)
        guard case .offset(_, let start) = try TableOfContents.parse(made.bytes).entries[1].location else {
            return Made(bytes: [], parts: [], start: 0)
        }
        return Made(bytes: made.bytes, parts: made.tally.parts, start: Int64(start))
    }

    @Test func `are decoded each by itself, and come to the same`() async throws {
        let made = try await Self.make()
        #expect(made.parts.first?.offsets.count == 4)
        let divided = try await Making.verify(made.bytes, parts: made.parts)
        let whole = try await Making.verify(made.bytes)
        #expect(divided.verdict == .sound && divided == whole)
        #expect(divided.tables.map(\.rows) == [50, 70_000, 0])
    }

    @Test func `hide no damage, and change no word about it`() async throws {
        let made = try await Self.make()
        var random = SystemRandomNumberGenerator()
        let places = (0..<60).map { _ in Int.random(in: Int(made.start)..<made.bytes.count, using: &random) }
        for place in places + made.parts[0].offsets.map(Int.init) + [made.bytes.count - 12] {
            var damaged = made.bytes
            damaged[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            let divided = try await Making.verify(damaged, parts: made.parts)
            let whole = try await Making.verify(damaged)
            #expect(divided == whole, "byte \(place)")
        }
        for _ in 0..<20 {
            let length = Int.random(in: Int(made.start)..<made.bytes.count, using: &random)
            let cut = Array(made.bytes.prefix(length))
            let divided = try await Making.verify(cut, parts: made.parts)
            let whole = try await Making.verify(cut)
            #expect(divided.verdict == .damaged && divided == whole, "\(length) bytes")
        }
    }

    @Test func `that are wrong cost time and nothing else`() async throws {
        let made = try await Self.make()
        let sound = try await Making.verify(made.bytes)
        let good = try #require(made.parts.first?.offsets)
        let inner = good[0] + 5 + 77
        let hostile: [[Int64]] = [
            [], [0], [-1], [.max], good.reversed(), good + good, [good[0], good[0]], [inner], [good[0] + 1],
            [good[0] - 1], [made.start], [made.start + 6], [Int64(made.bytes.count)],
            good.dropLast() + [.max],
        ]
        for offsets in hostile + good.map({ [$0] }) {
            let report = try await Making.verify(made.bytes, parts: [.init(entry: 2, offsets: offsets)])
            #expect(report == sound, "\(offsets)")
        }
        let strange: [Manifest.Parts] = [.init(entry: 1, offsets: good), .init(entry: 99, offsets: good)]
        #expect(try await Making.verify(made.bytes, parts: strange) == sound)
    }

    @Test func `that begin at a chunk which needs what is before it are not believed`() async throws {
        let made = try await Self.make()
        // Every chunk of the large table, whether a part begins there or not.
        var (position, chunks): (Int, [Int64]) = (Int(made.start) + 6, [])
        while true {
            let length = made.bytes[position...].withUnsafeBytes { ArchiveInteger.parse($0) } ?? 0
            guard length > 0 else { break }
            chunks.append(Int64(position))
            position += ArchiveInteger.size + Int(length)
        }
        let sound = try await Making.verify(made.bytes)
        for chunk in chunks {
            let report = try await Making.verify(made.bytes, parts: [.init(entry: 2, offsets: [chunk])])
            #expect(report == sound, "chunk at \(chunk)")
        }
    }
}
