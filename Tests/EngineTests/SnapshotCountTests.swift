import ArchiveFormat
import Faults
import Jobs
import TestKit
import Testing

@testable import Engine

@Suite struct `Counting rows at the source` {
    private static let job = Schedules.job(spec: BackupSpec(snapshotCounts: true))

    @Test func `pg_dump saves the state that is held, whose rows are counted before it is let go`()
        async throws
    {
        let bench = Bench()
        let run = try await bench.launch(Self.job)
        #expect(run.state == .ended(.succeeded), "\(run.summary)")
        let dump = try #require(bench.tools.calls.first { $0.executable.hasSuffix("/pg_dump") })
        #expect(dump.arguments.contains { $0.hasPrefix("--snapshot=00000003-0000001B-") })
        let calls = bench.server.calls.suffix(4)
        #expect(calls == ["snapshot main/shop", "count public.orders", "count public.customers", "release"])
        #expect(try await bench.sets.first?.manifest.verification.sourceCounts == true)
        let check = try await bench.book.twin.steps(of: run.id).first { $0.name == .publishCheck }
        #expect(check?.detail == "2 tables, 1,234 rows read back and decoded, as many as at the source")
    }

    @Test func `nobody is asked unless the job says so`() async throws {
        let bench = Bench()
        _ = try await bench.launch()
        #expect(!bench.server.calls.contains { $0.hasPrefix("snapshot") })
        #expect(bench.tools.calls.allSatisfy { call in !call.arguments.contains { $0.contains("snapshot") } })
        #expect(try await bench.sets.first?.manifest.verification.sourceCounts == nil)
    }

    @Test func `a table with another number of rows fails the backup, and is named`() async throws {
        let bench = Bench()
        bench.server.put(rows: 1_201, of: "public.orders")
        bench.server.put(rows: 0, of: "public.customers")
        let run = try await bench.launch(Self.job)
        #expect(run.state == .ended(.failed))
        #expect(
            run.summary.contains(
                "table public.orders of main/shop has 1,201 rows at the source and 1,200 in the archive, "
                    + "and 1 more tables differ"), "\(run.summary)")
        #expect(try await bench.sets.isEmpty && bench.server.snapshots.isEmpty)
    }

    @Test func `a job that only hashes decodes for it`() async throws {
        let bench = Bench()
        let spec = BackupSpec(verify: .hash, snapshotCounts: true)
        #expect(try await bench.launch(Schedules.job(spec: spec)).state == .ended(.succeeded))
        #expect(try await bench.sets.first?.manifest.verification.level == .decode)
    }

    @Test func `whatever fails, the state is let go`() async throws {
        let down = MemoryServer.unreachable("main")
        let plants: [(Bench) -> Void] = [
            { $0.server.failSnapshot(with: down) },
            { $0.server.failSnapshot(countWith: down) },
            { $0.programs.queue("pg_dump", .failure("pg_dump: error: no")) },
            { $0.store.fail(.readBack, with: down) },
        ]
        for plant in plants {
            let bench = Bench()
            plant(bench)
            #expect(try await bench.launch(Self.job).state == .ended(.failed))
            #expect(bench.server.snapshots.isEmpty)
            #expect(try await bench.sets.isEmpty)
        }
    }
}
