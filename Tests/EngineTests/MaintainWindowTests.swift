import Cron
import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy
import TestKit
import Testing

@testable import Engine

/// The clock of a bench begins at 00:30 UTC.
@Suite(.timeLimit(.minutes(2))) struct `Maintenance in a window` {
    private static let key = ScheduleKey(job: "tidy", zone: "UTC", pattern: "30 0 * * *")

    private func schedule(_ job: Job, until: String = "03:00", guards: [GuardRule] = []) throws -> Schedule {
        Schedule(
            key: Self.key, pattern: try CronPattern.parse("30 0 * * *"), zone: .utc, job: job,
            window: Schedule.NamedWindow(
                name: "nights",
                window: Window(openings: [try .parse("00:00-\(until)")], guards: guards), zone: .utc),
            place: Place(file: "cron/nights.cron", line: 1))
    }

    private func run(
        _ bench: MaintainBench, _ job: Job = MaintainBench.job(), until: String = "03:00",
        guards: [GuardRule] = [], beside: [Schedule] = []
    ) async throws -> RunRecord {
        let supervisor = bench.supervisor(
            [try schedule(job, until: until, guards: guards)] + beside)
        return await bench.perform(job, trigger: .slot(Self.key, bench.clock.now), with: supervisor)
    }

    @Test func `does what fits, the most urgent first, and leaves the rest for another night`() async throws {
        let bench = MaintainBench()
        bench.maintenance.put(
            MaintainBench.facts(
                relations: [
                    MaintainBench.bloated(1, "orders"), MaintainBench.bloated(2, "huge", megabytes: 400_000),
                ],
                indexes: []), of: "main")
        let run = try await run(bench, until: "01:00")
        #expect(run.state == .ended(.succeeded) && run.summary == "1 done, 1 waits")
        let waits = try await bench.book.maintenance(of: run.id).first { $0.state == .waits }
        #expect(waits?.object.name == "huge" && waits?.detail.isEmpty == false && waits?.endedAt != nil)
    }

    @Test func `finds nothing to do in a database that it comes to after the window has closed`() async throws
    {
        let bench = MaintainBench(databases: ["a", "b"])
        for name in ["orders", "customers"] { bench.maintenance.hold(name) }
        async let night = run(bench, until: "01:00")
        #expect(try await Fact.comes { !bench.maintenance.underWay.isEmpty })
        bench.clock.advance(by: .seconds(31 * 60))
        #expect(try await night.state == .ended(.succeeded))
        let look = try await bench.book.steps(of: ManualClock.id(500)).last { $0.name == .look }
        #expect(look?.database == "b" && look?.detail.hasPrefix("nothing to do, 3 wait") == true)
        let left = try await bench.book.maintenance(of: ManualClock.id(500)).filter { $0.database == "b" }
        #expect(left.count == 3 && left.allSatisfy { $0.state == .waits })
    }

    @Test func `cancels what is under way when the window closes, and has succeeded`() async throws {
        let bench = MaintainBench()
        bench.maintenance.hold("orders")
        async let night = run(bench, until: "01:00")
        #expect(try await Fact.comes { bench.maintenance.underWay.contains("orders") })
        bench.clock.advance(by: .seconds(31 * 60))
        let run = try await night
        #expect(run.state == .ended(.succeeded))
        let actions = try await bench.book.maintenance(of: run.id)
        let cancelled = actions.first { $0.state == .cancelled }
        #expect(cancelled?.object.name == "orders" && cancelled?.detail == "window 'nights' is closed")
        #expect(actions.contains { $0.state == .waits && $0.detail == "window 'nights' is closed" })
    }

    @Test func `goes on with an emergency after the window has closed`() async throws {
        let bench = MaintainBench()
        bench.maintenance.put(
            MaintainBench.facts(
                relations: [
                    MaintainBench.old(1, "ledger"), MaintainBench.old(2, "journal"),
                    MaintainBench.bloated(3, "orders"),
                ],
                indexes: []), of: "main")
        bench.maintenance.hold("ledger")
        bench.maintenance.hold("journal")
        async let night = run(bench, until: "01:00")
        #expect(try await Fact.comes { !bench.maintenance.underWay.isEmpty })
        bench.clock.advance(by: .seconds(31 * 60))
        bench.maintenance.letGo("ledger")
        bench.maintenance.letGo("journal")
        let run = try await night
        #expect(run.summary == "2 done, 1 waits")
        let frozen = try await bench.book.maintenance(of: run.id).filter { $0.kind == .freeze }
        #expect(frozen.count == 2 && frozen.allSatisfy { $0.isEmergency && $0.state == .done })
    }

    @Test func `is not stopped from outside at the end of its window or by its guards`() throws {
        #expect(MaintainBench.job().fillsWindow && !Schedules.job().fillsWindow)
        #expect(MaintainBench.job().expectation(.seconds(7_200)) == .seconds(60))
        #expect(Schedules.job().expectation(.seconds(7_200)) == .seconds(7_200))
    }

    @Test func `waits while a guard refuses, and gives up after a while`() async throws {
        let bench = MaintainBench()
        bench.guards.put(.activeSessions, of: "main", 80)
        let rules = [GuardRule(kind: .activeSessions, limit: 50)]
        async let night = run(bench, guards: rules)
        #expect(try await Fact.comes { !bench.clock.sleepers.isEmpty && !bench.guards.reads.isEmpty })
        bench.guards.put(.activeSessions, of: "main", 10)
        bench.clock.advance(by: AttemptAdmission.guardPause)
        #expect(try await night.summary == "3 done")

        bench.guards.put(.activeSessions, of: "main", 80)
        let second = MaintainBench()
        second.guards.put(.activeSessions, of: "main", 80)
        async let other = run(second, guards: rules)
        let pushing = Task {
            while !Task.isCancelled {
                if !second.clock.sleepers.isEmpty { second.clock.advance(by: AttemptAdmission.guardPause) }
                await Task.yield()
            }
        }
        let given = try await other
        pushing.cancel()
        #expect(given.state == .ended(.succeeded) && given.summary == "3 wait")
        let details = Set(try await second.book.maintenance(of: given.id).map(\.detail))
        #expect(details == ["active_sessions of target 'main' is 80, and 50 are allowed"])
    }

    @Test func `cancels its statement when a guard trips`() async throws {
        let bench = MaintainBench()
        bench.maintenance.hold("orders")
        let rules = [GuardRule(kind: .activeSessions, limit: 50)]
        async let night = run(bench, guards: rules)
        #expect(try await Fact.comes { bench.maintenance.underWay.contains("orders") })
        bench.guards.put(.activeSessions, of: "main", 80)
        bench.clock.advance(by: MaintainWatch.lookPause)
        #expect(
            try await Fact.comes {
                try await bench.book.maintenance(of: ManualClock.id(500)).contains { $0.state == .cancelled }
            })
        bench.guards.put(.activeSessions, of: "main", 0)
        bench.clock.advance(by: .seconds(60))
        let run = try await night
        #expect(run.summary.contains("1 cancelled") && run.state == .ended(.succeeded))
    }

    @Test func `does nothing that would still go on when a backup is due`() async throws {
        let bench = MaintainBench()
        bench.maintenance.put(
            MaintainBench.facts(
                relations: [MaintainBench.bloated(1, "orders", megabytes: 40_000)], indexes: []), of: "main")
        let run = try await run(bench, beside: [try Schedules.make("40 0 * * *")])
        #expect(run.summary == "1 waits")
        let other = MaintainBench()
        other.maintenance.put(
            MaintainBench.facts(
                relations: [MaintainBench.bloated(1, "orders", megabytes: 40_000)], indexes: []), of: "main")
        #expect(try await self.run(other, beside: [try Schedules.make("40 3 * * *")]).summary == "1 done")
    }

    @Test func `makes room for a backup that waits for the target`() async throws {
        let bench = MaintainBench()
        bench.maintenance.hold("orders")
        async let night = run(bench)
        #expect(try await Fact.comes { bench.maintenance.underWay.contains("orders") })
        let daemon = DaemonRecord(
            id: ManualClock.id(900), role: .serve, owner: bench.clock.ambient().owner, version: "1",
            startedAt: bench.clock.now)
        let lease = try await bench.book.register(daemon, for: .seconds(3_600), dead: [])
        func queue(_ id: UInt32, _ kind: JobKind) async throws {
            let run = RunRecord(
                id: ManualClock.id(id), job: "j\(id)", kind: kind, trigger: .hand,
                owner: bench.clock.ambient().owner, state: .waiting, startedAt: bench.clock.now, lease: lease)
            _ = try await bench.book.claim([run], marks: [:], lease: lease)
            _ = try await bench.book.take(
                run.id, [Seat(key: "target/main", limit: 1, mode: kind.rawValue)], lease: lease)
        }
        // Somebody has the seat, another maintenance waits, and then a backup.
        try await queue(601, .maintain)
        try await queue(602, .maintain)
        bench.clock.advance(by: MaintainWatch.lookPause)
        await Task.yield()
        #expect(bench.maintenance.underWay.contains("orders"))
        try await queue(603, .backup)
        bench.clock.advance(by: MaintainWatch.lookPause)
        let run = try await night
        #expect(run.state == .ended(.succeeded) && run.summary.contains("1 cancelled"))
        let details = try await bench.book.maintenance(of: run.id).map(\.detail)
        #expect(details.contains("backup 'j603' waits for this target"))
    }

    @Test func `tells of what has waited for too many nights, and that it has had its turn`() async throws {
        let bench = MaintainBench()
        let huge = [MaintainBench.bloated(2, "huge", megabytes: 400_000)]
        bench.maintenance.put(MaintainBench.facts(relations: huge, indexes: []), of: "main")
        for night in 0..<4 {
            var facts = MaintainBench.facts(relations: huge, indexes: [])
            facts.takenAt = bench.clock.now
            bench.maintenance.put(facts, of: "main")
            let supervisor = bench.supervisor([try schedule(MaintainBench.job(), until: "01:00")])
            _ = await bench.perform(
                MaintainBench.job(), trigger: .slot(Self.key, bench.clock.now), with: supervisor,
                id: ManualClock.id(500 + UInt32(night)))
            bench.clock.advance(by: .seconds(86_400))
        }
        #expect(
            bench.diary.lines("note: main/shop:") == [
                "note: main/shop: 0 starving", "note: main/shop: 0 starving", "note: main/shop: 1 starving",
                "note: main/shop: 1 starving",
            ])
    }

    @Test func `that starves is a breach of the database, and over once nothing does`() {
        let item = BackupItem(target: "main", database: "shop")
        func starving(_ name: String) -> MaintenancePlan.Starving {
            .init(kind: .reindex, object: QualifiedName("public", name), nights: 4, reason: "too long")
        }
        let none = MaintenanceStanding(item: item, job: "tidy", starving: []).news
        #expect(none == ObjectiveNews(judged: ["maintenance/main/shop@tidy"], breaches: []))
        let two = MaintenanceStanding(item: item, job: "tidy", starving: [starving("a"), starving("b")]).news
        #expect(two.judged == none.judged && two.breaches.count == 1)
        #expect(
            two.breaches[0].text
                == "main/shop: reindex of public.a has waited for 4 nights (too long), and 1 more")
    }
}
