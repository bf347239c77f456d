import Databases
import Engine
import FoundationEssentials
import Glibc
import Jobs
import Postgres
import TestKit
import Testing

@Suite(.enabled(if: SecondProcess.part == nil)) struct `Checking indexes` {
    @Test(arguments: await TemporaryServer.versions())
    func `finds one that is damaged on the disk, and leaves no trace`(version: Int) async throws {
        let own = try await TemporaryServer.start(version: version)
        let server = try await Self.port.server(
            of: Target(name: "store", connection: own.connectionInfo(), origin: "a test"))
        let made = try await server.perform(
            [
                "CREATE TABLE t (id int PRIMARY KEY, v text)",
                "INSERT INTO t SELECT i, 'value ' || i FROM generate_series(1, 5000) i",
                "CREATE INDEX \"By Value\" ON t (v)",
            ], in: "postgres")
        #expect(made.allSatisfy { $0 == .done })
        let available = try await server.facts().extensions["amcheck"] != nil
        let sound = try await server.checkIndexes(in: "postgres")
        #expect((sound != nil) == available)
        if let sound {
            #expect(sound.checked > 100 && sound.damaged == [:])
            #expect(try await traces(of: server) == "0")
            try await damage(own.cluster, server)
            let report = try #require(try await server.checkIndexes(in: "postgres"))
            #expect(report.checked == sound.checked)
            #expect(Array(report.damaged.keys) == ["public.By Value"])
            #expect(report.damaged["public.By Value"]?.contains("[XX00") ?? false)
            #expect(try await traces(of: server) == "0")
        }
        await server.stop()
        #expect(try await server.facts().major == version, "a target's server is not ours to stop")
        try await own.cluster.stop()
    }

    @Test func `uses the extension that the database has, and leaves it`() async throws {
        let drill = try await DrillServer(version: 15)
        if try await drill.server.facts().extensions["amcheck"] != nil {
            try await drill.perform("CREATE SCHEMA \"Tools\"", "CREATE EXTENSION amcheck SCHEMA \"Tools\"")
            let report = try #require(try await drill.server.checkIndexes(in: "postgres"))
            #expect(report.checked > 100 && report.damaged == [:])
            #expect(try await drill.server.state(of: "postgres").extensions["amcheck"] != nil)
        }
        await drill.server.stop()
    }

    @Test func `is not done by a role that may not make the extension`() async throws {
        let server = try await TemporaryServer.shared(version: 15)
        let connection = try await Connection.open(server.connectionInfo().options())
        try await connection.query("CREATE ROLE index_checker LOGIN")
        var info = server.connectionInfo()
        info["user"] = "index_checker"
        let port = try await Self.port.server(of: Target(name: "store", connection: info, origin: "a test"))
        #expect(try await port.checkIndexes(in: "postgres") == nil)
        try await connection.query("DROP ROLE index_checker")
    }

    private static let port = RestoreServers(binaries: [], base: "/nowhere")

    private func traces(of server: any RestoreServer) async throws -> String? {
        let sql = """
            SELECT (SELECT count(*) FROM pg_extension WHERE extname = 'amcheck')
                + (SELECT count(*) FROM pg_namespace WHERE nspname LIKE '%amcheck%')
            """
        return try await server.ask(sql, in: "postgres", limit: .seconds(60)).value
    }

    /// Stops the server, changes one byte of a key in the middle of the index's first leaf, and starts it again.
    private func damage(_ cluster: LocalCluster, _ server: any RestoreServer) async throws {
        let sql = "SELECT pg_relation_filepath('\"By Value\"')"
        let file = try #require(try await server.ask(sql, in: "postgres", limit: .seconds(60)).value)
        let first = try String(contentsOfFile: cluster.directory + "/data/postmaster.pid", encoding: .utf8)
        let pid = try #require(first.split(separator: "\n").first.flatMap { pid_t($0) })
        kill(pid, SIGINT)
        let data = cluster.directory + "/data"
        #expect(
            try await Fact.comes { !FileManager.default.fileExists(atPath: data + "/postmaster.pid") })
        let path = "\(data)/\(file)"
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        let key = Array("value ".utf8)
        let leaf = (8192 + 4000)..<(2 * 8192 - key.count)
        let at = try #require(leaf.first { bytes[$0..<$0 + key.count].elementsEqual(key) })
        let descriptor = open(path, O_WRONLY)
        #expect(pwrite(descriptor, "z", 1, at) == 1)
        close(descriptor)
        try await cluster.revive()
    }
}
