import ArchiveFormat
import Faults
import Measures
import TestKit
import Testing

@testable import Engine

@Suite struct `Taking an archive from a pipe` {
    private static let names = [
        "custom-15-none", "custom-15-zlib", "custom-15-inserts", "custom-16-zlib", "custom-17-lz4",
        "custom-17-none",
        "custom-17-zstd", "custom-18-zlib", "custom-18-inserts", "tiny-custom-zlib", "tiny-custom-none",
    ]

    /// The archive as pg_dump would have written it to a pipe: without the positions of its blocks.
    private static func piped(_ bytes: [UInt8]) throws -> [UInt8] {
        var (contents, length) = try TableOfContents.parsePrefix(bytes)
        for index in contents.entries.indices {
            if case .offset(.set, _) = contents.entries[index].location {
                contents.entries[index].location = .offset(.notSet, 0)
            }
        }
        return contents.serialise() + bytes.dropFirst(length)
    }

    private func intake(
        _ store: MemoryBackupStore, _ clock: ManualClock = ManualClock(),
        _ report: @escaping @Sendable (DumpProgress, Duration) -> Void = { _, _ in }
    ) async throws -> (ArchiveIntake, any IncomingSet) {
        let incoming = try await store.beginIncoming(run: ManualClock.id(1), target: "main", database: "shop")
        let file = try await incoming.makeFile("archive.dump")
        var facts = MemoryServer.database("shop")
        facts.tables = [
            .init(schema: "public", name: "customer", bytes: 750, rows: 3),
            .init(schema: "odd name", name: "Line;Items", bytes: 250, rows: 60),
        ]
        let meter = ProgressMeter(uptime: { clock.uptime }, report: report)
        return (ArchiveIntake(file: file, estimate: DumpEstimate(facts), meter: meter), incoming)
    }

    private func pour(_ bytes: ArraySlice<UInt8>, _ sink: any ByteSink) throws {
        try Array(bytes).span.bytes.withUnsafeBytes { bytes throws(AnyFault) in try sink.write(bytes) }
    }

    /// pg_dump itself wrote the positions into these files, so they are the judge.
    @Test(arguments: names)
    func `sets the positions that pg_dump would have set`(name: String) async throws {
        let whole = Fixture.bytes("\(name).dump")
        let piped = try Self.piped(whole)
        let seed = SeededRandom.seed()
        print("archive intake, seed \(seed)")
        var random = SeededRandom(seed: seed)
        for most in [name.hasPrefix("tiny") ? 1 : 40, 500, 4_096, piped.count] {
            let store = MemoryBackupStore()
            let (intake, incoming) = try await intake(store)
            var rest = piped[...]
            while !rest.isEmpty {
                let size = min(
                    rest.count, Int.random(in: (most == piped.count ? most : 1)...most, using: &random))
                try pour(rest.prefix(size), intake)
                rest = rest.dropFirst(size)
            }
            try intake.finish()
            let files = try await incoming.readBack()
            let reference = try await store.beginIncoming(
                run: ManualClock.id(2), target: "main", database: "shop")
            let file = try await reference.makeFile("archive.dump")
            try pour(whole[...], file)
            #expect(files == (try await reference.readBack()), "\(name), seed \(seed), pieces up to \(most)")
        }
    }

    @Test func `a piece may end just where the data begins`() async throws {
        let whole = Fixture.bytes("custom-17-zlib.dump")
        let piped = try Self.piped(whole)
        let length = try TableOfContents.parsePrefix(piped).length
        let store = MemoryBackupStore()
        let (intake, incoming) = try await intake(store)
        try pour(piped[..<length], intake)
        try pour(piped[length...], intake)
        try intake.finish()
        #expect(try await incoming.readBack().map(\.size) == [Int64(whole.count)])
    }

    @Test func `counts the tables in their order, however they arrive`() async throws {
        let heard = Guarded<[DumpProgress]>([])
        let clock = ManualClock()
        let (intake, _) = try await intake(MemoryBackupStore(), clock) { progress, _ in
            heard.withLock { $0.append(progress) }
        }
        for start in stride(from: 0, to: Programs.archive.count, by: 10) {
            clock.advance(by: .milliseconds(200))
            try pour(Programs.archive.dropFirst(start).prefix(10), intake)
        }
        try intake.finish()
        let all = heard.withLock { $0 }
        #expect(all.count == Programs.archive.count / 10)
        #expect(
            all.last
                == DumpProgress(
                    bytes: ByteCount(Int64(Programs.archive.count)), tablesDone: 4, tablesTotal: 4, rows: 63,
                    fraction: 1))
        var names: [String] = []
        for progress in all {
            if let current = progress.current, names.last != current { names.append(current) }
        }
        #expect(
            names == ["odd name.Line;Items", "public.customer", "public.nothing_yet", "4002..4000000001"])
        #expect(zip(all, all.dropFirst()).allSatisfy { ($0.fraction ?? 0) <= ($1.fraction ?? 0) })

        let once = Guarded<[DumpProgress]>([])
        let (second, _) = try await self.intake(MemoryBackupStore(), clock) { progress, _ in
            once.withLock { $0.append(progress) }
        }
        clock.advance(by: .seconds(1))
        try pour(Programs.archive[...], second)
        #expect(once.withLock { $0 }.map(\.rows) == [63])
    }

    @Test func `an archive that ends too early is a fault`() async throws {
        for length in [0, 3, 100, Programs.archive.count / 2, Programs.archive.count - 1] {
            let (intake, _) = try await intake(MemoryBackupStore())
            try pour(Programs.archive[..<length], intake)
            #expect(throws: AnyFault.self, "after \(length) bytes") { try intake.finish() }
        }
    }

    @Test func `an archive without data has its contents replaced at the end`() async throws {
        var (contents, _) = try TableOfContents.parsePrefix(Programs.archive)
        contents = TableOfContents(header: contents.header, entries: contents.entries.filter { !$0.hasData })
        let bytes = contents.serialise()
        let (intake, incoming) = try await intake(MemoryBackupStore())
        try pour(bytes[...], intake)
        try intake.finish()
        #expect(try await incoming.readBack().map(\.size) == [Int64(bytes.count)])
    }

    @Test func `bytes that pg_dump cannot have written are a fault at once`() async throws {
        let (intake, _) = try await intake(MemoryBackupStore())
        #expect(throws: AnyFault.self) { try pour(Array("no archive at all".utf8)[...], intake) }
    }
}
