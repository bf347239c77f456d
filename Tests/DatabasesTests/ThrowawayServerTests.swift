import Databases
import Engine
import Faults
import FoundationEssentials
import Glibc
import Measures
import Postgres
import TestKit
import Testing

@Suite(.enabled(if: SecondProcess.part == nil)) struct `A server for a drill` {
    @Test(arguments: await TemporaryServer.versions())
    func `is of the wished version, private, fast and empty`(version: Int) async throws {
        let drill = try await DrillServer(version: version)
        let facts = try await drill.server.facts()
        #expect(facts.major == version)
        #expect(facts.isSuperuser && facts.mayCreateDatabases && !facts.inRecovery)
        #expect(facts.role == "pgvigil drill")
        #expect(facts.databases == ["postgres", "template0", "template1"])
        #expect(facts.roles.filter { !$0.hasPrefix("pg_") } == Set(["postgres", "pgvigil drill"]))
        #expect(facts.extensions["plpgsql"] != nil)
        #expect(facts.systemIdentifier != nil)
        let settings = try await drill.value(
            """
            SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings
            WHERE name IN ('archive_mode', 'autovacuum', 'fsync', 'jit', 'listen_addresses', 'shared_buffers',
                'max_parallel_maintenance_workers', 'max_wal_senders', 'wal_level')
            """)
        #expect(
            settings == "archive_mode=off autovacuum=off fsync=off jit=off listen_addresses= "
                + "max_parallel_maintenance_workers=2 max_wal_senders=0 shared_buffers=8192 wal_level=minimal"
        )
        if version >= 17 {
            #expect(try await drill.value("SELECT current_setting('event_triggers')") == "off")
        }
        let used = try #require(await drill.server.diskUsed())
        #expect(used > ByteCount(20 << 20))
        await drill.server.stop()
        #expect(try drill.scratch.names().filter { !$0.hasPrefix("template-") } == [".lock"])
    }

    @Test func `has client programs of exactly its version where its package has them`() async throws {
        let drill = try await DrillServer(version: 15)
        let facts = try await drill.server.facts()
        let clients = try #require(facts.clients)
        #expect(clients.major == 15)
        #expect(facts.version.hasPrefix(clients.version))
        await drill.server.stop()
    }

    @Test(arguments: await TemporaryServer.versions())
    func `takes memberships that the bootstrap role has granted`(version: Int) async throws {
        let drill = try await DrillServer(version: version, bootstrapRole: "admin \"1\"")
        try await drill.perform("CREATE ROLE app", "CREATE ROLE reader", "CREATE ROLE pgvigil LOGIN")
        let grant = "GRANT reader TO app GRANTED BY \"admin \"\"1\"\"\""
        #expect(try await drill.server.perform([grant], in: "postgres") == [.done])
        if version >= 16 {
            let other = "GRANT reader TO app GRANTED BY pgvigil"
            guard case .refused(let state, _) = try await drill.server.perform([other], in: "postgres")[0]
            else {
                Issue.record("anybody may grant anything")
                return
            }
            #expect(state == "42501")
        }
        await drill.server.stop()
    }

    @Test func `has a role of its own that no saved role is named like`() async throws {
        let drill = try await DrillServer(
            version: 15, bootstrapRole: "pgvigil", savedRoles: ["pgvigil drill", "app"])
        #expect(try await drill.server.facts().role == "pgvigil drill 2")
        try await drill.perform("CREATE ROLE \"pgvigil drill\"", "CREATE ROLE app")
        #expect(try await drill.value("SELECT rolname FROM pg_roles WHERE oid = 10") == "pgvigil")
        await drill.server.stop()
    }

    @Test func `is of the next newer version where the wished one is missing, and of none that is older`()
        async throws
    {
        let installed = [18, 16, 15].map {
            ServerBinaries(directory: "/\($0)", major: $0, version: "\($0).1")
        }
        #expect(try ServerBinaries.fitting(major: 15, among: installed).major == 15)
        #expect(try ServerBinaries.fitting(major: 17, among: installed).major == 18)
        #expect(throws: DatabasesFault.noMajor(wished: 19, present: [15, 16, 18])) {
            try ServerBinaries.fitting(major: 19, among: installed)
        }
        let scratch = try Scratch()
        let port = RestoreServers(binaries: installed, base: scratch.directory)
        let fault = await #expect(throws: AnyFault.self) {
            try await port.startThrowaway(DrillServer.wish(19))
        }
        #expect(fault?.code == "cluster.no-major")
        #expect(fault?.exitStatus == .undetermined)
        #expect(try scratch.names().isEmpty)
    }

    @Test func `of a killed process is swept with all that it had`() async throws {
        let scratch = try Scratch()
        let other = try SecondProcess(part: "DrillPart", tell: ["directory": scratch.directory])
        #expect(try await SecondProcess.appears(scratch.directory + "/ready"))
        let port = RestoreServers(binaries: [], base: scratch.directory)
        #expect(await port.sweep() == [])
        let orphan = try #require(try scratch.names().first { $0.hasPrefix("c-") })
        other.kill()
        #expect(await port.sweep() == [scratch.directory + "/" + orphan])
        #expect(try scratch.names().filter { !$0.hasPrefix("template-") } == [".lock", "ready"])
    }

    @Test(arguments: await TemporaryServer.versions())
    func `lets us in and write whatever settings a database has`(version: Int) async throws {
        let drill = try await DrillServer(version: version)
        var settings = [
            "default_transaction_read_only = on", "statement_timeout = '1ms'", "lock_timeout = '1ms'",
            "session_preload_libraries = 'missing'", "row_security = on", "bytea_output = escape",
        ]
        if version >= 17 { settings += ["transaction_timeout = '1ms'", "event_triggers = on"] }
        try await drill.perform("CREATE DATABASE shop TEMPLATE template0")
        for setting in settings { try await drill.perform("ALTER DATABASE shop SET \(setting)") }
        try await drill.perform(
            "CREATE TABLE t AS SELECT 1 AS n", "SELECT pg_sleep(0.1)", "CREATE UNIQUE INDEX ON t (n)",
            in: "shop")
        let table = CopySource(schema: "public", name: "t")
        #expect(try await drill.server.content(of: table, in: "shop").count == 1)
        #expect(try await drill.server.rowCount(of: table, in: "shop") == 1)
        #expect(try await drill.server.largeObjects(in: "shop").count == 0)
        #expect(try await drill.server.checkIndexes(in: "shop")?.damaged ?? [:] == [:])
        #expect(try await drill.server.state(of: "shop").settings.count == settings.count)
        if version >= 17 {
            #expect(try await drill.value("SELECT current_setting('event_triggers')", in: "shop") == "off")
        }
        await drill.server.stop()
    }

    @Test func `tells what this machine has for it`() async throws {
        let port = RestoreServers(binaries: [], base: "/tmp/not there/yet")
        let room = try await port.room()
        #expect(room.freeSpace > .zero && room.memory > ByteCount(64 << 20) && room.cores >= 1)
    }
}

/// The other process of the tests above.
@Suite(.enabled(if: SecondProcess.part == "DrillPart")) struct DrillPart {
    @Test func `makes a server and is killed while it works`() async throws {
        let directory = SecondProcess.told("directory")
        let port = RestoreServers(binaries: await TemporaryServer.installed(), base: directory)
        let server = try await port.startThrowaway(DrillServer.wish(15))
        let work = Task { try await server.perform(["SELECT pg_sleep(600)"], in: "postgres") }
        try "".write(toFile: directory + "/ready", atomically: true, encoding: .utf8)
        try await SecondProcess.waitToBeKilled()
        #expect(try await work.value == [.done])
    }
}
