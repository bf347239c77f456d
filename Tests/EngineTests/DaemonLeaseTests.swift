import Faults
import FoundationEssentials
import Jobs
import Policy
import TestKit
import Testing

@testable import Engine

@Suite(.timeLimit(.minutes(2))) struct `A daemon and its lease` {
    private let bench = LoopBench()

    /// A program of the user's, which does not go on without the catalog.
    private func tidy(_ pattern: String) throws -> Schedule {
        var schedule = try Schedules.make(pattern, job: "tidy")
        schedule.job.work = .command(CommandSpec(command: ["vacuumlo"]))
        return schedule
    }

    @Test func `that is lost stops what may not go on, and lets a backup of its own go on`() async throws {
        let daemon = try await bench.started(
            [try Schedules.make("40 0 * * *"), try tidy("40 0 * * *")], holds: true)
        try await bench.pass(.seconds(620))
        #expect(try await bench.rows == ["00:40:00 nightly running", "00:40:00 tidy running"])
        daemon.link.cut(true)
        try await bench.pass(.seconds(14))
        #expect(await daemon.executor.running == 2)
        try await bench.pass(.seconds(6))
        #expect(await daemon.executor.running == 1)
        #expect(daemon.lines.contains("apart: 1 go on, 1 are stopped"))
        // The catalog counts the lease to its whole end, so that all was dead before others could take over.
        #expect(try await bench.rows == ["00:40:00 nightly running", "00:40:00 tidy running"])
        #expect(daemon.faults.withLock { $0 } == [WatchedBook.down], "it is told once")
        let apart = await daemon.loop.state
        #expect(!apart.isCatalogUp && apart.leaseLeft == nil)
        daemon.link.cut(false)
        try await bench.pass(.seconds(30))
        #expect(
            try await bench.rows == [
                "00:40:00 nightly running",
                "00:40:00 tidy cancelled: the catalog could not be reached to keep the lease",
            ])
        await daemon.executor.finish("nightly")
        try await bench.settle()
        #expect(try await bench.rows.first == "00:40:00 nightly succeeded: done")
        #expect(await daemon.loop.state.isCatalogUp)
    }

    @Test func `is renewed while a long journal is told, and slots follow after that`() async throws {
        let daemon = bench.daemon(1, [try Schedules.make("40 0 * * *")])
        await daemon.telling.close()
        daemon.start()
        try await bench.pass(.seconds(400))
        #expect(daemon.lines == ["lease 1"])
        #expect(await daemon.loop.state.leaseLeft.map { $0 > .zero } == true)
        #expect(try await bench.catalog.daemons().map(\.state) == [.alive])
        #expect(await daemon.telling.waiting == 1, "it is told once at a time")
        await daemon.telling.open()
        try await bench.pass(.seconds(300))
        #expect(try await bench.rows == ["00:40:00 nightly succeeded: done"])
        // Again, in the middle of its work.
        await daemon.telling.close()
        try await bench.pass(.seconds(300))
        #expect(daemon.lines.filter { $0.hasPrefix("lease") } == ["lease 1"])
        await daemon.telling.open()
        try await bench.settle()
    }

    @Test func `that comes back in time loses nothing`() async throws {
        let daemon = try await bench.started([try tidy("40 0 * * *")], holds: true)
        try await bench.pass(.seconds(620))
        daemon.link.cut(true)
        try await bench.pass(.seconds(14))
        daemon.link.cut(false)
        try await bench.pass(.seconds(60))
        #expect(try await bench.rows == ["00:40:00 tidy running"])
        #expect(!daemon.lines.contains { $0.hasPrefix("apart") })
    }

    @Test func `that others fenced off stops its runs, and begins anew`() async throws {
        let daemon = try await bench.started(
            [try Schedules.make("40 0 * * *"), try Schedules.make("0 1 * * *", job: "later")], holds: true)
        try await bench.pass(.seconds(605))
        let run = try #require(try await bench.catalog.runs(RunQuery(), limit: 1).first)
        await bench.catalog.expire(daemon.settings.daemon)
        let other = try await silent(2, for: .seconds(100_000))
        let taken = try await bench.catalog.takeOver(run.id, owner: LoopBench.owner(2), lease: other)
        #expect(taken?.lease == other)
        try await bench.pass(.seconds(20))
        #expect(await daemon.executor.running == 0)
        for line in [
            "fenced", "00:40:00 nightly cancelled: another daemon has taken it over", "lease 3",
        ] { #expect(daemon.lines.contains(line), "\(daemon.lines)") }
        // What it had is the other's, as it was.
        #expect(try await bench.rows == ["00:40:00 nightly running"])
        try await bench.pass(.seconds(1_200))
        #expect(try await bench.rows.last == "01:00:00 later running")
    }

    @Test func `that it never got: a backup of its own runs all the same, and is recorded later`()
        async throws
    {
        let daemon = bench.daemon(1, [try Schedules.make("*/10 * * * *"), try tidy("45 0 * * *")])
        daemon.link.cut(true)
        daemon.start()
        try await bench.pass(.seconds(900))
        #expect(await daemon.executor.given.map(\.job) == ["nightly"])
        #expect(try await bench.rows.isEmpty)
        daemon.link.cut(false)
        try await bench.pass(.seconds(120))
        // The catalog had no mark of the other schedule: for it, that one begins now.
        #expect(try await bench.rows == ["00:40:00 nightly succeeded: done"])
        try await bench.pass(.seconds(300))
        #expect(
            try await bench.rows == [
                "00:40:00 nightly succeeded: done", "00:50:00 nightly succeeded: done",
            ])
    }

    @Test func `while the catalog is away, what another could have waits for it`() async throws {
        let schedule = try Schedules.make("40 0 * * *")
        let (one, other) = (bench.daemon(1, [schedule]), bench.daemon(2, [schedule]))
        one.start()
        other.start()
        try await bench.pass(.seconds(300))
        one.link.cut(true)
        other.link.cut(true)
        try await bench.pass(.seconds(600))
        #expect(await one.executor.given.isEmpty)
        #expect(await other.executor.given.isEmpty)
        one.link.cut(false)
        other.link.cut(false)
        try await bench.pass(.seconds(120))
        #expect(try await bench.rows == ["00:40:00 nightly succeeded: done"])
        #expect(await one.executor.given.count + other.executor.given.count == 1)
    }

    @Test func `without the catalog its own runs wait for each other's seats all the same`() async throws {
        let daemon = bench.daemon(
            1,
            [
                try Schedules.make("40 0 * * *", job: "first"),
                try Schedules.make("41 0 * * *", job: "second"),
            ])
        await daemon.executor.hold(true)
        daemon.link.cut(true)
        daemon.start()
        try await bench.pass(.seconds(700))
        #expect(await daemon.executor.given.map(\.job) == ["first"])
        #expect(daemon.lines.last?.hasPrefix("second waits: for run") == true)
        #expect(daemon.lines.last?.hasSuffix("(first), which has target/main") == true)
        await daemon.executor.finish("first")
        try await bench.pass(.seconds(5))
        #expect(await daemon.executor.given.map(\.job) == ["first", "second"])
    }

    // MARK: Runs of daemons that are gone

    /// A daemon that says nothing more.
    private func silent(_ number: UInt32, for time: Duration = .seconds(30)) async throws -> Lease {
        let record = DaemonRecord(
            id: ManualClock.id(number * 1_000), role: .serve, owner: LoopBench.owner(number), version: "1",
            startedAt: bench.clock.now)
        return try await bench.catalog.register(record, for: time, dead: [])
    }

    /// A run that a daemon claimed and, with an attempt, began.
    private func leave(_ schedule: Schedule, _ lease: Lease, id: UInt32 = 1, begun: Bool) async throws {
        var run = RunRecord(
            id: ManualClock.id(id), job: schedule.job.name, kind: schedule.job.kind,
            trigger: .slot(schedule.key, Sets.night(0) - 600), owner: LoopBench.owner(9), state: .waiting,
            startedAt: Sets.night(0) - 600, lease: lease, deadline: Sets.night(0) + 3_000)
        _ = try await bench.catalog.claim([run], marks: [schedule.key: Sets.night(0)], lease: lease)
        guard begun else { return }
        run.state = .running
        _ = try await bench.catalog.begin(run)
        try await bench.catalog.record(
            AttemptRecord(run: run.id, number: 1, startedAt: run.startedAt), lease: lease)
    }

    @Test func `takes over at once what a dead daemon of its own machine left`() async throws {
        let schedule = try Schedules.make("20 0 * * *")
        try await leave(schedule, try await silent(9), begun: false)
        let daemon = bench.daemon(1, [schedule], dead: [ManualClock.id(9_000)])
        daemon.start()
        try await bench.pass(.seconds(12))
        #expect(try await bench.rows == ["00:20:00 nightly succeeded: done"])
        #expect(await daemon.executor.given.map(\.attemptsMade) == [0])
    }

    @Test func `gives a daemon elsewhere the time of a lease to come back`() async throws {
        let schedule = try Schedules.make("20 0 * * *")
        let lease = try await silent(9)
        try await leave(schedule, lease, begun: false)
        await bench.catalog.expire(lease.daemon)
        let daemon = try await bench.started([schedule])
        try await bench.pass(.seconds(29))
        #expect(try await bench.rows == ["00:20:00 nightly waiting"])
        try await bench.pass(.seconds(15))
        #expect(try await bench.rows == ["00:20:00 nightly succeeded: done"])
        #expect(await daemon.executor.given.count == 1)
    }

    @Test func `after an outage nobody takes over what its owner still does`() async throws {
        var schedule = try Schedules.make("40 0 * * *")
        schedule.job.whenCatalogDown = .run
        let one = try await bench.started([schedule], number: 1, holds: true)
        try await bench.pass(.seconds(605))
        let other = try await bench.started([schedule], number: 2)
        try await bench.pass(.seconds(35))
        one.link.cut(true)
        other.link.cut(true)
        try await bench.pass(.seconds(120))
        other.link.cut(false)
        try await bench.pass(.seconds(20))
        #expect(other.lines.filter { $0.hasPrefix("lease") }.count == 2)
        one.link.cut(false)
        try await bench.pass(.seconds(60))
        #expect(try await bench.rows == ["00:40:00 nightly running"])
        await one.executor.finish("nightly")
        try await bench.settle()
        #expect(try await bench.rows == ["00:40:00 nightly succeeded: done"])
        #expect(await other.executor.given.isEmpty)
    }

    @Test(arguments: [1, 2])
    func `resumes a run with attempts left, and fails one without`(attemptsMax: Int) async throws {
        var schedule = try Schedules.make("20 0 * * *")
        schedule.job.retry = RetryPolicy(attemptsMax: attemptsMax)
        try await leave(schedule, try await silent(9), begun: true)
        let daemon = bench.daemon(1, [schedule], dead: [ManualClock.id(9_000)])
        daemon.start()
        try await bench.pass(.seconds(12))
        if attemptsMax == 2 {
            #expect(try await bench.rows == ["00:20:00 nightly succeeded: done"])
            #expect(await daemon.executor.given.map(\.attemptsMade) == [1])
        } else {
            #expect(
                try await bench.rows == [
                    "00:20:00 nightly failed: its daemon (process 9 on db9) was lost in the middle of it, "
                        + "in its only attempt"
                ])
            #expect(await daemon.executor.given.isEmpty)
        }
    }

    @Test func `leaves alone what no schedule of its own has done, until it is long overdue`() async throws {
        let schedule = try Schedules.make("20 0 * * *")
        let lease = try await silent(9)
        try await leave(schedule, lease, begun: false)
        let daemon = try await bench.started([try Schedules.make("0 12 * * *", job: "other")])
        try await bench.pass(.seconds(3_550))
        #expect(try await bench.rows == ["00:20:00 nightly waiting"])
        try await bench.pass(.seconds(80))
        let rows = try await bench.rows
        #expect(rows.count == 1)
        #expect(rows[0].hasPrefix("00:20:00 nightly missed: its daemon"), "\(rows)")
        #expect(rows[0].hasSuffix("was lost while it waited, and it cannot be resumed here"))
        #expect(await daemon.executor.given.isEmpty)
    }
}
