import ArchiveFormat
import Archiving
import Faults
import Jobs
import Measures
import Policy
import TestKit
import Testing

@testable import Engine

@Suite(.timeLimit(.minutes(1))) struct `A backup whose archive we write` {
    private static let plain = Fixture.bytes("custom-17-none.dump")
    private static let spec = BackupSpec(
        compression: .isal(level: 2), connections: .exactly(1), verify: .hash)

    private static func bench(_ verifier: MemoryVerifier = MemoryVerifier()) -> Bench {
        Bench(verifier: verifier, archiver: Archiver())
    }

    private static func stream(_ bytes: [UInt8]) -> MemoryTools.Answer {
        .init([Array(bytes.prefix(777)), Array(bytes.dropFirst(777))])
    }

    @Test func `asks pg_dump for no compression, and tells rows and digests without reading back`()
        async throws
    {
        let bench = Self.bench()
        bench.programs.queue("pg_dump", Self.stream(Self.plain))
        let run = try await bench.launch(Schedules.job(spec: Self.spec))
        #expect(run.state == .ended(.succeeded), "\(run.summary)")
        let dump = try #require(bench.tools.calls.first { $0.executable.hasSuffix("/pg_dump") })
        #expect(dump.arguments.contains("--compress=none"))
        let manifest = try #require(try await bench.sets.first?.manifest)
        #expect(manifest.compression == "isal:2")
        #expect(!manifest.tables.isEmpty && manifest.tables.allSatisfy { $0.rows != nil && $0.digest != nil })
        let step = try await bench.book.twin.steps(of: run.id).first { $0.name == .dump }
        #expect(step?.detail == "isal:2, 1 worker, 1 connection")
    }

    @Test(arguments: [
        ("a stream that pg_dump compressed", Fixture.bytes("custom-17-zlib-piped.dump")),
        ("half a stream", Array(Self.plain.prefix(Self.plain.count / 2))),
        ("something else", Array("PGDMP but no archive at all".utf8)), ("nothing", []),
    ])
    func `fails on a surprise in the stream by its name, and lets pg_dump write it in the next attempt`(
        _ what: String, _ bytes: [UInt8]
    ) async throws {
        let bench = Self.bench()
        bench.programs.queue("pg_dump", Self.stream(bytes))
        let job = Schedules.job(
            spec: Self.spec,
            retry: RetryPolicy(attemptsMax: 2, backoffMin: .seconds(1), backoffMax: .seconds(1)))
        async let launched = bench.launch(job)
        _ = try await Fact.comes {
            bench.clock.advance(by: .seconds(1))
            return try await !bench.sets.isEmpty
        }
        let run = try await launched
        #expect(run.state == .ended(.succeeded), "\(what): \(run.summary)")
        let manifest = try #require(try await bench.sets.first?.manifest)
        #expect(manifest.compression == "zlib:6")
        #expect(manifest.warnings.contains { $0.hasPrefix("written by pg_dump itself, since ") })
        let steps = try await bench.book.twin.steps(of: run.id).filter { $0.name == .dump }
        #expect(steps.count == 2 && steps.first?.fault?.code == "backup.stream-surprise")
        #expect(steps.last?.detail.hasPrefix("written by pg_dump itself, since ") == true)
    }

    @Test func `a pg_dump that fails is told in its own words`() async throws {
        let bench = Self.bench()
        bench.programs.queue("pg_dump", .failure("pg_dump: error: permission denied for table t"))
        let run = try await bench.launch(Schedules.job(spec: Self.spec))
        #expect(run.state == .ended(.failed))
        #expect(run.summary.contains("permission denied for table t"), "\(run.summary)")
    }

    @Test func `rows that were read back otherwise than written are damage`() async throws {
        let bench = Self.bench()
        bench.programs.queue("pg_dump", Self.stream(Self.plain))
        var spec = Self.spec
        spec.verify = .decode
        let run = try await bench.launch(Schedules.job(spec: spec))
        #expect(run.state == .ended(.failed))
        #expect(run.summary.contains("other rows were read back than were written"), "\(run.summary)")
        #expect(try await bench.sets.isEmpty)
    }

    @Test func `goes on over one connection where nobody asked for more and there are none`() async throws {
        let bench = Self.bench()
        bench.server.put(MemoryServer.large(), of: "main")
        bench.programs.queue("pg_dump", Self.stream(Self.plain))
        var spec = Self.spec
        spec.connections = .automatic
        spec.workers = .exactly(2)
        let run = try await bench.launch(Schedules.job(spec: spec))
        #expect(run.state == .ended(.succeeded), "\(run.summary)")
        let step = try await bench.book.twin.steps(of: run.id).first { $0.name == .dump }
        #expect(
            step?.detail
                == "isal:2, 2 workers, 1 connection (a pooler stands between here and main/shop, and a "
                + "snapshot cannot be held through it)")
    }

    @Test func `refuses a pooler where the job asks for several connections`() async throws {
        let bench = Self.bench()
        var spec = Self.spec
        spec.connections = .exactly(2)
        let run = try await bench.launch(Schedules.job(spec: spec))
        #expect(run.state == .ended(.failed))
        #expect(run.summary.contains("a pooler stands between"), "\(run.summary)")
    }
}

extension MemoryServer {
    /// A database that is worth two connections.
    fileprivate static func large() -> DatabaseFacts {
        DatabaseFacts(
            name: "shop", size: WorkerChoice.sharedFrom, owner: "o", encoding: "UTF8", collate: "C",
            ctype: "C",
            tables: [
                .init(schema: "public", name: "t", bytes: WorkerChoice.sharedFrom.bytes, rows: 1)
            ])
    }
}
