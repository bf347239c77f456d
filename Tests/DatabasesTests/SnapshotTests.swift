import Databases
import Engine
import Faults
import FoundationEssentials
import Jobs
import Postgres
import TestKit
import Testing

@Suite struct `Holding one state of a database` {
    private func target(_ info: ConnectionInfo) -> Target {
        Target(name: "main", connection: info, origin: "test")
    }

    private func database(_ server: TemporaryServer) async throws -> (String, Connection) {
        let name = server.newDatabaseName()
        try await Connection.open(server.connectionInfo().options()).query("CREATE DATABASE \(name)")
        let writer = try await Connection.open(server.connectionInfo(database: name).options())
        try await writer.run(
            script: """
                CREATE SCHEMA "Odd ""name";
                CREATE TABLE "Odd ""name"."t;1" AS SELECT n FROM generate_series(1, 100) n;
                CREATE TABLE public.parent (n int);
                CREATE TABLE public.child () INHERITS (public.parent);
                INSERT INTO public.child SELECT generate_series(1, 7);
                """)
        return (name, writer)
    }

    @Test(arguments: await TemporaryServer.versions())
    func `counts what was there, whatever is written meanwhile, and so does pg_dump`(_ version: Int)
        async throws
    {
        let server = try await TemporaryServer.shared(version: version)
        let (name, writer) = try await database(server)
        let held = try await ServerProbe().holdSnapshot(
            of: target(server.connectionInfo()), database: name)
        try await writer.query("INSERT INTO \"Odd \"\"name\".\"t;1\" SELECT generate_series(1, 50)")
        try await writer.query("DELETE FROM public.child")
        #expect(try await held.count(schema: "Odd \"name", table: "t;1") == 100)
        #expect(try await held.count(schema: "public", table: "child") == 7)
        #expect(try await held.count(schema: "public", table: "parent") == 0, "not those of its children")
        // What pg_dump does with it (setup_connection in src/bin/pg_dump/pg_dump.c).
        let reader = try await Connection.open(server.connectionInfo(database: name).options())
        try await reader.query("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        try await reader.query("SET TRANSACTION SNAPSHOT '\(held.id)'")
        #expect(
            try await reader.query("SELECT count(*) AS n FROM public.child").one().integer("n") == 7)
        await held.release()
        await held.release()
        await #expect(throws: AnyFault.self) { try await held.count(schema: "public", table: "child") }
        let late = try await Connection.open(server.connectionInfo(database: name).options())
        try await late.query("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        await #expect(throws: PostgresFault.self) {
            try await late.query("SET TRANSACTION SNAPSHOT '\(held.id)'")
        }
    }

    @Test func `is told that a table is not there, and that a database is not`() async throws {
        let server = try await TemporaryServer.shared()
        let (name, _) = try await database(server)
        let main = target(server.connectionInfo())
        let held = try await ServerProbe().holdSnapshot(of: main, database: name)
        let fault = await #expect(throws: AnyFault.self) {
            try await held.count(schema: "public", table: "nowhere")
        }
        #expect(fault?.code == "statement.missing-object")
        await held.release()
        let missing = await #expect(throws: AnyFault.self) {
            try await ServerProbe().holdSnapshot(of: main, database: "nowhere")
        }
        #expect(missing?.code == "server.database-missing")
    }

    @Test(.enabled(if: Pooler.program != nil))
    func `refuses a pooler`() async throws {
        let server = try await TemporaryServer.shared()
        let (name, _) = try await database(server)
        let pooler = try Pooler(server)
        #expect(try await Fact.comes { pooler.isReady })
        let fault = await #expect(throws: AnyFault.self) {
            try await ServerProbe().holdSnapshot(
                of: target(pooler.through(server.connectionInfo(database: name))), database: name)
        }
        #expect(fault == EngineFault.snapshotPooled(item: "main/\(name)").plain)
    }
}
