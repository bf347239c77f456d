import Databases
import Engine
import FoundationEssentials
import Jobs
import Measures
import Policy
import Postgres
import TestKit
import Testing

@Suite(.serialized, .timeLimit(.minutes(10))) struct `Maintenance of large servers` {
    /// How many statements a look at the database takes; none of the server's own are in it without autovacuum.
    private func statements(_ server: TemporaryServer, _ database: String) async throws -> Int {
        let root = try await Connection.open(server.connectionInfo().options())
        let count = "SELECT pg_stat_get_db_xact_commit(oid) FROM pg_database WHERE datname = '\(database)'"
        let here = "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(database)'"
        // What a session has done is counted before it is gone from the list.
        #expect(try await Fact.comes { try await root.query(here).firstValue == "0" })
        let before = Int(try await root.query(count).firstValue ?? "") ?? 0
        _ = try await look(server, database)
        #expect(try await Fact.comes { try await root.query(here).firstValue == "0" })
        let after = Int(try await root.query(count).firstValue ?? "") ?? 0
        await root.close()
        return after - before
    }

    private func look(_ server: TemporaryServer, _ database: String) async throws -> MaintenanceFacts {
        let target = Target(name: "shop", connection: server.connectionInfo(), origin: "test")
        return try await MaintenanceServer(pace: MaintenanceBed.pace).facts(of: target, database: database)
    }

    private func fill(_ server: TemporaryServer, _ database: String, tables: Int) async throws {
        let root = try await Connection.open(server.connectionInfo().options())
        try await root.query("CREATE DATABASE \(database)")
        await root.close()
        let admin = try await Connection.open(
            server.connectionInfo(database: database).options(statementLimit: .seconds(300)))
        try await admin.query(
            """
            DO $$ BEGIN
                FOR i IN 1..\(tables) LOOP
                    EXECUTE format('CREATE TABLE t%s (a int, b int, c int)', i);
                    EXECUTE format('CREATE INDEX t%s_a ON t%s (a)', i, i);
                    EXECUTE format('CREATE INDEX t%s_b ON t%s (b)', i, i);
                    EXECUTE format('CREATE INDEX t%s_c ON t%s (c)', i, i);
                    IF i % 1000 = 0 THEN COMMIT; END IF;
                END LOOP;
            END $$
            """)
        for catalog in ["pg_class", "pg_index", "pg_attribute"] {
            try await admin.query("ANALYZE \(catalog)")
        }
        await admin.close()
    }

    /// How long ten thousand take is measured by the benchmark.
    @Test func `two thousand tables and six thousand indexes take no more statements than ten`()
        async throws
    {
        let version = await TemporaryServer.versions().last
        let server = try await TemporaryServer.start(
            version: version, settings: ["autovacuum": "off", "max_locks_per_transaction": "1000"])
        try await fill(server, "small", tables: 10)
        try await fill(server, "large", tables: 2_000)
        let facts = try await look(server, "large")
        let tables = facts.relations.filter { $0.kind == .table }
        #expect(tables.count == 2_000)
        #expect(facts.indexes.filter { $0.name.schema == "public" }.count == 6_000)
        #expect(Set(facts.indexes.map(\.table)).isSubset(of: Set(facts.relations.map(\.oid))))
        #expect(MaintenancePlan.make(facts: facts).refusal == nil)
        let few = try await statements(server, "small")
        let many = try await statements(server, "large")
        #expect(few > 0 && few == many)
        try await server.cluster.stop()
    }
}
