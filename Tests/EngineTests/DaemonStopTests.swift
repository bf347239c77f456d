import FoundationEssentials
import Jobs
import Policy
import TestKit
import Testing

@testable import Engine

@Suite(.timeLimit(.minutes(2))) struct `Stopping and steering a daemon` {
    private let bench = LoopBench()

    /// A daemon with one run under way and another that waits for its target.
    private func busy() async throws -> (daemon: LoopDaemon, schedules: [Schedule]) {
        let schedules = [
            try Schedules.make("40 0 * * *", job: "first"), try Schedules.make("41 0 * * *", job: "second"),
        ]
        let daemon = try await bench.started(schedules, holds: true)
        try await bench.pass(.seconds(670))
        let rows = try await bench.rows
        #expect(rows.first == "00:40:00 first running" && rows.count == 2)
        #expect(rows.last?.hasPrefix("00:41:00 second waiting: for run") == true)
        return (daemon, schedules)
    }

    @Test func `a stop leaves what waits to others and what runs its grace`() async throws {
        let (daemon, schedules) = try await busy()
        let before = try await bench.rows
        await daemon.loop.stop()
        try await bench.pass(.seconds(59))
        #expect(daemon.lines.contains("stopping 1 within 60.0 seconds"))
        #expect(try await bench.rows == before && daemon.isServing)
        bench.clock.advance(by: .seconds(1))
        try await bench.end(daemon)
        #expect(
            try await bench.rows == ["00:40:00 first cancelled: stopped on request", before[1]])
        #expect(try await bench.catalog.daemons().map(\.state) == [.stopped])
        let other = try await bench.started(schedules, number: 2)
        try await bench.pass(.seconds(60))
        #expect(try await bench.rows.last == "00:41:00 second succeeded: done")
        #expect(await other.executor.given.map(\.job) == ["second"])
    }

    @Test func `a run that ends within the grace is not stopped`() async throws {
        let (daemon, _) = try await busy()
        await daemon.loop.stop()
        try await bench.pass(.seconds(30))
        await daemon.executor.finish("first")
        try await bench.end(daemon)
        #expect(try await bench.rows.first == "00:40:00 first succeeded: done")
        #expect(bench.clock.sleepers.isEmpty)
    }

    @Test func `a second stop ends the patience`() async throws {
        let (daemon, _) = try await busy()
        await daemon.loop.stop()
        await daemon.loop.stop()
        try await bench.end(daemon)
        #expect(try await bench.rows.first == "00:40:00 first cancelled: stopped on request")
    }

    @Test func `nothing new starts after a stop`() async throws {
        let (daemon, schedules) = try await busy()
        await daemon.loop.stop()
        await daemon.loop.reload(
            daemon.settings, schedules + [try Schedules.make("42 0 * * *", job: "third")])
        try await bench.pass(.seconds(55))
        #expect(try await bench.rows.count == 2)
        await daemon.executor.finish("first")
        try await bench.end(daemon)
        #expect(await daemon.executor.given.map(\.job) == ["first"])
    }

    @Test func `a wish in the catalog stops the run`() async throws {
        let (daemon, _) = try await busy()
        for run in try await bench.catalog.runs(RunQuery(), limit: 2) {
            #expect(try await bench.catalog.askToStop(run.id, reason: "cancelled by ann"))
        }
        try await bench.pass(.seconds(10))
        #expect(
            try await bench.rows == [
                "00:40:00 first cancelled: cancelled by ann", "00:41:00 second cancelled: cancelled by ann",
            ])
        #expect(await daemon.executor.given.count == 1)
    }

    @Test func `one run is stopped here, and the other goes on`() async throws {
        let (daemon, _) = try await busy()
        let first = try #require(try await bench.catalog.runs(RunQuery(job: "first"), limit: 1).first)
        await daemon.loop.stopRun(first.id, reason: "enough")
        try await bench.settle()
        #expect(
            try await bench.rows == ["00:40:00 first cancelled: enough", "00:41:00 second running"])
    }

    @Test func `a wish that is lost on its way is told again`() async throws {
        let (daemon, _) = try await busy()
        let first = try #require(try await bench.catalog.runs(RunQuery(job: "first"), limit: 1).first)
        await daemon.executor.lose(stops: 2)
        await daemon.loop.stopRun(first.id, reason: "enough")
        try await bench.settle()
        #expect(try await bench.rows.first == "00:40:00 first running")
        try await bench.pass(.seconds(3))
        #expect(try await bench.rows.first == "00:40:00 first cancelled: enough")
    }

    @Test func `a reload adds schedules, removes others, and ends what waited for them`() async throws {
        let (daemon, schedules) = try await busy()
        let hourly = try Schedules.make("0 * * * *", job: "hourly")
        await daemon.loop.reload(daemon.settings, [schedules[0], hourly])
        try await bench.settle()
        #expect(
            try await bench.rows == [
                "00:40:00 first running",
                "00:41:00 second skipped: its schedule is no longer in the configuration",
            ])
        await daemon.executor.finish("first")
        await daemon.executor.hold(false)
        try await bench.pass(.seconds(1_200))
        #expect(try await bench.rows.last == "01:00:00 hourly succeeded: done")
        await daemon.loop.reload(daemon.settings, [])
        try await bench.pass(.seconds(86_400))
        #expect(try await bench.rows.count == 3)
    }

    @Test func `a run by hand waits for the seats that it needs, and its daemon ends after it`() async throws
    {
        let (daemon, schedules) = try await busy()
        let hand = bench.daemon(2, [], role: .hand)
        hand.start()
        await hand.loop.run(schedules[0].job)
        try await bench.pass(.seconds(10))
        let first = try #require(try await bench.catalog.runs(RunQuery(job: "first"), limit: 9).last).id
        #expect(
            try await bench.rows.last
                == "by hand first waiting: for run \(first.uuidString.lowercased().prefix(8)) (first), "
                + "which has job/first")
        await daemon.executor.hold(false)
        await daemon.executor.finish("first")
        try await bench.pass(.seconds(10))
        #expect(try await bench.rows.last == "by hand first succeeded: done")
        try await bench.end(hand)
    }

    @Test func `a run by hand that waits is cancelled by a stop`() async throws {
        let (_, schedules) = try await busy()
        let hand = bench.daemon(2, [], role: .hand)
        hand.start()
        await hand.loop.run(schedules[0].job)
        try await bench.pass(.seconds(10))
        await hand.loop.stop()
        try await bench.end(hand)
        #expect(try await bench.rows.last == "by hand first cancelled: stopped while it waited")
        #expect(await hand.executor.given.isEmpty)
    }
}
