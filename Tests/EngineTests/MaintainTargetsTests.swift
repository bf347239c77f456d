import Faults
import Jobs
import TestKit
import Testing

@testable import Engine

@Suite(.timeLimit(.minutes(2))) struct `Databases that maintenance is to choose` {
    /// Two targets, of which the second has one database more.
    private func bench() -> MaintainBench {
        let bench = MaintainBench(databases: ["shop"], targets: ["main", "other"])
        bench.server.put(MemoryServer.server(databases: ["shop", "extra"]), of: "other")
        bench.maintenance.put(MaintainBench.facts("extra"), of: "other")
        return bench
    }

    @Test func `do not keep others from their turn when one was renamed`() async throws {
        let bench = MaintainBench(databases: ["shop"])
        let run = await bench.perform(MaintainBench.job(MaintainSpec(databases: ["gone", "shop"])))
        #expect(run.state == .ended(.couldNotVerify))
        #expect(run.summary.hasSuffix("target 'main' has no database 'gone'; 3 done"))
        let look = try await bench.book.steps(of: run.id).first { $0.database == "gone" }
        #expect(look?.state == .failed && look?.fault?.code == "backup.database-missing")
    }

    @Test func `are missed on one target and maintained on the other`() async throws {
        let bench = bench()
        let run = await bench.perform(MaintainBench.job(MaintainSpec(databases: ["extra"])))
        #expect(run.state == .ended(.couldNotVerify))
        #expect(run.summary.hasSuffix("target 'main' has no database 'extra'; 3 done"))
        #expect(bench.maintenance.calls.first == "look extra")
    }

    @Test func `are none on one target, and the other has its turn`() async throws {
        let bench = bench()
        let run = await bench.perform(MaintainBench.job(MaintainSpec(databases: ["ext*"])))
        #expect(run.state == .ended(.couldNotVerify))
        #expect(run.summary.hasSuffix("no database of target 'main' is chosen; 3 done"))
    }

    @Test func `do not keep statements of the user's own from the others`() async throws {
        let bench = bench()
        let spec = SQLSpec(
            databases: ["extra", "shop"], excludeDatabases: [],
            statements: [SQLSpec.Statement(sql: "REFRESH", timeout: nil, lockTimeout: nil, repetition: nil)],
            keepsGoing: false)
        var job = MaintainBench.job()
        job.work = .sql(spec)
        let run = await bench.perform(job)
        #expect(run.state == .ended(.failed))
        #expect(
            bench.maintenance.calls.sorted() == [
                "sql extra: REFRESH", "sql shop: REFRESH", "sql shop: REFRESH",
            ])
    }

    @Test func `are told one by one in a plan`() async throws {
        let bench = MaintainBench(databases: ["shop"])
        let target = Target(
            name: "main", connection: ConnectionInfo(parameters: []), origin: "test")
        let looks = try await MaintenanceLook.takeAll(
            of: target, spec: MaintainSpec(databases: ["gone", "shop"]), left: nil, server: bench.server,
            port: bench.maintenance, book: bench.journaled)
        let found = looks.map { look in
            switch look.look {
            case .success: "\(look.item): looked at"
            case .failure(let fault): "\(look.item): \(fault.code)"
            }
        }
        #expect(found == ["main/shop: looked at", "main/gone: backup.database-missing"])
    }
}
