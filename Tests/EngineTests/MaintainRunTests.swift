import Cron
import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy
import TestKit
import Testing

@testable import Engine

@Suite(.timeLimit(.minutes(2))) struct `A run of maintenance` {
    private let shop = BackupItem(target: "main", database: "shop")

    @Test func `looks, does what is needed, and writes down what became of each object`() async throws {
        let bench = MaintainBench()
        let run = await bench.perform(MaintainBench.job())
        #expect(run.state == .ended(.succeeded) && run.summary == "3 done")
        #expect(bench.maintenance.calls.first == "look shop" && bench.maintenance.mostAtOnce == 1)
        let actions = try await bench.book.maintenance(of: run.id)
        #expect(Set(actions.map(\.kind)) == [.vacuum, .analyze, .reindex])
        #expect(actions.map(\.ordinal) == [1, 2, 3])
        for action in actions {
            #expect(action.state == .done && !action.reason.isEmpty && action.predicted != nil)
            #expect(action.took == .seconds(2) && action.detail == "half as large")
            #expect(action.before?.fileNode == 1 && action.after?.fileNode == 2)
        }
        #expect(
            try await bench.steps().map { $0.prefix { $0 != ":" } } == [
                "1.1 choose - done", "1.2 look shop done", "1.3 maintain shop done",
            ])
        #expect(bench.diary.lines("note: main/shop: 0 starving").count == 1)
    }

    @Test func `leaves the server alone between two rebuilds, and ends after the last without a rest`()
        async throws
    {
        let bench = MaintainBench()
        let indexes = [("orders_pkey", 11), ("orders_at", 12)].map { name, oid in
            MaintainBench.index(UInt32(oid), name, of: 1, "orders")
        }
        bench.maintenance.put(MaintainBench.facts(relations: [], indexes: indexes), of: "main")
        async let run = bench.perform(MaintainBench.job())
        // It took two seconds; ten times that would be longer than the longest rest.
        #expect(try await Fact.comes { bench.clock.sleepers.contains(.seconds(10)) })
        #expect(bench.maintenance.calls.count { $0.hasPrefix("reindex") } == 1)
        bench.clock.advance(by: .seconds(10))
        #expect(await run.summary == "2 done")
        #expect(bench.maintenance.calls.count { $0.hasPrefix("reindex") } == 2)
    }

    @Test func `rests after what nothing slows down, by how long that took`() throws {
        func rest(_ kind: MaintenanceClass, _ took: Duration, fit: MaintenanceAction.Fit = .now) -> Duration {
            let name = QualifiedName("public", "orders")
            var action = MaintenanceAction(
                kind: kind, oid: 1, object: name, table: name, reason: "", urgency: 0, size: ByteCount(0))
            action.fit = fit
            var record = MaintenanceRecord(
                action, run: UUID(), attempt: 1, ordinal: 1, shop, at: ManualClock().now)
            record.took = took
            return MaintainRest.after(record, of: action)
        }
        #expect(rest(.reindex, .milliseconds(100)) == .seconds(1))
        #expect(rest(.reindex, .seconds(3600)) == .seconds(10))
        #expect(rest(.reindex, .seconds(1), fit: .emergency) == .zero)
        #expect(rest(.vacuum, .seconds(1)) == .zero)
    }

    @Test func `has nothing to do where nothing needs it`() async throws {
        let bench = MaintainBench()
        bench.maintenance.put(MaintainBench.facts(relations: [], indexes: []), of: "main")
        let run = await bench.perform(MaintainBench.job())
        #expect(run.state == .ended(.succeeded) && run.summary == "nothing to do")
        #expect(try await bench.actions().isEmpty)
    }

    @Test func `goes on when one object fails, and has failed then`() async throws {
        let bench = MaintainBench()
        bench.maintenance.answer(
            "orders",
            MaintenanceEffect(
                .failed, "permission denied by hush-hush",
                fault: AnyFault(code: "statement.denied", summary: "no", remedy: "Grant it.")))
        bench.maintenance.answer("customers", MaintenanceEffect(.noEffect, "it is locked"))
        let run = await bench.perform(MaintainBench.job())
        #expect(run.state == .ended(.failed))
        #expect(
            run.summary
                == "1 done, 1 no effect, 1 failed: vacuum public.orders: permission denied by [secret]"
                || run.summary.hasPrefix("1 done, 1 no effect, 1 failed: vacuum public.orders: permission"))
        #expect(!run.summary.contains("hush-hush"))
        let failed = try await bench.book.maintenance(of: run.id).first { $0.state == .failed }
        #expect(failed?.code == "statement.denied" && failed?.detail.contains("hush") == false)
        let step = try await bench.book.steps(of: run.id).last
        #expect(step?.state == .failed && step?.fault?.code == "maintain.objects-failed")
    }

    @Test func `could not verify anything where a database cannot be looked at, and tries again`()
        async throws
    {
        let bench = MaintainBench(databases: ["a", "b"])
        bench.maintenance.fail(
            BackupItem(target: "main", database: "a"), with: MemoryServer.unreachable("a"))
        let run = await bench.perform(MaintainBench.job())
        #expect(run.state == .ended(.couldNotVerify))
        #expect(run.summary.hasSuffix("a does not answer; 3 done"))
        bench.maintenance.fail(
            BackupItem(target: "main", database: "a"), with: MemoryServer.unreachable("a"))
        async let again = bench.perform(MaintainBench.job(attempts: 2), id: ManualClock.id(501))
        #expect(
            try await Fact.comes {
                // The alarm of the job, and the wait.
                bench.clock.sleepers.count > 1 && bench.diary.lines("note: waiting").count > 0
            })
        bench.clock.advance(by: .seconds(3_600))
        #expect(await again.state == .ended(.succeeded))
        // What was done in the first attempt is not done again.
        #expect(try await bench.actions(of: ManualClock.id(501)).count == 6)
    }

    @Test func `takes the databases that its patterns choose, and names one that is missing`() async throws {
        let bench = MaintainBench(databases: ["a", "b", "c"])
        var spec = MaintainSpec(databases: ["a", "b*", "c"], excludeDatabases: ["c"])
        #expect(await bench.perform(MaintainBench.job(spec)).state == .ended(.succeeded))
        #expect(bench.maintenance.calls.filter { $0.hasPrefix("look") } == ["look a", "look b"])
        spec.databases = ["nowhere"]
        let lost = await bench.perform(MaintainBench.job(spec), id: ManualClock.id(501))
        #expect(lost.state == .ended(.failed) && lost.summary == "target 'main' has no database 'nowhere'")
        spec.databases = ["x*"]
        let none = await bench.perform(MaintainBench.job(spec), id: ManualClock.id(502))
        #expect(none.summary == "no database of target 'main' is chosen")
    }

    @Test func `goes on with the other targets when one cannot be reached`() async throws {
        let bench = MaintainBench(targets: ["main", "other"])
        bench.server.fail("main", with: MemoryServer.unreachable("main"))
        let run = await bench.perform(MaintainBench.job())
        #expect(run.state == .ended(.couldNotVerify) && run.summary.hasSuffix("main does not answer; 3 done"))
        bench.server.fail("main", with: MemoryServer.unreachable("main"))
        var one = MaintainBench.job()
        one.targets = ["main"]
        #expect(await bench.perform(one, id: ManualClock.id(501)).summary == "main does not answer")
        one.targets = ["nowhere"]
        #expect(await bench.perform(one, id: ManualClock.id(502)).state == .ended(.failed))
    }

    @Test func `does nothing on a standby`() async throws {
        let bench = MaintainBench()
        bench.maintenance.put(MaintainBench.facts(isInRecovery: true), of: "main")
        let run = await bench.perform(MaintainBench.job())
        #expect(run.state == .ended(.failed) && run.summary.contains("standby"))
        #expect(try await bench.book.steps(of: run.id).last?.fault?.code == "maintain.refused")
        #expect(bench.maintenance.calls == ["look shop"])
    }

    @Test func `writes down a rebuild before it begins, and does none that it cannot write down`()
        async throws
    {
        let bench = MaintainBench()
        bench.maintenance.hold("orders_pkey")
        async let run = bench.perform(MaintainBench.job())
        #expect(try await Fact.comes { bench.maintenance.underWay.contains("orders_pkey") })
        let begun = try await bench.book.maintenance(of: ManualClock.id(500))
        #expect(begun.contains { $0.kind == .reindex && $0.state == .running && $0.endedAt == nil })
        bench.maintenance.letGo("orders_pkey")
        #expect(await run.summary == "3 done")

        await bench.book.fail(with: MemoryServer.unreachable("the catalog"))
        bench.journal.fail(with: MemoryServer.unreachable("the disk"))
        let blind = await bench.perform(MaintainBench.job(), id: ManualClock.id(501))
        #expect(blind.summary == "2 done, 1 skipped")
        #expect(!bench.maintenance.calls.suffix(3).contains("reindex orders_pkey"))
    }

    @Test func `goes on without the catalog, and tells it later, once`() async throws {
        let bench = MaintainBench()
        await bench.book.fail(with: MemoryServer.unreachable("the catalog"))
        let run = await bench.perform(MaintainBench.job())
        #expect(run.summary == "3 done")
        var view = JournalView()
        view.add(try await bench.journal.contents().entries)
        #expect(view.maintenance.map(\.state) == [.done, .done, .done])
        #expect(view.maintenance([], of: run.id).count == 3)
        await bench.book.fail(with: nil)
        #expect(await bench.journaled.settle() == nil)
        let told = try await bench.book.maintenance(of: run.id)
        #expect(told.map(\.state) == [.done, .done, .done])
        #expect(view.maintenance(told, of: run.id) == told)
        #expect(bench.diary.lines.contains { $0.contains("nothing is known of earlier nights") })
    }

    @Test func `does several at a time on different tables`() async throws {
        let bench = MaintainBench()
        for name in ["orders", "customers", "orders_pkey"] { bench.maintenance.hold(name) }
        async let run = bench.perform(MaintainBench.job(MaintainSpec(workers: 3)))
        #expect(try await Fact.comes { bench.maintenance.underWay.count == 2 })
        for name in ["orders", "customers", "orders_pkey"] { bench.maintenance.letGo(name) }
        #expect(await run.summary == "3 done")
        #expect(bench.maintenance.mostAtOnce == 2, "the index belongs to one of the tables")
    }

    @Test(arguments: [StopReason.cancelled, .timedOut, .leaseLost(because: "taken over")])
    func `that is stopped cancels its statement and leaves the rest`(reason: StopReason) async throws {
        let bench = MaintainBench()
        let supervisor = bench.supervisor()
        for name in ["orders", "customers", "orders_pkey"] { bench.maintenance.hold(name) }
        async let run = bench.perform(MaintainBench.job(), with: supervisor)
        #expect(try await Fact.comes { !bench.maintenance.underWay.isEmpty })
        await supervisor.stop(ManualClock.id(500), reason)
        let ended = await run
        #expect(ended.state == .ended(reason == .timedOut ? .timedOut : .cancelled))
        #expect(ended.summary.hasSuffix("2 skipped, 1 cancelled"))
        let actions = try await bench.book.maintenance(of: ended.id)
        #expect(Set(actions.filter { $0.state == .skipped }.map(\.detail)) == ["the run was stopped"])
    }
}
