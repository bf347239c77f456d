import ArchiveFormat
import Faults
import FoundationEssentials
import Jobs
import Measures
import TestKit
import Testing

@testable import Engine

@Suite struct `Restoring a backup` {
    private static let copy = RestoreSpec.Destination(target: "spare", database: "copy")
    private static let shop = RestoreSpec.Destination(target: "spare", database: "shop")
    private static let side = "copy__restoring_00000000"

    private func restore(
        _ bench: DrillBench, _ spec: RestoreSpec, attempts: Int = 1
    ) async -> RunRecord {
        await bench.perform(DrillBench.job(.restore(spec), attempts: attempts))
    }

    private static func spec(
        _ destination: RestoreSpec.Destination = copy, replace: Bool = false,
        _ change: (inout RestoreSpec) -> Void = { _ in }
    ) -> RestoreSpec {
        var spec = RestoreSpec(backup: "latest:main/shop", destination: destination, replace: replace)
        change(&spec)
        return spec
    }

    private func databases(_ bench: DrillBench) -> [String] {
        bench.spare.databases.filter {
            !["postgres", "template0", "template1"].contains($0)
        }
    }

    @Test(arguments: [false, true])
    func `makes it beside, and gives it its name when it is whole and counted`(isPlain: Bool) async throws {
        let bench = DrillBench(isPlain: isPlain)
        try await bench.publish { if isPlain { $0.format = .plain } }
        let run = await restore(bench, Self.spec())
        #expect(run.state == .ended(.succeeded), "\(run.summary) \(bench.diary.lines)")
        #expect(
            try await bench.steps() == [
                "choose done", "check-set done", "server done", "globals done", "create done", "restore done",
                "analyze done", "prove done", "swap done",
            ])
        #expect(databases(bench) == ["copy"])
        let sql = bench.spare.performed.map(\.sql)
        #expect(sql.contains { $0.hasPrefix("CREATE DATABASE \"\(Self.side)\"") })
        #expect(sql.contains("ALTER DATABASE \"\(Self.side)\" RENAME TO \"copy\""))
        #expect(bench.store.incomingFolders == [])
    }

    @Test func `replaces another in one transaction, and keeps it under another name, or drops it`()
        async throws
    {
        for drops in [false, true] {
            let bench = DrillBench()
            try await bench.publish()
            bench.spare.put(DrillBench.database, as: "shop")
            let run = await restore(bench, Self.spec(Self.shop, replace: true) { $0.dropOld = drops })
            #expect(run.state == .ended(.succeeded), "\(run.summary)")
            let together = bench.spare.performed.filter(\.together).map(\.sql)
            #expect(
                together == [
                    "ALTER DATABASE \"shop\" RENAME TO \"shop__before_00000000\"",
                    "ALTER DATABASE \"shop__restoring_00000000\" RENAME TO \"shop\"",
                ])
            #expect(
                databases(bench).sorted() == (drops ? ["shop"] : ["shop", "shop__before_00000000"]))
        }
    }

    /// What keeps a restore from being done, with a part of what it says; nothing is left, and nothing changed.
    private static let obstacles:
        [(says: String, spec: RestoreSpec, plant: @Sendable (DrillBench) async throws -> Void)] = [
            ("there is a database 'copy'", spec(), { $0.spare.put(DrillBench.database, as: "copy") }),
            ("there is no database 'copy' to replace", spec(replace: true), { _ in }),
            ("standby", spec(), { $0.spare.change { $0.inRecovery = true } }),
            ("may not create databases", spec(), { $0.spare.change { $0.mayCreateDatabases = false } }),
            ("extension plpgsql", spec(), { $0.spare.change { $0.extensions = [:] } }),
            ("role", spec(), { $0.spare.change { $0.roles = [] } }),
            ("no target matches", spec(.init(target: "nowhere", database: "copy")), { _ in }),
            ("there is no backup", spec { $0.backup = "latest:main/blog" }, { _ in }),
            ("there is no backup", spec { $0.backup = "ffffffff" }, { _ in }),
            ("is damaged", spec(), { $0.archives.answer(.damaged) }),
            ("could not be read", spec(), { $0.archives.answer(.undecided) }),
            ("holds no 'nowhere'", spec { $0.tables = ["nowhere"] }, { _ in }),
            ("not restored whole", spec(), { $0.queue("pg_restore", .failure("pg_restore: error: no")) }),
            (
                "was ended by signal", spec(),
                {
                    $0.queue("pg_restore", .init(result: ToolResult(end: .signalled(9))))
                }
            ),
            ("vacuumdb", spec(), { $0.queue("vacuumdb", .failure("vacuumdb: error: no")) }),
            ("not restored whole", spec(), { $0.spare.restored.tables["public.customer"] = ["1\tAda"] }),
            ("'copy' has no table at all", spec { $0.dataOnly = true }, { _ in }),
        ]

    @Test(arguments: obstacles.indices)
    func `that cannot be done changes nothing and says why`(_ index: Int) async throws {
        let (says, spec, plant) = Self.obstacles[index]
        let bench = DrillBench()
        try await bench.publish()
        try await plant(bench)
        let before = databases(bench)
        let run = await restore(bench, spec)
        #expect(run.state == .ended(.failed), "\(run.summary)")
        #expect(run.summary.contains(says), "\(run.summary)")
        #expect(databases(bench) == before)
        #expect(bench.store.incomingFolders == [])
    }

    @Test func `names who is in the way of replacing, or ends their sessions if that is asked for`()
        async throws
    {
        let bench = DrillBench()
        try await bench.publish()
        bench.spare.put(DrillBench.database, as: "shop")
        bench.spare.put(
            [ServerSession(pid: 4711, role: "shop", application: "web", address: "")], in: "shop")
        let refused = await restore(bench, Self.spec(Self.shop, replace: true))
        #expect(refused.summary.contains("in use by pid 4711 (shop, web)"), "\(refused.summary)")
        let job = DrillBench.job(.restore(Self.spec(Self.shop, replace: true) { $0.disconnect = true }))
        let done = await bench.perform(job, id: ManualClock.id(501))
        #expect(done.state == .ended(.succeeded), "\(done.summary)")
        #expect(bench.spare.calls.contains { $0.hasPrefix("disconnectOthers") })
    }

    @Test func `keeps what has errors if that is asked for, and is no success`() async throws {
        let bench = DrillBench()
        try await bench.publish()
        bench.queue("pg_restore", .failure("pg_restore: error: could not execute query: ERROR: no"))
        let run = await restore(bench, Self.spec { $0.keepGoing = true })
        #expect(run.state == .ended(.failed), "\(run.summary)")
        #expect(databases(bench) == ["copy"])
    }

    @Test func `brings rows alone, definitions alone, and roles on request`() async throws {
        let bench = DrillBench()
        try await bench.publish()
        var there = DrillBench.database
        there.answers = [:]
        bench.spare.put(DrillBench.database, as: "shop")
        let schema = await restore(bench, Self.spec { $0.schemaOnly = true })
        #expect(schema.state == .ended(.succeeded), "\(schema.summary)")
        bench.spare.change { $0.roles = ["postgres"] }
        let job = DrillBench.job(
            .restore(Self.spec(.init(target: "spare", database: "third")) { $0.globals = true }))
        let roles = await bench.perform(job, id: ManualClock.id(502))
        #expect(bench.spare.performed.contains { $0.sql.contains("CREATE ROLE vigil") }, "\(roles.summary)")
    }

    @Test(arguments: ["server", "restore", "analyze", "prove"])
    func `a stop leaves nothing`(_ step: String) async throws {
        let bench = DrillBench()
        try await bench.publish()
        switch step {
        case "server": bench.spare.holdUp("facts")
        case "restore": bench.queue("pg_restore", .init(hangs: true))
        case "analyze": bench.queue("vacuumdb", .init(hangs: true))
        case _: bench.spare.holdUp("rowCount")
        }
        let run = try await bench.perform(
            DrillBench.job(.restore(Self.spec())), stop: .cancelled,
            once: { [diary = bench.diary] in
                !diary.lines.filter { $0.contains("note: \(step) ") && $0.contains("started") }.isEmpty
            })
        #expect(run.state == .ended(.cancelled), "\(run.summary)")
        #expect(databases(bench).isEmpty && bench.store.incomingFolders == [])
    }
}
