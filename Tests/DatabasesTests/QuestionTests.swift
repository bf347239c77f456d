import Databases
import Engine
import Faults
import TestKit
import Testing

@Suite(.enabled(if: SecondProcess.part == nil)) struct `A question of the user's` {
    @Test(arguments: await TemporaryServer.versions())
    func `is answered with the first value and the number of rows`(version: Int) async throws {
        let drill = try await DrillServer(version: version)
        let server = drill.server
        func ask(_ sql: String) async throws -> QueryAnswer {
            try await server.ask(sql, in: "postgres", limit: .seconds(60))
        }
        try await drill.perform(
            "CREATE SCHEMA app", "CREATE TABLE app.orders (id int, at timestamptz)",
            "INSERT INTO app.orders SELECT i, now() FROM generate_series(1, 3) i",
            "ALTER DATABASE postgres SET search_path = app")
        #expect(try await ask("SELECT id, at FROM orders ORDER BY id DESC;") == .init(rows: 3, value: "3"))
        #expect(try await ask("SELECT FROM orders") == .init(rows: 3, value: nil))
        #expect(try await ask("SELECT 1, 2 WHERE false -- nothing") == .init(rows: 0, value: nil))
        #expect(try await ask("SELECT NULL::int") == .init(rows: 1, value: nil))
        #expect(try await ask("VALUES (true), (false)") == .init(rows: 2, value: "t"))
        #expect(
            try await ask("WITH n AS (SELECT generate_series(1, 1000000) AS i) SELECT i FROM n")
                == .init(rows: 1_000_000, value: "1"))
        await server.stop()
    }

    @Test(arguments: [
        ("SELECT 1; DROP TABLE kept", "42601"), ("DROP TABLE kept", "42601"),
        ("SELECT 1; COMMIT; DROP TABLE kept", "42601"), ("SELECT emptied()", "25006"),
        ("WITH gone AS (DELETE FROM kept RETURNING 1) SELECT * FROM gone", "0A000"),
        ("SELECT set_config('transaction_read_only', 'off', false), emptied()", "25001"), ("", "42601"),
    ])
    func `changes nothing`(sql: String, state: String) async throws {
        let drill = try await DrillServer(version: 15)
        try await drill.perform(
            "CREATE TABLE kept AS SELECT 1 AS n",
            "CREATE FUNCTION emptied() RETURNS int LANGUAGE sql AS 'DELETE FROM public.kept; SELECT 1'")
        let fault = await #expect(throws: AnyFault.self) {
            try await drill.server.ask(sql, in: "postgres", limit: .seconds(60))
        }
        #expect(fault?.summary.contains("[\(state)]") ?? false, "\(fault?.summary ?? "none")")
        #expect(try await drill.value("SELECT count(*) FROM kept") == "1")
        await drill.server.stop()
    }

    @Test func `takes no longer than it may`() async throws {
        let drill = try await DrillServer(version: 15)
        let fault = await #expect(throws: AnyFault.self) {
            try await drill.server.ask("SELECT pg_sleep(60)", in: "postgres", limit: .milliseconds(200))
        }
        #expect(fault?.exitStatus == .undetermined)
        #expect(try await drill.server.sessions(in: "postgres") == [])
        await drill.server.stop()
    }
}
