import Cron
import FoundationEssentials
import Jobs
import Policy
import TestKit
import Testing

@testable import Engine

@Suite(.timeLimit(.minutes(2))) struct `A daemon that serves slots` {
    private let bench = LoopBench()

    private func window(_ opening: String, guards: [GuardRule] = []) throws -> Schedule.NamedWindow {
        Schedule.NamedWindow(
            name: "nights", window: Window(openings: [try .parse(opening)], guards: guards), zone: .utc)
    }

    @Test func `claims a due slot, takes its seats, and does it`() async throws {
        let daemon = try await bench.started([try Schedules.make("40 0 * * *")], holds: true)
        #expect(daemon.lines == ["lease 1"])
        try await bench.pass(.seconds(599))
        #expect(try await bench.rows.isEmpty)
        try await bench.pass(.seconds(1))
        let run = try #require(try await bench.catalog.runs(RunQuery(), limit: 10).first)
        #expect(LoopBench.text(run) == "00:40:00 nightly running")
        #expect(run.startedAt == Sets.night(0) + 600 && run.deadline == Sets.night(0) + 600 + 3_600)
        #expect(run.lease == Lease(daemon: daemon.settings.daemon, epoch: 1))
        #expect(
            try await bench.seats == [
                "job/nightly nightly has", "runs nightly has", "store/local nightly has",
                "target/main nightly has",
            ])
        let state = await daemon.loop.state
        #expect(state.running == 1 && state.waiting == 0 && state.isCatalogUp)
        #expect(state.leaseLeft.map { $0 > .zero && $0 <= .seconds(20) } == true)
        await daemon.executor.finish("nightly")
        try await bench.settle()
        #expect(try await bench.rows == ["00:40:00 nightly succeeded: done"])
        #expect(try await bench.seats.isEmpty)
        #expect(daemon.lines.last == "00:40:00 nightly succeeded: done")
        #expect(daemon.faults.withLock { $0 }.isEmpty)
    }

    @Test func `does each slot once, on time, however many daemons there are`() async throws {
        let schedules = [try Schedules.make("*/10 * * * *"), try Schedules.make("45 0 * * *", job: "tidy")]
        let (one, other) = (bench.daemon(1, schedules), bench.daemon(2, schedules))
        one.start()
        other.start()
        try await bench.pass(.seconds(1_800))
        #expect(
            try await bench.rows == [
                "00:40:00 nightly succeeded: done", "00:45:00 tidy succeeded: done",
                "00:50:00 nightly succeeded: done", "01:00:00 nightly succeeded: done",
            ])
        let given = (await one.executor.given + other.executor.given).map(\.job).sorted()
        #expect(given == ["nightly", "nightly", "nightly", "tidy"])
        #expect((one.lines + other.lines).filter { $0.hasPrefix("another has") }.count == 4)
        #expect(
            try await bench.catalog.runs(RunQuery(), limit: 10).allSatisfy { run in
                if case .slot(_, let at) = run.trigger { run.startedAt == at } else { false }
            })
    }

    @Test func `lets a slot wait for its window and starts it when that opens`() async throws {
        let daemon = try await bench.started(
            [try Schedules.make("40 0 * * *", window: try window("01:00-05:00"))])
        try await bench.pass(.seconds(1_799))
        #expect(
            try await bench.rows == [
                "00:40:00 nightly waiting: window 'nights' is closed until 2026-11-22 01:00"
            ])
        try await bench.pass(.seconds(1))
        #expect(try await bench.rows == ["00:40:00 nightly succeeded: done"])
        #expect(try await bench.catalog.runs(RunQuery(), limit: 1).first?.startedAt == Sets.night(0) + 1_800)
        #expect(await daemon.executor.given.count == 1)
    }

    @Test func `misses a slot whose window opens too late, and says when it opens`() async throws {
        _ = try await bench.started(
            [
                try Schedules.make(
                    "40 0 * * *", window: try window("01:00-05:00"), late: .seconds(600))
            ])
        try await bench.pass(.seconds(600))
        #expect(
            try await bench.rows == [
                "00:40:00 nightly missed: window 'nights' is closed until 2026-11-22 01:00, "
                    + "and it had to start by 2026-11-22 00:50"
            ])
        #expect(try await bench.seats.isEmpty)
    }

    @Test func `is held back by a guard, and names its value and its limit`() async throws {
        let window = try window("00:00-24:00", guards: [GuardRule(kind: .activeSessions, limit: 40)])
        let daemon = try await bench.started([try Schedules.make("40 0 * * *", window: window)])
        daemon.guards.put(.activeSessions, of: "main", 55)
        try await bench.pass(.seconds(660))
        #expect(
            try await bench.rows == [
                "00:40:00 nightly waiting: active_sessions of target 'main' is 55, and 40 are allowed"
            ])
        daemon.guards.put(.activeSessions, of: "main", 40)
        try await bench.pass(.seconds(20))
        #expect(try await bench.rows == ["00:40:00 nightly succeeded: done"])
    }

    @Test(arguments: [Perseverance.finish, .stop])
    func `watches guards and window while a run goes on`(rule: Perseverance) async throws {
        let window = try window("00:00-01:00", guards: [GuardRule(kind: .activeSessions, limit: 40)])
        var schedule = try Schedules.make("40 0 * * *", window: window)
        schedule.job.atGuard = rule
        let daemon = try await bench.started([schedule], holds: true)
        try await bench.pass(.seconds(600))
        daemon.guards.put(.activeSessions, of: "main", 55)
        try await bench.pass(.seconds(40))
        let why = "active_sessions of target 'main' is 55, and 40 are allowed"
        if rule == .finish {
            #expect(daemon.lines.filter { $0 == "nightly goes on although \(why)" }.count == 1)
            try await bench.pass(.seconds(3_600))
            #expect(try await bench.rows == ["00:40:00 nightly running"])
        } else {
            #expect(try await bench.rows == ["00:40:00 nightly cancelled: \(why)"])
        }
    }

    @Test func `stops at the end of the window what is to stop then`() async throws {
        var schedule = try Schedules.make("40 0 * * *", window: try window("00:00-01:00"))
        schedule.job.atWindowEnd = .stop
        _ = try await bench.started([schedule], holds: true)
        try await bench.pass(.seconds(1_790))
        #expect(try await bench.rows == ["00:40:00 nightly running"])
        try await bench.pass(.seconds(40))
        #expect(try await bench.rows == ["00:40:00 nightly cancelled: window 'nights' closed"])
    }

    @Test(arguments: Overlap.allCases)
    func `follows the rule for a slot whose job is still busy`(overlap: Overlap) async throws {
        var schedule = try Schedules.make("40,50 * * * *")
        schedule.overlap = overlap
        let daemon = try await bench.started([schedule], holds: true)
        try await bench.pass(.seconds(600))
        let first = try #require(try await bench.catalog.runs(RunQuery(), limit: 1).first).id
        let name = "run \(first.uuidString.lowercased()) of this job"
        try await bench.pass(.seconds(605))
        switch overlap {
        case .skip:
            #expect(
                try await bench.rows == [
                    "00:40:00 nightly running", "00:50:00 nightly skipped: \(name) is still under way",
                ])
        case .wait:
            #expect(
                try await bench.rows == ["00:40:00 nightly running", "00:50:00 nightly waiting: for \(name)"])
            await daemon.executor.finish("nightly")
            try await bench.settle()
            #expect(
                try await bench.rows == ["00:40:00 nightly succeeded: done", "00:50:00 nightly running"])
        case .replace:
            #expect(
                try await bench.rows == [
                    "00:40:00 nightly cancelled: replaced by the run of the slot of 2026-11-22 00:50",
                    "00:50:00 nightly running",
                ])
            #expect(daemon.lines.contains("nightly waits: for \(name), which it replaces"))
        }
    }

    @Test func `replaces a run that another daemon does`() async throws {
        var schedule = try Schedules.make("40,50 * * * *")
        schedule.overlap = .replace
        let one = try await bench.started([schedule], number: 1, holds: true)
        try await bench.pass(.seconds(600))
        await one.loop.reload(one.settings, [])
        let other = try await bench.started([schedule], number: 2, holds: true)
        try await bench.pass(.seconds(620))
        #expect(
            try await bench.rows == [
                "00:40:00 nightly cancelled: replaced by the run of the slot of 2026-11-22 00:50",
                "00:50:00 nightly running",
            ])
        #expect(await other.executor.given.count == 1)
    }

    @Test func `misses what waits for too long, and says for what`() async throws {
        let daemon = try await bench.started(
            [
                try Schedules.make("35 0 * * *", job: "long"),
                try Schedules.make("40 0 * * *", job: "short", late: .seconds(600)),
            ], holds: true)
        try await bench.pass(.seconds(1_200))
        let first = try #require(try await bench.catalog.runs(RunQuery(job: "long"), limit: 1).first).id
        let what = "for run \(first.uuidString.lowercased().prefix(8)) (long), which has target/main"
        #expect(
            try await bench.rows == ["00:35:00 long running", "00:40:00 short waiting: \(what)"])
        #expect(try await bench.seats.contains("target/main short waits"))
        try await bench.pass(.seconds(10))
        #expect(
            try await bench.rows == [
                "00:35:00 long running",
                "00:40:00 short missed: late= ran out at 2026-11-22 00:50; it waited \(what)",
            ])
        #expect(try await !bench.seats.contains { $0.contains("short") })
        await daemon.executor.finish("long")
        try await bench.settle()
    }

    @Test func `fires a reboot slot once for each start`() async throws {
        let schedule = try Schedules.make("@reboot")
        let daemon = try await bench.started([schedule])
        try await bench.pass(.seconds(300))
        #expect(try await bench.rows == ["00:30:00 nightly succeeded: done"])
        await daemon.loop.stop()
        try await bench.end(daemon)
        _ = try await bench.started([schedule], number: 2)
        try await bench.pass(.seconds(300))
        #expect(
            try await bench.rows == [
                "00:30:00 nightly succeeded: done", "00:35:00 nightly succeeded: done",
            ])
    }
}
