import FoundationEssentials
import Jobs
import Policy
import TestKit
import Testing

@testable import Engine

@Suite(.timeLimit(.minutes(2))) struct `A daemon whose clock does not go on evenly` {
    private let bench = LoopBench()

    @Test func `catches up after a step forward with one run that names the others`() async throws {
        _ = try await bench.started([try Schedules.make("0 * * * *")])
        bench.clock.step(by: .seconds(4 * 3_600 - 60))
        try await bench.pass(.seconds(30))
        let tooLate = { (hours: Int) in "missed: it could start only \(hours)h 29m late" }
        let rows = try await bench.rows
        #expect(rows.count == 4)
        #expect(rows[0].hasPrefix("01:00:00 nightly \(tooLate(3))"), "\(rows)")
        #expect(rows[1].hasPrefix("02:00:00 nightly \(tooLate(2))"), "\(rows)")
        #expect(rows[2].hasPrefix("03:00:00 nightly \(tooLate(1))"), "\(rows)")
        #expect(rows[3] == "04:00:00 nightly succeeded: done")
        let run = try #require(try await bench.catalog.runs(RunQuery(outcome: .succeeded), limit: 1).first)
        #expect(run.standsFor == [1, 2, 3].map { Sets.night(0) + 1_800 + ($0 - 1) * 3_600 })
    }

    @Test func `catches up at its start what came due while no daemon was there`() async throws {
        let schedule = try Schedules.make("0 * * * *")
        let daemon = try await bench.started([schedule])
        await daemon.loop.stop()
        try await bench.end(daemon)
        bench.clock.advance(by: .seconds(2 * 3_600))
        _ = try await bench.started([schedule], number: 2)
        let rows = try await bench.rows
        #expect(rows.count == 2)
        #expect(rows.first?.hasPrefix("01:00:00 nightly missed: it could start only") == true, "\(rows)")
        #expect(rows.last == "02:00:00 nightly succeeded: done")
    }

    @Test func `backfills nothing for a schedule that is new`() async throws {
        bench.clock.advance(by: .seconds(86_400))
        _ = try await bench.started([try Schedules.make("0 * * * *")])
        #expect(try await bench.rows.isEmpty)
    }

    @Test func `writes one row for what is older than a thousand slots`() async throws {
        _ = try await bench.started([try Schedules.make("*/10 * * * *")])
        bench.clock.step(by: .seconds(10 * 86_400))
        try await bench.pass(.seconds(60))
        let missed = try await bench.catalog.runs(RunQuery(outcome: .missed), limit: 2_000)
        #expect(missed.count == 1_000)
        #expect(missed.contains { $0.summary.hasSuffix("more than 1000 came due at once") })
        #expect(try await bench.catalog.runs(RunQuery(outcome: .succeeded), limit: 10).count == 1)
    }

    @Test func `fires nothing twice after a step back, and goes on`() async throws {
        let daemon = try await bench.started([try Schedules.make("*/10 * * * *")])
        try await bench.pass(.seconds(900))
        #expect(try await bench.rows == ["00:40:00 nightly succeeded: done"])
        bench.clock.step(by: .seconds(-1_200))
        try await bench.pass(.seconds(1_490))
        #expect(daemon.lines.filter { $0.hasPrefix("the clock went back by 1") }.count == 1)
        #expect(try await bench.rows == ["00:40:00 nightly succeeded: done"])
        try await bench.pass(.seconds(600))
        #expect(
            try await bench.rows == [
                "00:40:00 nightly succeeded: done", "00:50:00 nightly succeeded: done",
            ])
        #expect(await daemon.executor.given.count == 2)
    }
}
