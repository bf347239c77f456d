import Databases
import Engine
import Faults
import FoundationEssentials
import Jobs
import Policy
import Postgres
import TestKit
import Testing

@Suite(.serialized, .timeLimit(.minutes(10))) struct `Statements of the user's own` {
    private func perform(
        _ bed: MaintenanceBed, _ sql: String, timeout: Duration? = nil, lockTimeout: Duration? = nil
    ) async throws -> StatementEffect {
        try await bed.port.perform(
            UserStatement(sql: sql, timeout: timeout, lockTimeout: lockTimeout), on: bed.target,
            database: bed.database, gently: MaintenanceBed.quick)
    }

    @Test(arguments: await TemporaryServer.versions())
    func `are done each by itself, and tell tag, rows and warnings`(version: Int) async throws {
        let bed = try await MaintenanceBed(version: version)
        try await bed.table(rows: 100)
        try await bed.run("CREATE MATERIALIZED VIEW m AS SELECT id FROM t", "CREATE UNIQUE INDEX ON m (id)")
        let deleted = try await perform(bed, "DELETE FROM t WHERE id <= 30")
        #expect(deleted.tag == "DELETE 30" && deleted.rows == 30 && deleted.warnings.isEmpty)
        let vacuumed = try await perform(bed, "VACUUM t")
        #expect(vacuumed.tag == "VACUUM" && vacuumed.rows == nil)
        #expect(try await perform(bed, "CREATE INDEX CONCURRENTLY more ON t (id)").tag == "CREATE INDEX")
        let refreshed = try await perform(bed, "REFRESH MATERIALIZED VIEW CONCURRENTLY m")
        #expect(refreshed.tag == "REFRESH MATERIALIZED VIEW")
        let warned = try await perform(
            bed, "DO $$ BEGIN RAISE WARNING 'mind the gap'; RAISE NOTICE 'fine'; END $$")
        #expect(warned.tag == "DO" && warned.warnings == ["mind the gap"])
        #expect(try await perform(bed, "INSERT INTO t VALUES (1, '')").rows == 1)
        let two = await #expect(throws: AnyFault.self) { try await perform(bed, "SELECT 1; SELECT 2") }
        #expect(two?.summary.contains("multiple commands") == true)
        try await bed.close()
    }

    @Test func `have their limits, and stop with their task`() async throws {
        let bed = try await MaintenanceBed()
        try await bed.table(rows: 100)
        let long = await #expect(throws: AnyFault.self) {
            try await perform(bed, "SELECT pg_sleep(600)", timeout: .milliseconds(100))
        }
        #expect(long?.code == "statement.timeout")
        let other = try await bed.session()
        try await other.query("BEGIN")
        try await other.query("LOCK TABLE t")
        let locked = await #expect(throws: AnyFault.self) {
            try await perform(bed, "DELETE FROM t", lockTimeout: .milliseconds(100))
        }
        #expect(locked?.code == "server.lock-wait")
        await other.close()
        let task = Task { try await perform(bed, "SELECT pg_sleep(600)") }
        let running =
            "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)' AND state = 'active'"
        #expect(try await Fact.comes { try await bed.value(running) == "1" })
        task.cancel()
        let fault = await #expect(throws: AnyFault.self) { try await task.value }
        #expect(fault?.code == "statement.cancelled")
        #expect(try await Fact.comes { try await bed.value(running) == "0" })
        try await bed.close()
    }
}
