import ArchiveFormat
import Databases
import Engine
import FoundationEssentials
import Jobs
import Measures
import Postgres
import TestKit
import Testing

@Suite(.enabled(if: SecondProcess.part == nil)) struct `A drill` {
    private static func databases(_ server: TemporaryServer) async throws -> [String] {
        let connection = try await Connection.open(server.connectionInfo().options())
        let names = try await connection.query(
            "SELECT datname AS name FROM pg_catalog.pg_database ORDER BY datname"
        ).texts("name")
        await connection.close()
        return names
    }

    private static func make(_ statements: [String], on server: TemporaryServer) async throws {
        let connection = try await Connection.open(server.connectionInfo().options())
        for statement in statements { try await connection.query(statement) }
        await connection.close()
    }

    @Test func `on a target's server has a database of its own, and drops it and what dead ones left`()
        async throws
    {
        let server = try await TemporaryServer.start(version: 15)
        let there = Target(name: "lab", connection: server.connectionInfo(), origin: "a test")
        let before = try await Self.databases(server)
        let saved = try await SavedDatabase.small(15)
        let bench = await saved.bench(targets: [there])
        // Without its roles nothing of the owners and rights can be as it was.
        let without = try await bench.drill(
            DrillSpec(databases: ["small"], location: .target("lab")))
        #expect(without.reports.map(\.verdict) == [.broken], "\(without)")
        #expect(without.broken.contains { $0.contains("App Owner") }, "\(without)")
        #expect(try await Self.databases(server) == before.sorted())
        let dead = "pgvigil_drill_\(without.run.id.uuidString.lowercased().prefix(8))_7"
        // What another catalog's drill made may be in use.
        let strange = ["pgvigil_drill_0badcafe_1", "pgvigil_drills"]
        try await Self.make(([dead] + strange).map { "CREATE DATABASE \($0)" }, on: server)
        let connection = try await Connection.open(server.connectionInfo().options())
        try await connection.run(script: try Sources.text("roles.sql"))
        await connection.close()
        let drilled = try await bench.drill(
            DrillSpec(databases: ["small"], location: .target("lab")))
        #expect(drilled.outcome == .succeeded, "\(drilled)")
        #expect(drilled.reports.map(\.server.target) == ["lab"])
        #expect(drilled.lines(.note).contains { $0.contains("the server has its own") })
        #expect(try await Self.databases(server) == (before + strange).sorted())
        try await server.cluster.stop()
    }

    @Test func `asks the user's questions, each of which is met, not met or could not be asked`() async throws
    {
        let saved = try await SavedDatabase.small(15)
        func ask(_ sql: String, _ expectation: Assertion.Expectation) async throws -> Drilled {
            try await saved.bench().drill(
                DrillSpec(
                    databases: ["small"], proof: .rows, amcheck: false,
                    assertions: [
                        Assertion(sql: "SELECT 1 FROM customer", expectation: .rows(.equal, 1_000)),
                        Assertion(sql: sql, name: "asked", expectation: expectation),
                        Assertion(sql: "SELECT nonsense", database: "other", expectation: .rows(.equal, 1)),
                    ]))
        }
        let met = try await ask("SELECT name FROM customer WHERE id = 7", .value(.equal, "customer 7"))
        #expect(met.reports.map(\.verdict) == [.proven], "\(met)")
        #expect(met.lines(.ok).count { $0.hasPrefix("assertion: ") } == 2)
        let young = try await ask("SELECT max(born) FROM client", .maxAge(.seconds(86_400 * 36_500)))
        #expect(young.reports.map(\.verdict) == [.proven], "\(young)")
        let old = try await ask("SELECT max(born) FROM client", .maxAge(.seconds(93_600)))
        #expect(old.reports.map(\.verdict) == [.broken], "\(old)")
        #expect(old.broken.count == 1 && old.broken[0].hasPrefix("assertion: asked"), "\(old)")
        let unmet = try await ask("SELECT * FROM customer WHERE false", .rows(.greater, 0))
        #expect(unmet.broken == ["assertion: asked: expected rows > 0, found 0 rows"], "\(unmet)")
        let wrong = try await ask("SELECT nothing FROM customer", .rows(.greater, 0))
        #expect(
            wrong.outcome == .couldNotVerify && wrong.reports.map(\.verdict) == [.couldNotVerify], "\(wrong)")
        #expect(wrong.lines(.unknown).contains { $0.contains("nothing") }, "\(wrong)")
        let writing = try await ask("DELETE FROM customer RETURNING 1", .rows(.greater, 0))
        #expect(writing.reports.map(\.verdict) == [.couldNotVerify], "\(writing)")
    }

    @Test func `goes through all sets by turns`() async throws {
        let saved = try await SavedDatabase.small(15)
        let (bench, _) = try await saved.copied("void")
        for database in ["void", "bare", "void"] {
            try await Fact.nextSecond()
            let run = try await bench.run(.backup(BackupSpec(databases: [database])))
            #expect(run.state == .ended(.succeeded))
        }
        let spec = DrillSpec(backup: .rotate(share: 1, of: 2), proof: .rows, amcheck: false)
        let first = try await bench.drill(spec)
        #expect(first.reports.map(\.verdict) == [.proven, .proven], "\(first)")
        #expect(try await bench.sets().count { $0.manifest.proof != nil } == 2)
        let second = try await bench.drill(spec)
        #expect(second.reports.count == 2)
        #expect(try await bench.sets().allSatisfy { $0.manifest.proof?.verdict == .proven })
        #expect(Set((first.reports + second.reports).map(\.backup.id)).count == 4)
    }

    @Test func `counts only the rows of tables that are larger than its rule says`() async throws {
        let saved = try await SavedDatabase.small(15)
        let spec = DrillSpec(databases: ["small"], contentMax: ByteCount(15_000))
        let drilled = try await saved.bench().drill(spec)
        #expect(drilled.reports.map(\.verdict) == [.proven], "\(drilled)")
        let left = drilled.lines(.note).filter { $0.hasPrefix("content: ") }
        #expect(left.count { $0.contains("only counted, for it has more than") } == 1, "\(left)")
        #expect(left.count { $0.contains("read in its turn") } == 1, "\(left)")
        // One of the two is read, which one depends on the day.
        let planted = try await saved.bench(
            plant: Plant(statements: [
                "UPDATE public.customer SET born = born + 1 WHERE id = 500",
                "UPDATE public.client SET born = born + 1 WHERE id = 5500",
            ])
        ).drill(spec)
        #expect(planted.broken.count { $0.hasPrefix("content: public.c") } == 1, "\(planted)")
        let fewer = try await saved.bench(
            plant: Plant(statements: ["DELETE FROM public.customer WHERE id = 500"])
        ).drill(spec)
        #expect(fewer.reports.map(\.verdict) == [.broken], "\(fewer)")
    }

    @Test func `of an old server's backup on a newer one proves it, and notes what it could not compare`()
        async throws
    {
        let newest = try #require(await TemporaryServer.versions().last)
        let (bench, _) = try await SavedDatabase.small(15).copied("small", versions: [newest])
        let drilled = try await bench.drill()
        #expect(drilled.outcome == .succeeded, "\(drilled)")
        #expect(drilled.reports.first?.server.version.hasPrefix("\(newest)") == true)
        let notes = drilled.lines(.note)
        #expect(notes.contains { $0.hasPrefix("roles: versions") }, "\(notes)")
        #expect(notes.contains { $0.hasPrefix("definition: versions") }, "\(notes)")
    }

    @Test func `of rows that the newer server's build cannot hold decides nothing, and names them`()
        async throws
    {
        // 18 is built without libxml here.
        let saved = try await SavedDatabase.nasty(15)
        let bench = await saved.bench(versions: [18])
        let first = try #require(try await bench.sets().first)
        let drilled = try await bench.drill(DrillSpec(backup: .id(first.manifest.id.uuidString)))
        #expect(drilled.reports.map(\.verdict) == [.couldNotVerify], "\(drilled)")
        #expect(drilled.run.summary.contains("documents: unsupported XML feature"), "\(drilled)")
    }
}
