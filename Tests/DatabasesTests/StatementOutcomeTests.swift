import Databases
import Engine
import Faults
import Jobs
import Measures
import Postgres
import TestKit
import Testing

@Suite(.enabled(if: SecondProcess.part == nil)) struct `Statements of a restore` {
    @Test func `go on after one that is refused, in one session`() async throws {
        let drill = try await DrillServer(version: 15)
        let outcomes = try await drill.server.perform(
            [
                "CREATE ROLE app", "CREATE ROLE app", "DROP TABLE IF EXISTS nothing",
                "SET work_mem = '7MB'", "ALTER ROLE app SET work_mem FROM CURRENT",
                "CREATE ROLE a; CREATE ROLE b",
            ], in: "postgres")
        #expect(
            outcomes == [
                .done, .refused(sqlState: "42710", message: "role \"app\" already exists"), .done, .done,
                .done,
                .refused(
                    sqlState: "42601", message: "cannot insert multiple commands into a prepared statement"),
            ])
        #expect(
            try await drill.value("SELECT setconfig::text FROM pg_db_role_setting") == "{work_mem=7MB}")

        let together = ["CREATE ROLE one", "CREATE ROLE app"]
        let fault = await #expect(throws: AnyFault.self) {
            try await drill.server.performTogether(together, in: "postgres")
        }
        #expect(fault?.summary.contains("[42710]") ?? false)
        #expect(try await drill.server.facts().roles.contains("one") == false)
        try await drill.server.performTogether(["CREATE ROLE one", "CREATE ROLE two"], in: "postgres")
        #expect(try await drill.server.facts().roles.isSuperset(of: ["one", "two"]))
        await #expect(throws: AnyFault.self) { try await drill.server.perform([], in: "nowhere") }
        await drill.server.stop()
    }

    @Test func `are not in the way of sessions that only read`() async throws {
        let drill = try await DrillServer(version: 15)
        try await drill.perform("CREATE DATABASE side TEMPLATE template0")
        try await drill.perform("CREATE TABLE t (n int)", in: "side")
        let table = CopySource(schema: "public", name: "t")
        for _ in 1...3 {
            #expect(try await drill.server.content(of: table, in: "side").count == 0)
            #expect(try await drill.server.rowCount(of: table, in: "side") == 0)
        }
        try await drill.perform("ALTER DATABASE side RENAME TO main", "DROP DATABASE main")
        await drill.server.stop()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `see the sessions of others, and end them when asked`(version: Int) async throws {
        let drill = try await DrillServer(version: version)
        try await drill.perform("CREATE ROLE app LOGIN", "CREATE DATABASE shop")
        #expect(try await drill.server.sessions(in: "shop") == [])
        var info = drill.server.connection(to: "shop")
        info["user"] = "app"
        // What only a superuser may set.
        info["options"] = nil
        let other = try await Connection.open(info.options(applicationName: "web"))
        let pid = try await other.query("SELECT pg_backend_pid() AS pid").one().integer("pid")
        #expect(
            try await drill.server.sessions(in: "shop") == [
                ServerSession(pid: Int(pid), role: "app", application: "web", address: "")
            ])
        #expect(try await drill.server.sessions(in: "postgres") == [])
        try await drill.server.disconnectOthers(from: "shop")
        #expect(try await Fact.comes { try await drill.server.sessions(in: "shop").isEmpty })
        await #expect(throws: PostgresFault.self) { try await other.query("SELECT 1") }
        await drill.server.stop()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `tell how far they are while they work`(version: Int) async throws {
        let drill = try await DrillServer(version: version)
        try await drill.perform(
            "CREATE TABLE slow (n int)", "INSERT INTO slow SELECT generate_series(1, 1000)",
            "CREATE FUNCTION lazy(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS "
                + "'BEGIN PERFORM pg_sleep(0.05); RETURN n; END'")
        let idle = try #require(await drill.server.progress(of: "postgres"))
        #expect(idle.copying == [:] && idle.building == [] && idle.size.bytes > 5 << 20)
        let work = Task {
            try await drill.server.perform(["CREATE INDEX ON slow (lazy(n))"], in: "postgres")
        }
        #expect(
            try await Fact.comes {
                await drill.server.progress(of: "postgres")?.building == ["public.slow"]
            })
        work.cancel()
        await #expect(throws: AnyFault.self) { try await work.value }
        if version >= 14 {
            let copy = "COPY slow FROM PROGRAM 'echo 1; sleep 60'"
            let load = Task { try await drill.server.perform([copy], in: "postgres") }
            #expect(
                try await Fact.comes {
                    await drill.server.progress(of: "postgres")?.copying["public.slow"] != nil
                })
            try await drill.server.disconnectOthers(from: "postgres")
            await #expect(throws: AnyFault.self) { try await load.value }
        }
        #expect(await drill.server.progress(of: "nowhere") == nil)
        await drill.server.stop()
    }
}
