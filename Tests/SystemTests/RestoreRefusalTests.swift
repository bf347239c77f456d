import Databases
import FoundationEssentials
import Glibc
import Jobs
import TestKit
import Testing

@Suite struct `A restore, before it touches anything,` {
    private static func databases(_ server: TemporaryServer) async throws -> [String] {
        try await Sample.texts(
            "select datname as value from pg_catalog.pg_database order by 1", server.connectionInfo())
    }

    /// Settings with a second target.
    private static func add(_ other: ConnectionInfo, to saved: Saved, clients: [String] = []) throws {
        let folders = [saved.server.cluster.binaries.directory] + clients
        try saved.scene.settings(
            catalog: saved.catalog, target: saved.source,
            more: "  other:\n    url: \"\(other.conninfo)\"\nclients: [\(folders.joined(separator: ", "))]\n")
    }

    @Test(arguments: await TemporaryServer.versions())
    func `refuses a standby by its name`(version: Int) async throws {
        let primary = try await TemporaryServer.start(
            version: version,
            settings: ["wal_level": "replica", "max_wal_senders": "4", "hot_standby": "on"],
            authentication: ["local all all trust", "local replication all trust"])
        let standby = try await Standby(of: primary.cluster)
        defer { standby.remove() }
        let before = try await Self.databases(primary)
        try await Saved.play(version: version) { saved in
            try Self.add(standby.connectionInfo, to: saved)
            let end = try await saved.scene.pgvigil(
                "restore", "latest:main/\(saved.name)", "--to", "other/new")
            #expect(end.status == 1, "\(end)")
            #expect(end.errors.contains("the server of target 'other' is a standby"), "\(end)")
            #expect(end.errors.contains("Restore on its primary"), "\(end)")
            #expect(try await saved.scene.runs().first?.outcome == "failed")
            #expect(saved.scene.incoming.isEmpty, "\(saved.scene.incoming)")
        }
        #expect(try await Self.databases(primary) == before)
        standby.remove()
        try await primary.cluster.stop()
    }

    /// A version whose server has the extension here, and one whose has not; nil if there are no such two.
    private static func citext() async throws -> (with: Int, without: Int)? {
        var (with, without): (Int?, Int?)
        for version in await TemporaryServer.versions() {
            let there = try await Sample.texts(
                "select name::text as value from pg_catalog.pg_available_extensions where name = 'citext'",
                try await TemporaryServer.shared(version: version).connectionInfo())
            if there.isEmpty { without = version } else if with == nil { with = version }
        }
        guard let with, let without else { return nil }
        return (with, without)
    }

    @Test(.enabled("one server has citext, and another has not", { try await citext() != nil }))
    func `names the extension that the server lacks`() async throws {
        let versions = try #require(try await Self.citext())
        let there = try await TemporaryServer.start(version: versions.without)
        let before = try await Self.databases(there)
        try await Saved.play(version: versions.with, changes: "create extension citext") { saved in
            try Self.add(
                there.connectionInfo(), to: saved, clients: [there.cluster.binaries.directory])
            let end = try await saved.scene.pgvigil(
                "restore", "latest:main/\(saved.name)", "--to", "other/new")
            #expect(end.status == 1, "\(end)")
            #expect(end.errors.contains("needs: extension citext"), "\(end)")
            #expect(try await Self.databases(there) == before)
            // Tables that can do without it come.
            let part = try await saved.scene.pgvigil(
                "restore", "latest:main/\(saved.name)", "--to", "other/new", "--tables", "public.empty")
            #expect(part.status == 0, "\(part)")
        }
        try await there.cluster.stop()
    }

    @Test(arguments: [true, false])
    func `asks on a terminal for the name, and believes no other`(isRight: Bool) async throws {
        try await Saved.play { saved in
            try await Sample.run("delete from public.sale", saved.source)
            let terminal = try Terminal()
            let run = try terminal.start(
                saved.scene, ["restore", "latest:main/\(saved.name)", "--replace"])
            #expect(
                try await Fact.comes(within: .seconds(30)) {
                    run.errorsSoFar.contains("Type the name of the database to replace it: ")
                }, "\(run.errorsSoFar)")
            #expect(run.isRunning)
            terminal.type(isRight ? "\(saved.name)\n" : "\(saved.name)x\n")
            let end = try await run.end()
            let counts = try await Sample.counts(saved.source)
            if isRight {
                #expect(end.status == 0, "\(end)")
                #expect(counts["public.sale_old"] == 213, "\(counts)")
                #expect(try await saved.besides().count == 1)
            } else {
                #expect(end.status == 2 && end.errors.contains("That is not its name"), "\(end)")
                #expect(counts["public.sale_old"] == 0, "\(counts)")
                #expect(try await saved.besides().isEmpty)
                #expect(try await saved.scene.runs().count == 1)
            }
        }
    }

    @Test(arguments: await TemporaryServer.versions())
    func `takes the schemas that are named, and nothing of others`(version: Int) async throws {
        try await Saved.play(version: version) { saved in
            let all = try await Sample.counts(saved.source)
            let schemas = """
                select nspname::text as value from pg_catalog.pg_namespace
                where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')
                """
            for (index, schema) in ["public", "Odd \"names\" – ä"].enumerated() {
                let new = "\(saved.name)_\(index)"
                let end = try await saved.scene.pgvigil(
                    "restore", "latest:main/\(saved.name)", "--to", "main/\(new)", "--schemas", schema)
                #expect(end.status == 0, "\(end)")
                let found = try await Sample.counts(saved.info(new))
                #expect(found == all.filter { $0.key.hasPrefix("\(schema).") }, "\(found)")
                #expect(
                    try await Sample.texts(schemas, saved.info(new)) == [schema].filter { $0 != "public" })
            }
            let missing = try await saved.scene.pgvigil(
                "restore", "latest:main/\(saved.name)", "--to", "main/\(saved.name)_x", "--schemas", "none")
            #expect(
                missing.status == 1 && missing.errors.contains("the backup holds no 'none'"), "\(missing)")
        }
    }
}

/// A terminal that a program reads from, and the test types on.
private final class Terminal {
    private let keyboard: Int32
    private let device: String

    /// Unlocks the terminal, and tells its number (ioctl_tty(2)); the calls for it are hidden from us.
    private static let (unlock, number): (UInt, UInt) = (0x4004_5431, 0x8004_5430)

    init() throws {
        keyboard = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (locked, place) = (Int32(0), Int32(-1))
        try #require(keyboard >= 0 && ioctl(keyboard, Self.unlock, &locked) == 0)
        try #require(ioctl(keyboard, Self.number, &place) == 0)
        device = "/dev/pts/\(place)"
    }

    deinit { close(keyboard) }

    /// Starts the program with the terminal as its standard input.
    func start(_ scene: Scene, _ arguments: [String]) throws -> ChildRun {
        try ChildRun(
            ["sh", "-c", "exec \"$@\" < \(device)", "sh", BuiltProgram.path] + arguments,
            environment: BuiltProgram.cleanEnvironment(home: scene.home), directory: scene.config)
    }

    func type(_ text: String) {
        var bytes = Array(text.utf8)
        #expect(write(keyboard, &bytes, bytes.count) == bytes.count)
    }
}
