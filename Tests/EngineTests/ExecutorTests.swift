import Faults
import FoundationEssentials
import Jobs
import Policy
import TestKit
import Testing

@testable import Engine

@Suite(.timeLimit(.minutes(2))) struct `Doing a claimed run` {
    private static let broken = AnyFault(code: "test.broken", summary: "it is broken", remedy: "Mend it.")

    @Test func `turns the waiting row into a running one and ends it`() async throws {
        let bench = Bench()
        let run = try await bench.claim()
        bench.clock.advance(by: .seconds(90))
        let ended = await bench.supervisor.perform(run, job: Schedules.job(), attemptsMade: 0)
        #expect(ended.state == .ended(.succeeded))
        #expect(ended.startedAt == run.startedAt + 90)
        #expect(bench.diary.lines("book:").first == "book: begin nightly running")
        #expect(try await bench.rows.map(\.state) == [.ended(.succeeded)])
        #expect(bench.liveness.runs.isEmpty && bench.liveness.jobs.isEmpty)
    }

    @Test func `what keeps it from starting ends it as failed, and never throws`() async throws {
        let bench = Bench()
        let store = try await bench.claim(id: ManualClock.id(501))
        let unknown = await bench.supervisor.perform(
            store, job: Schedules.job(spec: BackupSpec(store: "cellar")), attemptsMade: 0)
        #expect(unknown.state == .ended(.failed))
        #expect(unknown.summary == "there is no store 'cellar'")
        bench.clock.advance(by: .seconds(1))
        let target = try await bench.claim(id: ManualClock.id(502))
        let nobody = await bench.supervisor.perform(
            target, job: Schedules.job(targets: ["other"]), attemptsMade: 0)
        #expect(nobody.summary == "no target matches 'other'")
        #expect(try await bench.rows.map(\.state) == [.ended(.failed), .ended(.failed)])
        #expect(bench.liveness.runs.isEmpty && bench.liveness.jobs.isEmpty)
    }

    @Test func `a job that another process here has is waited for a moment, then skipped`() async throws {
        let bench = Bench()
        guard case .held(let other) = try await bench.liveness.hold(job: "nightly", for: ManualClock.id(77))
        else { throw Bench.Surprise.slotTaken }
        var job = Schedules.job()
        job.hooks = Hooks(before: ["/bin/before"], after: ["/bin/after"], onFailure: ["/bin/alarm"])
        let claimed = try await bench.claim()
        async let ended = bench.supervisor.perform(claimed, job: job, attemptsMade: 0)
        #expect(try await Fact.comes { bench.clock.sleepers.contains(RunCarrier.lockPause) })
        bench.clock.advance(by: RunCarrier.lockPatience)
        let run = await ended
        #expect(run.state == .ended(.skipped))
        #expect(run.summary.hasSuffix("of this job is still under way"))
        #expect(bench.tools.calls.isEmpty)
        await other.release()
    }

    @Test func `a job that another process here lets go of is begun`() async throws {
        let bench = Bench()
        guard case .held(let other) = try await bench.liveness.hold(job: "nightly", for: ManualClock.id(77))
        else { throw Bench.Surprise.slotTaken }
        let run = try await bench.claim()
        async let ended = bench.supervisor.perform(run, job: Schedules.job(), attemptsMade: 0)
        #expect(try await Fact.comes { bench.clock.sleepers.contains(RunCarrier.lockPause) })
        await other.release()
        bench.clock.advance(by: RunCarrier.lockPause)
        #expect(await ended.state == .ended(.succeeded))
    }

    @Test(arguments: [Overlap.wait, .replace])
    func `a line that does not skip waits for the job until its deadline`(overlap: Overlap) async throws {
        let bench = Bench()
        guard case .held(let other) = try await bench.liveness.hold(job: "nightly", for: ManualClock.id(77))
        else { throw Bench.Surprise.slotTaken }
        var schedule = try Schedules.make("30 0 * * *")
        schedule.overlap = overlap
        let run = try await bench.claim(
            trigger: .slot(schedule.key, bench.clock.now), deadline: bench.clock.now + 600)
        let supervisor = bench.second(schedules: [schedule])
        let clock = bench.clock
        async let ended = supervisor.perform(run, job: Schedules.job(), attemptsMade: 0)
        for _ in 0..<2 {
            #expect(try await Fact.comes { clock.sleepers.contains(RunCarrier.lockPause) })
            clock.advance(by: .seconds(301))
        }
        #expect(await ended.summary.hasSuffix("of this job is still under way, and late= has run out"))
        await other.release()
    }

    @Test func `a stop that overtakes its run ends it before anything is done`() async throws {
        let bench = Bench()
        let run = try await bench.claim()
        await bench.supervisor.stop(run.id, .stopped(because: "window 'nights' closed"))
        await bench.supervisor.stop(run.id, .timedOut)
        let ended = await bench.supervisor.perform(run, job: Schedules.job(), attemptsMade: 0)
        #expect(ended.state == .ended(.cancelled))
        #expect(ended.summary.hasPrefix("window 'nights' closed"), "\(ended.summary)")
        #expect(bench.tools.calls.isEmpty)
    }

    @Test func `one run is stopped, and the others go on`() async throws {
        let bench = Bench()
        bench.programs.queue("pg_dump", .init(hangs: true))
        let run = try await bench.claim()
        async let ended = bench.supervisor.perform(run, job: Schedules.job(), attemptsMade: 0)
        #expect(try await Fact.comes { bench.tools.running == 1 })
        #expect(try await bench.launch(Schedules.job("other")).state == .ended(.succeeded))
        await bench.supervisor.stop(ManualClock.id(9_999), .cancelled)
        await bench.supervisor.stop(run.id, .stopped(because: "window 'nights' closed"))
        await bench.supervisor.stop(run.id, .timedOut)
        let record = await ended
        #expect(record.state == .ended(.cancelled))
        #expect(record.summary == "window 'nights' closed; 0 saved and verified")
    }

    @Test func `no attempt begins after the deadline`() async throws {
        let bench = Bench()
        bench.server.fail("main", with: MemoryServer.unreachable("main"), MemoryServer.unreachable("main"))
        let retry = RetryPolicy(attemptsMax: 5, backoffMin: .seconds(60), backoffMax: .seconds(600))
        let run = try await bench.claim(deadline: bench.clock.now + 100)
        let clock = bench.clock
        async let ended = bench.supervisor.perform(run, job: Schedules.job(retry: retry), attemptsMade: 0)
        #expect(try await Fact.comes { clock.sleepers.contains(.seconds(60)) })
        clock.advance(by: .seconds(60))
        let record = await ended
        #expect(record.state == .ended(.failed))
        #expect(record.summary.hasSuffix("main does not answer; late= has run out for another attempt"))
        #expect(record.endedAt == run.startedAt + 60)
        #expect(try await bench.book.attempts(of: run.id).count == 2)
    }

    @Test func `a clock that is set forward while it waits for its next attempt ends it`() async throws {
        let bench = Bench()
        bench.server.fail("main", with: MemoryServer.unreachable("main"))
        let retry = RetryPolicy(attemptsMax: 5, backoffMin: .seconds(60), backoffMax: .seconds(600))
        let run = try await bench.claim(deadline: bench.clock.now + 100)
        let clock = bench.clock
        async let ended = bench.supervisor.perform(run, job: Schedules.job(retry: retry), attemptsMade: 0)
        #expect(try await Fact.comes { clock.sleepers.contains(.seconds(60)) })
        clock.step(by: .seconds(3_600))
        clock.advance(by: .seconds(60))
        #expect(await ended.summary.hasSuffix("late= has run out for another attempt"))
        #expect(try await bench.book.attempts(of: run.id).count == 1)
    }
}

@Suite(.timeLimit(.minutes(2))) struct `Another attempt` {
    private static let retry = RetryPolicy(attemptsMax: 3, backoffMin: .seconds(60), backoffMax: .seconds(60))

    /// A run of a slot in a window of one hour and a half from now, whose first attempt cannot reach its server.
    private func begin(
        _ bench: Bench, guards: [GuardRule] = [], expected: Duration = .seconds(600)
    ) async throws -> (run: RunRecord, job: Job, schedule: Schedule) {
        bench.server.fail("main", with: MemoryServer.unreachable("main"))
        var schedule = try Schedules.make("30 0 * * *")
        var job = Schedules.job(retry: Self.retry)
        job.expected = expected
        schedule.job = job
        let minute = Int(bench.clock.now.timeIntervalSince1970 / 60) % 1440
        let window = Window(
            openings: [.init(weekdays: Set(0...6), from: minute, to: (minute + 90) % 1440)], guards: guards)
        schedule.window = .init(name: "nights", window: window, zone: schedule.zone)
        let run = try await bench.claim(
            job, trigger: .slot(schedule.key, bench.clock.now), deadline: bench.clock.now + 8 * 3600)
        return (run, job, schedule)
    }

    @Test(arguments: [(60, true), (84 * 60, false), (2 * 3600, false)])
    func `begins only if the window has room for it`(after seconds: Int, begins: Bool) async throws {
        let bench = Bench()
        let (run, job, schedule) = try await begin(bench)
        let clock = bench.clock
        let supervisor = bench.second(schedules: [schedule])
        async let ended = supervisor.perform(run, job: job, attemptsMade: 0)
        #expect(try await Fact.comes { clock.sleepers.contains(.seconds(60)) })
        clock.advance(by: .seconds(seconds))
        let record = await ended
        #expect(record.state == .ended(begins ? .succeeded : .failed), "\(record.summary)")
        if !begins {
            #expect(record.summary.contains("; no further attempt: window 'nights'"), "\(record.summary)")
        }
        #expect(try await bench.book.attempts(of: run.id).count == (begins ? 2 : 1))
    }

    @Test func `waits while a guard refuses`() async throws {
        let bench = Bench()
        let rule = GuardRule(kind: .load, limit: 4)
        let (run, job, schedule) = try await begin(bench, guards: [rule])
        let (clock, guards) = (bench.clock, MemoryGuards())
        guards.put(.load, of: "this host", 9)
        let supervisor = bench.second(guards: guards, schedules: [schedule])
        async let ended = supervisor.perform(run, job: job, attemptsMade: 0)
        #expect(try await Fact.comes { clock.sleepers.contains(.seconds(60)) })
        clock.advance(by: .seconds(60))
        #expect(try await Fact.comes { clock.sleepers.contains(AttemptAdmission.guardPause) })
        #expect(try await bench.book.attempts(of: run.id).count == 1)
        guards.put(.load, of: "this host", 1)
        clock.advance(by: AttemptAdmission.guardPause)
        #expect(await ended.state == .ended(.succeeded))
        #expect(guards.reads == [[.load], [.load]])
    }

    @Test func `that a guard refuses is not waited for by a run that is stopped`() async throws {
        let bench = Bench()
        let (run, job, schedule) = try await begin(bench, guards: [GuardRule(kind: .load, limit: 4)])
        let (clock, guards) = (bench.clock, MemoryGuards())
        guards.put(.load, of: "this host", 9)
        let supervisor = bench.second(guards: guards, schedules: [schedule])
        async let ended = supervisor.perform(run, job: job, attemptsMade: 0)
        #expect(try await Fact.comes { clock.sleepers.contains(.seconds(60)) })
        clock.advance(by: .seconds(60))
        #expect(try await Fact.comes { clock.sleepers.contains(AttemptAdmission.guardPause) })
        await supervisor.stop(run.id, .cancelled)
        #expect(await ended.state == .ended(.cancelled))
    }
}

@Suite struct `Wishes to stop that come early` {
    @Test func `are kept for their run, the first of them, but for a lost lease`() {
        var stops = EarlyStops()
        stops.note(ManualClock.id(1), .cancelled)
        stops.note(ManualClock.id(1), .timedOut)
        stops.note(ManualClock.id(2), .cancelled)
        stops.note(ManualClock.id(2), .leaseLost(because: "fenced"))
        #expect(stops.begin(ManualClock.id(1)) == .cancelled)
        #expect(stops.begin(ManualClock.id(1)) == nil)
        #expect(stops.begin(ManualClock.id(2)) == .leaseLost(because: "fenced"))
    }

    @Test func `are for nobody once the run has ended, and do not stop its resumption`() {
        var stops = EarlyStops()
        #expect(stops.begin(ManualClock.id(1)) == nil)
        stops.end(ManualClock.id(1))
        stops.note(ManualClock.id(1), .leaseLost(because: "fenced"))
        #expect(stops.begin(ManualClock.id(1)) == nil)
    }

    @Test func `are forgotten, the oldest first, where there are too many`() {
        var stops = EarlyStops()
        for number in 0...UInt32(EarlyStops.keptMax) { stops.note(ManualClock.id(number), .cancelled) }
        #expect(stops.begin(ManualClock.id(0)) == nil)
        #expect(stops.begin(ManualClock.id(1)) == .cancelled)
    }
}

@Suite(.timeLimit(.minutes(2))) struct `Losing a run to another daemon` {
    private static let fence = AnyFault(
        code: "catalog.run-taken-over", summary: "another daemon has it", remedy: "None.")

    /// Everything that is written in a backup of one database, in its order.
    private static func writes() async throws -> [String] {
        let bench = Bench()
        _ = await bench.supervisor.perform(try await bench.claim(), job: Schedules.job(), attemptsMade: 0)
        return bench.diary.lines("book:")
    }

    @Test func `at any write stops it, and publishes nothing more`() async throws {
        let writes = try await Self.writes()
        #expect(writes.count > 15)
        for (index, write) in writes.enumerated() where write != "book: backup main/shop" {
            let bench = Bench()
            var job = Schedules.job()
            job.hooks = Hooks(after: ["/bin/after"], onFailure: ["/bin/alarm"])
            let count = Guarded(0)
            bench.book.watch { [book = bench.book] _ in
                let isTime = count.withLock { count in
                    count += 1
                    return count > index
                }
                if isTime { book.fail(.begin, .end, .attempt, .step, with: Self.fence) }
            }
            let published = writes[..<index].contains("book: step 1.5 publish main/shop running")
            let run = await bench.supervisor.perform(try await bench.claim(), job: job, attemptsMade: 0)
            #expect(run.state == .ended(.cancelled), "\(write)")
            #expect(run.summary.hasPrefix("taken over by another daemon"), "\(write): \(run.summary)")
            #expect(try await bench.sets.count == (published ? 1 : 0), "\(write)")
            #expect(bench.store.incomingFolders.isEmpty, "\(write)")
            // By the last write its hooks have run.
            let ranHooks = bench.tools.calls.contains { $0.executable.hasPrefix("/bin") }
            #expect(ranHooks == (index == writes.count - 1), "\(write)")
            #expect(bench.liveness.runs.isEmpty && bench.liveness.jobs.isEmpty)
            // The other's row is left as it is.
            #expect(try await bench.rows.allSatisfy { $0.state != run.state })
        }
    }

    @Test func `stops its program at once`() async throws {
        let bench = Bench()
        bench.programs.queue("pg_dump", .init(hangs: true))
        let run = try await bench.claim()
        async let ended = bench.supervisor.perform(run, job: Schedules.job(), attemptsMade: 0)
        #expect(try await Fact.comes { bench.tools.running == 1 })
        await bench.supervisor.stop(run.id, .cancelled)
        await bench.supervisor.stop(run.id, .leaseLost(because: "its lease could not be kept"))
        #expect(await ended.summary == "its lease could not be kept; 0 saved and verified")
        #expect(bench.tools.running == 0)
    }
}
