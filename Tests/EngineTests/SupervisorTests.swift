import Faults
import FoundationEssentials
import Jobs
import Policy
import TestKit
import Testing

@testable import Engine

@Suite(.timeLimit(.minutes(2))) struct `Launching runs` {
    private static let broken = AnyFault(code: "test.broken", summary: "it is broken", remedy: "Mend it.")
    private let key = ScheduleKey(job: "nightly", zone: "UTC", pattern: "30 0 * * *")

    @Test func `a second run of the same job is skipped and says so`() async throws {
        let bench = Bench()
        bench.programs.queue("pg_dump", .init(hangs: true))
        let first = try await bench.launch(once: { bench.tools.running == 1 }) {
            guard case .skipped(let run) = try await bench.supervisor.launch(Schedules.job(), trigger: .hand)
            else {
                Issue.record("it was not skipped")
                return
            }
            #expect(run.state == .ended(.skipped))
            #expect(
                run.summary
                    == "run \(ManualClock.id(1).uuidString.lowercased()) of this job is still under way")
            #expect(bench.liveness.runs == [ManualClock.id(1)])
            let other = try await bench.supervisor.launch(Schedules.job("other"), trigger: .hand)
            guard case .ended(let done, _) = other else { throw Bench.Surprise.slotTaken }
            #expect(done.state == .ended(.succeeded))
            await bench.supervisor.stopAll(.cancelled)
        }
        #expect(first.state == .ended(.cancelled))
        #expect(
            Set(try await bench.rows.map(\.state)) == [
                .ended(.skipped), .ended(.succeeded), .ended(.cancelled),
            ])
    }

    @Test func `the next run of a job may begin as soon as one has ended`() async throws {
        let bench = Bench()
        for _ in 0..<20 {
            #expect(try await bench.launch().state == .ended(.succeeded))
            bench.clock.advance(by: .seconds(1))
        }
    }

    @Test func `a slot that another process has is left to it`() async throws {
        let bench = Bench()
        let trigger = Trigger.slot(key, bench.clock.now)
        _ = try await bench.launch(trigger: trigger)
        let calls = bench.tools.calls.count
        guard case .slotTaken = try await bench.second().launch(Schedules.job(), trigger: trigger) else {
            Issue.record("it ran twice")
            return
        }
        #expect(bench.tools.calls.count == calls)
        #expect(bench.liveness.runs.isEmpty)
        #expect(bench.liveness.jobs.isEmpty)
    }

    @Test func `of two processes with one slot exactly one runs it`() async throws {
        for _ in 0..<50 {
            let bench = Bench()
            let trigger = Trigger.slot(key, bench.clock.now)
            let other = bench.second()
            async let first = bench.supervisor.launch(Schedules.job(), trigger: trigger)
            async let second = other.launch(Schedules.job(), trigger: trigger)
            let launches = [try await first, try await second]
            #expect(launches.filter { if case .slotTaken = $0 { true } else { false } }.count == 1)
            #expect(try await bench.rows.map(\.state) == [.ended(.succeeded)])
        }
    }

    @Test func `an unknown store is a fault before anything is written`() async throws {
        let bench = Bench()
        await #expect(throws: EngineFault.storeUnknown("cellar").plain) {
            try await bench.launch(Schedules.job(spec: BackupSpec(store: "cellar")))
        }
        #expect(try await bench.rows.isEmpty)
        #expect(bench.liveness.runs.isEmpty)
    }

    @Test(arguments: [["other", "third*"], nil])
    func `no target is a fault before anything is written`(targets: [String]?) async throws {
        let bench = Bench()
        var settings = bench.settings
        if targets == nil { settings.targets = [] }
        let supervisor = Supervisor(
            settings: settings,
            ports: .init(
                book: bench.journaled, server: bench.server, tools: bench.tools,
                stores: ["local": bench.store],
                verifier: bench.verifier, liveness: bench.liveness, ambient: bench.clock.ambient(),
                zoneOffset: { _ in 0 }), observer: NoObserver())
        await #expect(throws: EngineFault.targetUnknown(targets == nil ? "*" : "other, third*").plain) {
            try await supervisor.launch(Schedules.job(targets: targets), trigger: .hand)
        }
        #expect(try await bench.rows.isEmpty)
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
        let skipped = try await bench.launch(trigger: .slot(key, bench.clock.now))
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
        try await bench.supervisor.record(.missed, Schedules.job(), trigger: .hand, reason: "later")
        #expect(try await bench.rows.first { $0.trigger == trigger }?.summary == "it is broken")
    }

    @Test func `what becomes of a slot that does not run is a row of its own`() async throws {
        let bench = Bench()
        let trigger = Trigger.slot(key, bench.clock.now)
        try await bench.supervisor.record(.missed, Schedules.job(), trigger: trigger, reason: "too late")
        try await bench.supervisor.record(.skipped, Schedules.job(), trigger: trigger, reason: "not twice")
        let row = try #require(try await bench.rows.first)
        #expect(try await bench.rows.count == 1)
        #expect(row.state == .ended(.missed))
        #expect(row.summary == "too late")
        #expect(row.endedAt == row.startedAt)
        #expect(bench.diary.lines("note:") == ["note: nightly ended: too late"])
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
