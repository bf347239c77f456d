import ArchiveFormat
import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy
import TestKit
import Testing

@testable import Engine

@Suite(.timeLimit(.minutes(2))) struct `Retention after a backup` {
    private let spec = BackupSpec(keep: Retention(last: 2))

    /// So many nights of one job.
    private func nights(_ count: Int, _ bench: Bench, _ job: Job) async throws -> RunRecord? {
        var last: RunRecord?
        for _ in 0..<count {
            last = try await bench.launch(job)
            bench.clock.advance(by: .seconds(86_400))
        }
        return last
    }

    @Test func `removes what the rules let go, and says why`() async throws {
        let bench = Bench()
        let run = try await nights(4, bench, Schedules.job(spec: spec))
        #expect(run?.state == .ended(.succeeded))
        #expect(try await bench.sets.map(\.manifest.started) == [Sets.night(3), Sets.night(2)])
        #expect(try await bench.book.backups(target: nil).map(\.startedAt) == [Sets.night(3), Sets.night(2)])
        #expect(
            bench.diary.lines("book: removed")
                == Array(repeating: "book: removed: not among the last 2", count: 2))
        #expect(bench.diary.lines("note: prune main/shop done").last?.hasSuffix("2 kept, 1 removed") == true)
    }

    @Test func `touches no other database and no other job`() async throws {
        let bench = Bench(databases: ["shop", "shop-staging"])
        _ = try await nights(3, bench, Schedules.job("weekly", spec: BackupSpec(keep: Retention(last: 9))))
        _ = try await nights(
            3, bench, Schedules.job(spec: BackupSpec(databases: ["shop"], keep: Retention(last: 1))))
        let left = try await bench.sets.map { "\($0.manifest.job) \($0.manifest.database.name)" }
        #expect(left.filter { $0 == "nightly shop" }.count == 1)
        #expect(left.filter { $0 == "weekly shop" }.count == 3)
        #expect(left.filter { $0 == "weekly shop-staging" }.count == 3)
    }

    @Test func `does not happen when the dump has failed`() async throws {
        let bench = Bench()
        _ = try await nights(2, bench, Schedules.job(spec: BackupSpec(keep: Retention(last: 9))))
        bench.programs.queue("pg_dump", .failure("pg_dump: error: something"))
        _ = try await nights(1, bench, Schedules.job(spec: BackupSpec(keep: Retention(last: 0))))
        #expect(try await bench.sets.count == 2)
    }

    @Test func `never removes the newest verified set`() async throws {
        let bench = Bench()
        _ = try await nights(3, bench, Schedules.job(spec: BackupSpec(keep: Retention(last: 0))))
        #expect(try await bench.sets.map(\.manifest.started) == [Sets.night(2)])
    }

    @Test func `leaves what is held`() async throws {
        let bench = Bench()
        _ = try await nights(1, bench, Schedules.job(spec: spec))
        try await bench.store.hold(try await bench.sets[0], reason: "before the move")
        _ = try await nights(4, bench, Schedules.job(spec: spec))
        #expect(
            try await bench.sets.map(\.manifest.started) == [Sets.night(4), Sets.night(3), Sets.night(0)])
    }

    @Test func `that fails is not green, and is tried again next time`() async throws {
        let bench = Bench()
        _ = try await nights(2, bench, Schedules.job(spec: spec))
        bench.store.fail(
            .remove, with: AnyFault(code: "store.stuck", summary: "it is stuck", remedy: "None."))
        let failed = try await nights(2, bench, Schedules.job(spec: spec))
        #expect(failed?.state == .ended(.failed))
        #expect(
            failed?.summary
                == "1 saved and verified, 0 failed; main/shop is saved, but prune failed: it is stuck")
        #expect(try await bench.sets.count == 4)
        bench.store.fail(.remove, with: nil)
        #expect(try await nights(1, bench, Schedules.job(spec: spec))?.state == .ended(.succeeded))
        #expect(try await bench.sets.count == 2)
    }

    @Test func `a removal that is not noted is done all the same, and noted later`() async throws {
        let bench = Bench()
        _ = try await nights(4, bench, Schedules.job(spec: BackupSpec(keep: Retention(last: 9))))
        bench.book.fail(.markRemoved)
        let run = try await bench.launch(Schedules.job(spec: spec))
        #expect(run.state == .ended(.succeeded))
        // The journal has it, so that nothing is at risk.
        #expect(await bench.journaled.atRisk == nil)
        #expect(
            bench.diary.lines("note: prune main/shop done").last?.hasSuffix(
                "2 kept, 3 removed, kept in the journal") == true)
        #expect(try await bench.sets.count == 2)
        #expect(try await bench.book.backups(target: nil).count == 5)
        bench.book.heal()
        await bench.journaled.settle()
        #expect(try await bench.rows.contains(run))
        #expect(try await bench.book.backups(target: nil).count == 2)
    }

    @Test func `a listing that fails is not green`() async throws {
        let bench = Bench()
        bench.store.fail(
            .sets, with: AnyFault(code: "store.unreadable", summary: "it cannot be read", remedy: "None."))
        #expect(try await bench.launch().state == .ended(.failed))
    }
}
