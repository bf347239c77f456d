import Databases
import Engine
import Jobs
import Policy
import Postgres
import TestKit
import Testing

@Suite(.serialized, .timeLimit(.minutes(10))) struct `A plan of a real database` {
    /// A table's own parameter brings its freeze forward, on a server whose own would not.
    @Test(arguments: await TemporaryServer.versions())
    func `plans a freeze by a table's own autovacuum_freeze_max_age`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.table("ordinary", rows: 10)
        try await bed.table("early", rows: 10)
        try await bed.table("stored", rows: 10)
        try await bed.run(
            "ALTER TABLE early SET (autovacuum_freeze_max_age = 100000)",
            "ALTER TABLE stored SET (toast.autovacuum_freeze_max_age = 100000)")
        try await bed.burn(51_000)
        let facts = try await bed.facts()
        let frozen = MaintenancePlan.make(facts: facts).actions.filter { $0.kind == .freeze }
        #expect(Set(frozen.map(\.table.name)) == ["early", "stored"], "\(frozen)")
        #expect(frozen.first { $0.table.name == "stored" }?.object.schema == "pg_toast")
        #expect(
            frozen.first { $0.table.name == "early" }?.reason.hasSuffix(
                "above 50,000, 50 % of its own autovacuum_freeze_max_age") == true, "\(frozen)")
        try await bed.close()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `finds nothing to do in databases that nobody has used`(version: Int) async throws {
        let server = try await TemporaryServer.start(version: version)
        let root = try await Connection.open(server.connectionInfo().options())
        try await root.query("CREATE DATABASE fresh")
        await root.close()
        let target = Target(name: "shop", connection: server.connectionInfo(), origin: "test")
        for database in ["fresh", "postgres"] {
            let facts = try await MaintenanceServer().facts(of: target, database: database)
            let plan = MaintenancePlan.make(facts: facts)
            #expect(plan == MaintenancePlan(), "\(database): \(plan)")
            #expect(facts.relation("sql_features")?.kind == .systemCatalog)
        }
        try await server.cluster.stop()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `knows that the server has lost its counters`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.table(rows: 20_000, dead: 15_000)
        try await bed.run("ANALYZE t")
        let before = MaintenancePlan.make(facts: try await bed.facts())
        #expect(!before.notices.contains { $0.contains("counters") }, "\(before)")
        #expect(before.actions.filter { $0.object.name == "t" }.map(\.kind) == [.vacuum], "\(before)")
        // A crash leaves them so; the dead rows are still there.
        try await bed.run("SELECT pg_stat_reset()")
        let facts = try #require(
            try await Fact.value {
                let facts = try await bed.facts()
                return facts.relation("t")?.deadRows == 0 ? facts : nil
            })
        let plan = MaintenancePlan.make(facts: facts)
        #expect(plan.notices.first?.hasPrefix("the server has lost its counters") == true, "\(plan)")
        #expect(plan.actions.filter { $0.object.name == "t" }.map(\.kind) == [.vacuum, .analyze], "\(plan)")
        try await bed.close()
    }
}
