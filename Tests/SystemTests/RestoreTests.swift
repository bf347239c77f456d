import Databases
import FoundationEssentials
import Jobs
import TestKit
import Testing

/// One kind of backup that must come back.
struct Kind: Sendable, CustomTestStringConvertible {
    var version: Int
    var format: String
    var compression: String

    var testDescription: String { "\(format), \(compression), PostgreSQL \(version)" }

    /// Every format on every server that is here, and the codecs that its own client was built with.
    static func all() async -> [Kind] {
        let servers = await TemporaryServer.installed()
        var kinds: [Kind] = []
        for server in servers {
            func add(_ format: String, _ compression: String) {
                kinds.append(Kind(version: server.major, format: format, compression: compression))
            }
            add("custom", "zlib:6")
            add("directory", "zlib:1")
            add("plain", "zlib:6")
            if server.major == servers.first?.major {
                add("custom", "none")
                add("directory", "none")
                add("plain", "none")
            }
            for codec in ["lz4", "zstd:3"] where await has(codec, server) {
                add("custom", codec)
                add("directory", codec)
            }
        }
        return kinds
    }

    /// Whether the server's own pg_dump knows a codec; it says that it does not before it connects anywhere.
    private static func has(_ codec: String, _ server: ServerBinaries) async -> Bool {
        guard server.major >= 16 else { return false }
        let command = ["\(server.directory)/pg_dump", "-Z", codec, "-d", "host=/nowhere", "-f", "/dev/null"]
        // A program that does not start knows no codec.
        let end = try? await ChildRun.run(command, environment: BuiltProgram.cleanEnvironment(home: "/"))
        // A client that cannot be run has no codec either; the tests of the other kinds say that it cannot.
        return end.map { !$0.errors.contains("does not support") && $0.errors.contains("/nowhere") } ?? false
    }
}

@Suite struct `A backup that comes back` {
    @Test(arguments: await Kind.all())
    func `is restored by the stock programs with every row`(kind: Kind) async throws {
        let (server, source) = try await Sample.database(version: kind.version)
        let before = try await Sample.counts(source)
        try #require(before.count == 8)
        try await Scene.play { scene in
            try scene.settings(
                catalog: try await Sample.catalog(), target: source,
                more: "clients: [\(server.cluster.binaries.directory)]\n")
            let workers = kind.format == "directory" ? "workers: 2" : ""
            try scene.job("format: \(kind.format)\ncompression: \(kind.compression)\n\(workers)")
            let end = try await scene.pgvigil("run", "nightly-backup")
            #expect(end.status == 0, "\(end)")

            let set = "\(scene.store)/\(try #require(scene.sets.first))"
            try await Self.expectManifest(of: set, toTell: before)
            try await Self.expectSame(before, set, kind, server)
            let row = try #require(try await scene.read([BackupRow].self, "backups", "list").first)
            #expect((row.format, row.compression) == (kind.format, kind.compression))
            #expect((row.verified, row.partial, row.globals) == ("decode", false, "with passwords"))
            let verified = try await scene.pgvigil("backups", "verify")
            #expect(verified.status == 0, "\(verified)")
        }
    }

    /// The manifest counts what the tables hold; partitions and plain tables, since only they have rows.
    private static func expectManifest(of set: String, toTell before: [String: Int64]) async throws {
        let manifest = try JSONDecoder().decode(
            ManifestRow.self, from: try Data(contentsOf: URL(filePath: "\(set)/manifest.json")))
        let told = Dictionary(
            manifest.tables.map { ("\($0.schema).\($0.name)", $0.rows) },
            uniquingKeysWith: { first, _ in first })
        let tables = before.filter { !$0.key.hasPrefix("large object") }
        #expect(told == tables.mapValues(Optional.some))
    }

    private static func expectSame(
        _ before: [String: Int64], _ set: String, _ kind: Kind, _ server: TemporaryServer
    ) async throws {
        let ways =
            kind.format == "plain"
            ? [["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1"]]
            : [["pg_restore", "-e"], ["pg_restore", "-e", "-j", "2"]]
        for way in ways {
            let name = server.newDatabaseName()
            try await Sample.run("create database \(name)", server.connectionInfo())
            let target = server.connectionInfo(database: name)
            let programs = server.cluster.binaries.directory
            var command = ["\(programs)/\(way[0])"] + way.dropFirst() + ["-d", target.conninfo]
            var input: String?
            let files = try FileManager.default.contentsOfDirectory(atPath: set)
            let archive = try #require(files.first { $0.hasPrefix("archive") })
            if archive.hasSuffix(".gz") {
                let unpacked = try await ChildRun.run(
                    ["gzip", "-dc", "\(set)/\(archive)"], environment: environment)
                #expect(unpacked.status == 0)
                input = unpacked.output
            } else if kind.format == "plain" {
                command += ["-f", "\(set)/\(archive)"]
            } else {
                command.append("\(set)/\(archive)")
            }
            let end = try await ChildRun.run(command, environment: environment, input: input)
            #expect(end.status == 0, "\(way): \(end)")
            #expect(try await Sample.counts(target) == before)
        }
    }

    private static var environment: [String: String] { BuiltProgram.cleanEnvironment(home: "/") }

    @Test(arguments: await TemporaryServer.versions())
    func `brings the roles back, with their passwords`(version: Int) async throws {
        let authentication = ["local all all trust"]
        let here = try await TemporaryServer.start(version: version, authentication: authentication)
        let there = try await TemporaryServer.start(version: version, authentication: authentication)
        try await Sample.run(
            """
            create role shop login password 'it''s "secret"' connection limit 7 valid until '2031-01-01';
            create role "Odd role" nologin; grant "Odd role" to shop; alter role shop set work_mem = '8MB';
            """, here.connectionInfo())
        let roles = """
            select concat_ws('|', rolname, rolsuper, rolcanlogin, rolconnlimit, rolvaliduntil, rolpassword,
                array(select m.roleid::regrole from pg_catalog.pg_auth_members m where m.member = a.oid),
                (select setconfig from pg_catalog.pg_db_role_setting s where s.setrole = a.oid)) as value
            from pg_catalog.pg_authid a where rolname !~ '^pg_' order by rolname
            """
        try await Scene.play { scene in
            try scene.settings(
                catalog: try await Sample.catalog(), target: here.connectionInfo(),
                more: "clients: [\(here.cluster.binaries.directory)]\n")
            try scene.job()
            let end = try await scene.pgvigil("run", "nightly-backup")
            #expect(end.status == 0, "\(end)")
            let globals = "\(scene.store)/\(try #require(scene.sets.first))/globals.sql"
            let replay = try await ChildRun.run(
                [
                    "\(there.cluster.binaries.directory)/psql", "-X", "-q", "-d",
                    there.connectionInfo().conninfo, "-f",
                    globals,
                ], environment: Self.environment)
            // The superuser is there before anything is replayed.
            let faults = replay.complaints.filter { $0.contains("ERROR") }
            #expect(faults.count == 1 && faults[0].contains("role \"pgvigil\" already exists"), "\(replay)")
            let expected = try await Sample.texts(roles, here.connectionInfo())
            #expect(expected.contains { $0.contains("SCRAM-SHA-256") })
            #expect(try await Sample.texts(roles, there.connectionInfo()) == expected)
        }
        try await here.cluster.stop()
        try await there.cluster.stop()
    }
}
