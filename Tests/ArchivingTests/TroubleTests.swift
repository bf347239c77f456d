import ArchiveFormat
import Engine
import Faults
import FoundationEssentials
import TestKit
import Testing

@Suite(.timeLimit(.minutes(2)), .serialized) struct `An archive that cannot be made` {
    private static func small() throws -> [UInt8] {
        let objects: [(UInt32, [UInt8])] = [(5, Stream.rows(2))]
        return try Stream.make(
            [.table("a", Stream.rows(40)), .objects(objects), .table("b", Stream.rows(10))], chunk: 100)
    }

    /// Threads of this process.
    private static var threads: Int {
        // What comes of it is looked at elsewhere.
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count) ?? 0
    }

    @Test func `of a stream that ends too early is refused by name, wherever that is`() async throws {
        let stream = try Self.small()
        for length in 0..<stream.count {
            do {
                _ = try await Making.archive(Array(stream.prefix(length)), workers: 1)
                Issue.record("\(length) bytes of \(stream.count) were taken for a whole")
            } catch let fault as AnyFault {
                #expect(
                    ["archive.truncated", "archive.missing-block"].contains(fault.code), "\(length): \(fault)"
                )
            }
        }
    }

    @Test func `of a damaged stream is refused by name, or holds what that stream held`() async throws {
        let stream = try Self.small()
        var random = SystemRandomNumberGenerator()
        for byte in stream.indices {
            var damaged = stream
            let bit = UInt8.random(in: 0..<8, using: &random)
            damaged[byte] ^= 1 << bit
            do {
                let made = try await Making.archive(damaged, workers: 1)
                #expect(try Stream.decode(made.bytes) == Stream.decode(damaged), "bit \(bit) of byte \(byte)")
            } catch let fault as AnyFault {
                #expect(fault.code.hasPrefix("archive."), "bit \(bit) of byte \(byte): \(fault)")
            }
        }
    }

    @Test func `on a full disk fails with the disk's own fault, at every write`() async throws {
        let stream = try Stream.make(
            (0..<20).map { .table("t\($0)", Stream.rows($0 * 900)) }, chunk: 60_000)
        for writes in [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 80] {
            let file = MemoryFile(writes: writes)
            await #expect(throws: MemoryFile.full) {
                _ = try await Making.archive(stream, piece: 9_999, workers: 3, file: file)
            }
            #expect(!file.isFinished)
        }
    }

    @Test func `lets go of its threads, whatever became of it`() async throws {
        let stream = try Self.small()
        let before = Self.threads
        for round in 0..<40 {
            let assembly = try ArchiverForTests.begin(MemoryFile(writes: round), workers: 5)
            if round % 3 != 0 { assembly.proceed(.stream) }
            // What comes of it is looked at elsewhere.
            if round % 3 != 0 { try? Making.feed(stream, piece: 50, to: assembly) }
            // What comes of it is looked at elsewhere.
            if round % 2 == 0 { _ = try? await assembly.finish() }
            await assembly.abandon()
            await assembly.abandon()
        }
        #expect(try await Fact.comes { Self.threads <= before + 70 }, "\(before), then \(Self.threads)")
    }

    @Test func `frees a stream that waits for its decision`() async throws {
        let stream = try Self.small()
        let assembly = try ArchiverForTests.begin(MemoryFile(), workers: 1)
        // What comes of it is looked at elsewhere.
        async let fed: Void = Task.detached { try? Making.feed(stream, piece: 4_096, to: assembly) }.value
        #expect(await assembly.contents() != nil)
        await assembly.abandon()
        await fed
        await #expect(throws: AnyFault.self) { _ = try await assembly.finish() }
    }

    @Test func `tells whoever waits for a table of contents that there is none`() async throws {
        let assembly = try ArchiverForTests.begin(MemoryFile(), workers: 1)
        async let contents = assembly.contents()
        assembly.endOfStream()
        #expect(await contents == nil)
        await assembly.abandon()
    }

    @Test func `frees stretches that wait for one that never ends`() async throws {
        let assembly = try ArchiverForTests.begin(MemoryFile(), workers: 2)
        let rows = Stream.rows(300_000)
        try Making.feed(Stream.make([.table("a", [])]), piece: 1 << 20, toContentsOf: assembly)
        _ = await assembly.contents()
        assembly.proceed(.stretches)
        let first = try assembly.stretch(of: 0, isFirst: true, isLast: false)
        let second = try assembly.stretch(of: 0, isFirst: false, isLast: true)
        // Far more than may wait in memory for the first.
        async let fed: Void = Task.detached {
            // What comes of it is looked at elsewhere.
            for _ in 0..<8 { try? Making.feed(rows, piece: 1 << 18, to: second) }
        }.value
        try Making.feed(Array(rows.prefix(100)), piece: 100, to: first)
        await assembly.abandon()
        await fed
        #expect(throws: AnyFault.self) { try Making.feed(rows, piece: 1 << 20, to: second) }
    }
}
