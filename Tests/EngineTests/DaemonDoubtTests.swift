import Cron
import Faults
import FoundationEssentials
import Jobs
import Policy
import TestKit
import Testing

@testable import Engine

@Suite(.timeLimit(.minutes(2))) struct `A daemon whose questions have no answer` {
    private let bench = LoopBench()

    @Test(arguments: CatalogLink.Call.allCases)
    func `asks again, and does the slot once it has one`(call: CatalogLink.Call) async throws {
        let (first, second) = (
            try Schedules.make("39 0 * * *", job: "first"), try Schedules.make("40 0 * * *", job: "second")
        )
        let daemon = bench.daemon(1, [first, second])
        daemon.link.fail(call)
        daemon.start()
        // A schedule begins when its mark is known, so that one has to be known before the slots.
        if call == .marks {
            try await bench.pass(.seconds(300))
            daemon.link.fail(call, with: nil)
        }
        try await bench.pass(.seconds(660))
        #expect(await daemon.loop.state.isCatalogUp)
        daemon.link.fail(call, with: nil)
        try await bench.pass(.seconds(60))
        #expect(
            try await bench.rows == ["00:39:00 first succeeded: done", "00:40:00 second succeeded: done"])
        #expect(await daemon.executor.given.map(\.job) == ["first", "second"])
    }

    @Test func `asks again for a run that it may have taken over`() async throws {
        let schedule = try Schedules.make("20 0 * * *")
        let dead = DaemonRecord(
            id: ManualClock.id(9_000), role: .serve, owner: LoopBench.owner(9), version: "1",
            startedAt: bench.clock.now)
        let lease = try await bench.catalog.register(dead, for: .seconds(30), dead: [])
        let run = RunRecord(
            id: ManualClock.id(1), job: "nightly", kind: .backup,
            trigger: .slot(schedule.key, Sets.night(0) - 600), owner: dead.owner, state: .waiting,
            startedAt: Sets.night(0) - 600, lease: lease, deadline: Sets.night(0) + 3_000)
        _ = try await bench.catalog.claim([run], marks: [:], lease: lease)
        let daemon = bench.daemon(1, [schedule], dead: [dead.id])
        daemon.link.fail(.takeOver)
        daemon.start()
        try await bench.pass(.seconds(30))
        #expect(try await bench.rows == ["00:20:00 nightly waiting"])
        daemon.link.fail(.takeOver, with: nil)
        try await bench.pass(.seconds(5))
        #expect(try await bench.rows == ["00:20:00 nightly succeeded: done"])
    }

    @Test func `begins anew when its claim is refused, and does the slot then`() async throws {
        let daemon = try await bench.started([try Schedules.make("40 0 * * *")])
        daemon.link.fail(
            .claim, with: AnyFault(code: DaemonLoop.leaseLost, summary: "it is no more", remedy: "None."))
        try await bench.pass(.seconds(599))
        bench.clock.advance(by: .seconds(1))
        #expect(try await Fact.comes { daemon.lines.contains("fenced") })
        daemon.link.fail(.claim, with: nil)
        try await bench.pass(.seconds(5))
        #expect(daemon.lines.contains { $0.hasPrefix("lease") && $0 != "lease 1" })
        #expect(try await bench.rows == ["00:40:00 nightly succeeded: done"])
    }

    @Test func `reads the guards of a job that has no store`() async throws {
        let rules = [GuardRule(kind: .load, limit: 2), GuardRule(kind: .freeDisk, limit: 1e9)]
        let window = Schedule.NamedWindow(
            name: "calm", window: Window(openings: [try .parse("00:00-24:00")], guards: rules), zone: .utc)
        var schedule = try Schedules.make("40 0 * * *", window: window)
        schedule.job.work = .command(CommandSpec(command: ["vacuumlo"]))
        let daemon = try await bench.started([schedule])
        daemon.guards.put(.load, of: "this host", 3.5)
        try await bench.pass(.seconds(605))
        #expect(
            try await bench.rows == [
                "00:40:00 nightly waiting: load of this host is 3.5, and 2 is allowed"
            ])
        daemon.guards.put(.load, of: "this host", 1)
        try await bench.pass(.seconds(20))
        #expect(try await bench.rows == ["00:40:00 nightly succeeded: done"])
    }
}
