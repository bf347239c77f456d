import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy
import TestKit
import Testing

@testable import Engine

@Suite(.timeLimit(.minutes(2))) struct `A job of the user's own statements` {
    private func job(
        _ statements: [SQLSpec.Statement], keepsGoing: Bool = false, databases: [String] = ["shop"],
        attempts: Int = 1
    ) -> Job {
        Job(
            name: "purge", targets: nil,
            work: .sql(SQLSpec(databases: databases, statements: statements, keepsGoing: keepsGoing)),
            timeout: .seconds(3_600), retry: RetryPolicy(attemptsMax: attempts),
            place: Place(file: "jobs/purge.yaml"))
    }

    private func tag(_ tag: String, _ rows: Int64? = nil, _ warnings: String...) -> Result<
        StatementEffect, AnyFault
    > {
        .success(StatementEffect(tag: tag, rows: rows, warnings: warnings, took: .seconds(1)))
    }

    @Test func `sends each by itself in each database, in their order`() async throws {
        let bench = MaintainBench(databases: ["a", "b"])
        bench.maintenance.answer("CREATE INDEX", tag("CREATE INDEX"), tag("CREATE INDEX", nil, "it is there"))
        let run = await bench.perform(job([.init(sql: "CREATE INDEX"), .init(sql: "X")], databases: ["*"]))
        #expect(run.state == .ended(.succeeded) && run.summary == "4 statements done")
        #expect(
            bench.maintenance.calls == [
                "sql a: CREATE INDEX", "sql a: X", "sql b: CREATE INDEX", "sql b: X",
            ])
        #expect(
            try await bench.steps() == [
                "1.1 choose - done: 2 statements in main/a, main/b",
                "1.2 statement a done: 1: CREATE INDEX", "1.3 statement a done: 2: DELETE 0",
                "1.4 statement b done: 1: CREATE INDEX; the server warns: it is there",
                "1.5 statement b done: 2: DELETE 0",
            ])
    }

    @Test func `is repeated until no row is left, with pauses`() async throws {
        let bench = MaintainBench()
        bench.maintenance.answer("D", tag("DELETE 500", 500), tag("DELETE 500", 500), tag("DELETE 20", 20))
        async let run = bench.perform(job([.init(sql: "D", repetition: .init(pause: .seconds(5)))]))
        let pushing = Task {
            while !Task.isCancelled {
                // The run's own limit sleeps as well.
                if bench.clock.sleepers.contains(where: { $0 <= .seconds(5) }) {
                    bench.clock.advance(by: .seconds(5))
                }
                await Task.yield()
            }
        }
        #expect(await run.state == .ended(.succeeded))
        pushing.cancel()
        #expect(bench.maintenance.calls.count == 4)
        #expect(try await bench.steps().last == "1.2 statement shop done: 1: DELETE, 1,020 rows in 4 times")
    }

    @Test func `is repeated so often at most`() async throws {
        let bench = MaintainBench()
        bench.maintenance.answer("D", tag("DELETE 5", 5), tag("DELETE 5", 5))
        let statement = SQLSpec.Statement(sql: "D", repetition: .init(pause: .zero, timesMax: 2))
        #expect(await bench.perform(job([statement])).state == .ended(.succeeded))
        #expect(
            try await bench.steps().last
                == "1.2 statement shop done: 1: DELETE, 10 rows in 2 times; there is more to do, which is left for the next run"
        )
    }

    @Test(arguments: [false, true])
    func `that fails keeps those after it from being sent, or not`(keepsGoing: Bool) async throws {
        let bench = MaintainBench(databases: ["a", "b"])
        let fault = AnyFault(code: "statement.syntax", summary: "syntax error", remedy: "Correct it.")
        bench.maintenance.answer("1", .failure(fault))
        let run = await bench.perform(
            job([.init(sql: "1"), .init(sql: "2")], keepsGoing: keepsGoing, databases: ["*"]))
        #expect(run.state == .ended(.failed))
        #expect(run.summary.hasSuffix("not done: statement 1 in main/a: syntax error"))
        #expect(
            bench.maintenance.calls
                == (keepsGoing
                    ? ["sql a: 1", "sql a: 2", "sql b: 1", "sql b: 2"]
                    : ["sql a: 1", "sql b: 1", "sql b: 2"]))
        let codes = try await bench.book.steps(of: run.id).compactMap { $0.fault?.code }
        #expect(
            codes == (keepsGoing ? ["sql.statement-failed"] : ["sql.statement-failed", "sql.not-reached"]))
    }

    @Test func `that may pass is tried again, and so are those after it, and no other`() async throws {
        let bench = MaintainBench()
        bench.maintenance.answer("2", .failure(MemoryServer.unreachable("shop")))
        async let run = bench.perform(
            job([.init(sql: "1"), .init(sql: "2"), .init(sql: "3")], attempts: 2))
        #expect(
            try await Fact.comes {
                bench.diary.lines("note: waiting").count > 0 && bench.clock.sleepers.count > 1
            })
        bench.clock.advance(by: .seconds(1_800))
        #expect(await run.state == .ended(.succeeded))
        #expect(bench.maintenance.calls == ["1", "2", "2", "3"].map { "sql shop: \($0)" })
    }

    @Test func `is cancelled when the run is stopped`() async throws {
        let bench = MaintainBench()
        let supervisor = bench.supervisor()
        bench.maintenance.hold("D")
        async let run = bench.perform(job([.init(sql: "D"), .init(sql: "E")]), with: supervisor)
        #expect(try await Fact.comes { bench.maintenance.underWay.contains("D") })
        await supervisor.stop(ManualClock.id(500), .cancelled)
        #expect(await run.state == .ended(.cancelled))
        #expect(bench.maintenance.calls == ["sql shop: D"])
    }
}
