import ArchiveFormat
import Faults
import FoundationEssentials
import Jobs
import TestKit
import Testing

@testable import Engine

@Suite struct `Reading aged backups again` {
    private func bench(days: Int = 10) async throws -> DrillBench {
        let bench = DrillBench()
        for day in 0..<3 { try await bench.publish(day: day) }
        bench.clock.advance(by: .seconds(86_400 * days))
        return bench
    }

    private func verify(_ bench: DrillBench, _ spec: VerifySpec = VerifySpec()) async -> RunRecord {
        await bench.perform(DrillBench.job(.verify(spec)), id: UUID())
    }

    @Test func `those that were read longest ago come first, and each has its turn`() async throws {
        let bench = try await bench()
        for day in 0..<3 {
            let run = await verify(bench, VerifySpec(backup: .rotate(share: 1, of: 3), level: .hash))
            #expect(run.state == .ended(.succeeded), "\(run.summary)")
            #expect(run.summary == "1 sound")
            let read = try #require(bench.archives.calls.last)
            #expect(read.hasPrefix("verify hash main/shop/"))
            #expect(
                try await bench.sets.first { read.hasSuffix($0.path) }?.manifest.started == Sets.night(day))
            bench.clock.advance(by: .seconds(60))
        }
        #expect(try await bench.sets.allSatisfy { $0.manifest.verification.at > Sets.night(9) })
    }

    @Test func `marks what is damaged, and goes on with the others`() async throws {
        let bench = try await bench()
        bench.archives.answer(.damaged, .sound)
        let run = await verify(bench, VerifySpec(backup: .rotate(share: 2, of: 2)))
        #expect(run.state == .ended(.failed))
        #expect(run.summary.hasPrefix("2 sound, 1 damaged: main/shop of 2026-11-22T"), "\(run.summary)")
        let damaged = try await bench.sets.filter { $0.damaged != nil }
        #expect(damaged.map(\.manifest.started) == [Sets.night(0)])
        let later = await verify(bench, VerifySpec(backup: .rotate(share: 2, of: 2)))
        #expect(later.state == .ended(.succeeded), "its turn does not come again by itself")
        bench.archives.answer(.sound)
        let id = damaged[0].manifest.id.uuidString.lowercased()
        #expect(await verify(bench, VerifySpec(backup: .id(id))).state == .ended(.succeeded))
        #expect(try await bench.sets.allSatisfy { $0.damaged == nil }, "it was a disk that was away")
    }

    @Test func `is no less damaged in a store that takes no mark`() async throws {
        let bench = try await bench()
        bench.archives.answer(.damaged)
        bench.store.fail(.mark, with: WatchedBook.down)
        let run = await verify(bench)
        #expect(run.state == .ended(.failed))
        let steps = try await bench.book.steps(of: run.id)
        #expect(steps.last?.detail.contains("it could not be marked: the catalog is down") == true)
    }

    @Test func `what cannot be read is not called sound`() async throws {
        let bench = try await bench()
        bench.archives.answer(.undecided)
        let run = await verify(bench)
        #expect(run.state == .ended(.couldNotVerify))
        #expect(run.summary.hasPrefix("1 not read: "))
        bench.archives.answer(.sound)
        bench.store.fail(.noteVerified, with: WatchedBook.down)
        #expect(await verify(bench).state == .ended(.couldNotVerify), "nor what cannot be noted")
    }

    @Test func `leaves young ones alone, and calls nothing at all a success by itself`() async throws {
        let young = try await bench(days: 0)
        let run = await verify(young)
        #expect(run.state == .ended(.succeeded) && run.summary == "nothing was to be done")
        #expect(young.archives.calls.isEmpty)
        let detail = try await young.book.steps(of: run.id).first?.detail
        #expect(detail == "rotate:1/7: 0 of 3 sets; the others are too young")

        let bench = try await bench()
        #expect(await verify(bench, VerifySpec(databases: ["app"])).state == .ended(.failed))
        #expect(await verify(bench, VerifySpec(excludeDatabases: ["*"])).state == .ended(.failed))
        #expect(await verify(bench, VerifySpec(backup: .id("ffff"))).state == .ended(.failed))
        for set in try await bench.sets { try await bench.store.mark(set, damaged: "cut") }
        let all = await verify(bench)
        #expect(all.state == .ended(.failed), "all are damaged: \(all.summary)")
        let nowhere = await verify(bench, VerifySpec(stores: ["cellar"]))
        #expect(nowhere.summary == "there is no store 'cellar'")
    }

    @Test func `a stop ends it`() async throws {
        let bench = try await bench()
        bench.archives.answer(.hangs)
        let run = try await bench.perform(
            DrillBench.job(.verify(VerifySpec())), stop: .cancelled,
            once: { [archives = bench.archives] in !archives.calls.isEmpty })
        #expect(run.state == .ended(.cancelled))
        #expect(try await bench.sets.allSatisfy { $0.damaged == nil })
    }
}
