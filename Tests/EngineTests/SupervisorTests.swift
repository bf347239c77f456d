import Faults
import FoundationEssentials
import Jobs
import Policy
import TestKit
import Testing

@testable import Engine

@Suite(.timeLimit(.minutes(2))) struct `Beginning runs` {
    private static let broken = AnyFault(code: "test.broken", summary: "it is broken", remedy: "Mend it.")
    private let key = ScheduleKey(job: "nightly", zone: "UTC", pattern: "30 0 * * *")

    @Test func `a second run of the same job by hand waits for the first`() async throws {
        let bench = Bench()
        bench.programs.queue("pg_dump", .init(hangs: true))
        let clock = bench.clock
        let second = Guarded<RunRecord?>(nil)
        let first = try await bench.launch(once: { bench.tools.running == 1 }) {
            #expect(try await bench.launch(Schedules.job("other")).state == .ended(.succeeded))
            let waiting = try await bench.claim(id: ManualClock.id(600), trigger: .hand)
            Task {
                let run = await bench.supervisor.perform(waiting, job: Schedules.job(), attemptsMade: 0)
                second.withLock { $0 = run }
            }
            #expect(try await Fact.comes { clock.sleepers.contains(RunCarrier.lockPause) })
            clock.advance(by: .seconds(3_600))
            #expect(try await Fact.comes { clock.sleepers.contains(RunCarrier.lockPause) })
            await bench.supervisor.stop(ManualClock.id(1), .cancelled)
        }
        #expect(first.state == .ended(.cancelled))
        #expect(
            try await Fact.comes {
                if clock.sleepers.contains(RunCarrier.lockPause) { clock.advance(by: RunCarrier.lockPause) }
                return second.withLock { $0?.state } == .ended(.succeeded)
            })
    }

    @Test func `a run that waits for another of its job can be stopped`() async throws {
        let bench = Bench()
        guard case .held(let other) = try await bench.liveness.hold(job: "nightly", for: ManualClock.id(77))
        else { throw Bench.Surprise.slotTaken }
        let run = try await bench.launch(once: { bench.clock.sleepers.contains(RunCarrier.lockPause) }) {
            await bench.stop()
        }
        #expect(run.state == .ended(.cancelled) && run.summary == "stopped on request")
        #expect(bench.tools.calls.isEmpty)
        await other.release()
    }

    @Test func `the next run of a job may begin as soon as one has ended`() async throws {
        let bench = Bench()
        for _ in 0..<20 {
            #expect(try await bench.launch().state == .ended(.succeeded))
            bench.clock.advance(by: .seconds(1))
        }
    }

    /// A run of a slot that was begun without the catalog: it has no row yet.
    private func unclaimed(_ bench: Bench, _ number: UInt32) -> RunRecord {
        RunRecord(
            id: ManualClock.id(number), job: "nightly", kind: .backup, trigger: .slot(key, bench.clock.now),
            owner: bench.ambient.owner, state: .waiting, startedAt: bench.clock.now,
            lease: Lease(daemon: ManualClock.id(number + 1), epoch: 1))
    }

    @Test func `a slot that another process has is left to it`() async throws {
        let bench = Bench()
        _ = try await bench.launch(trigger: .slot(key, bench.clock.now))
        let calls = bench.tools.calls.count
        let run = await bench.second().perform(
            unclaimed(bench, 700), job: Schedules.job(), attemptsMade: 0)
        #expect(run.state == .ended(.skipped) && run.summary == "another run has its slot")
        #expect(try await bench.rows.count == 1)
        #expect(bench.tools.calls.count == calls)
        #expect(bench.liveness.runs.isEmpty)
        #expect(bench.liveness.jobs.isEmpty)
    }

    @Test func `of two processes with one slot exactly one runs it`() async throws {
        for _ in 0..<50 {
            let bench = Bench()
            let (one, two) = (unclaimed(bench, 700), unclaimed(bench, 800))
            let other = bench.second()
            async let first = bench.supervisor.perform(one, job: Schedules.job(), attemptsMade: 0)
            async let second = other.perform(two, job: Schedules.job(), attemptsMade: 0)
            let summaries = [await first.summary, await second.summary]
            #expect(summaries.filter { $0 == "another run has its slot" }.count == 1)
            #expect(try await bench.rows.map(\.state) == [.ended(.succeeded)])
        }
    }

    @Test(arguments: [["other", "third*"], nil])
    func `no target ends the run as failed`(targets: [String]?) async throws {
        let bench = Bench()
        var settings = bench.settings
        if targets == nil { settings.targets = [] }
        let supervisor = Supervisor(
            settings: settings,
            ports: .init(
                book: bench.journaled, server: bench.server, tools: bench.tools,
                stores: ["local": bench.store],
                verifier: bench.verifier, liveness: bench.liveness, restoring: Bench.nothing,
                maintaining: MemoryMaintenance(), ambient: bench.clock.ambient(),
                zoneOffset: { _ in 0 }), observer: NoObserver())
        let job = Schedules.job(targets: targets)
        let run = await supervisor.perform(try await bench.claim(job), job: job, attemptsMade: 0)
        #expect(run.state == .ended(.failed))
        #expect(
            run.summary == EngineFault.targetUnknown(targets == nil ? "*" : "other, third*").plain.summary)
        #expect(try await bench.rows == [run])
    }

    @Test func `targets are chosen by name and glob`() async throws {
        let bench = Bench()
        #expect(try await bench.launch(Schedules.job(targets: ["m*"])).state == .ended(.succeeded))
    }

    @Test func `a store that cannot be opened ends the run and its slot`() async throws {
        let bench = Bench()
        bench.store.fail(.open, with: Self.broken)
        let trigger = Trigger.slot(key, bench.clock.now)
        #expect(try await bench.launch(trigger: trigger).state == .ended(.failed))
        #expect(try await bench.rows.map(\.state) == [.ended(.failed)])
        #expect(try await bench.rows.map(\.summary) == ["it is broken"])
        #expect(bench.liveness.jobs.isEmpty)
        #expect(bench.liveness.runs.isEmpty)
    }

    @Test func `a job that cannot be held ends the run`() async throws {
        let bench = Bench()
        bench.liveness.fail(.holdJob, with: Self.broken)
        #expect(try await bench.launch().summary == "it is broken")
        #expect(try await bench.rows.map(\.state) == [.ended(.failed)])
        #expect(bench.liveness.runs.isEmpty)
    }

    @Test func `a run that cannot be held does nothing`() async throws {
        let bench = Bench()
        bench.liveness.fail(.holdRun, with: Self.broken)
        #expect(try await bench.launch().summary == "it is broken")
        #expect(try await bench.rows.map(\.state) == [.ended(.failed)])
        #expect(bench.tools.calls.isEmpty)
    }

    @Test func `a skipped run that cannot be recorded is recorded later`() async throws {
        let bench = Bench()
        guard case .held(let other) = try await bench.liveness.hold(job: "nightly", for: ManualClock.id(77))
        else {
            Issue.record("it was not held")
            return
        }
        await bench.book.twin.fail(with: WatchedBook.down)
        let claimed = try await bench.claim()
        async let ended = bench.supervisor.perform(claimed, job: Schedules.job(), attemptsMade: 0)
        #expect(try await Fact.comes { bench.clock.sleepers.contains(RunCarrier.lockPause) })
        bench.clock.advance(by: RunCarrier.lockPatience)
        let skipped = await ended
        #expect(skipped.state == .ended(.skipped))
        #expect(bench.diary.lines("note: not recorded") == ["note: not recorded: catalog.down"])
        await bench.book.twin.fail(with: nil)
        await other.release()
        bench.clock.advance(by: .seconds(60))
        let next = try await bench.launch()
        #expect(try await bench.rows == [next, skipped])
    }

    @Test(arguments: [true, false])
    func `a run that cannot begin its work while the catalog is down is recorded later`(
        isOpened: Bool
    ) async throws {
        let bench = Bench()
        if isOpened {
            bench.store.fail(.open, with: Self.broken)
        } else {
            bench.liveness.fail(.holdJob, with: Self.broken)
        }
        await bench.book.twin.fail(with: WatchedBook.down)
        let trigger = Trigger.slot(key, bench.clock.now)
        #expect(try await bench.launch(trigger: trigger).state == .ended(.failed))
        await bench.book.twin.fail(with: nil)
        await bench.journaled.settle()
        #expect(try await bench.rows.first { $0.trigger == trigger }?.summary == "it is broken")
    }
}

extension RunState: Hashable {
    package func hash(into hasher: inout Hasher) {
        switch self {
        case .waiting: hasher.combine("waiting")
        case .running: hasher.combine("running")
        case .ended(let outcome): hasher.combine(outcome)
        }
    }
}
