import Databases
import FoundationEssentials
import Glibc
import Jobs
import TestKit
import Testing

@Suite struct `A password` {
    /// With everything in it that has to be written another way somewhere.
    private static let password = "Zx9:qu'o\"te\\back/sl%ash"
    /// A part of it that is the same in every way of writing.
    private static let mark = "Zx9"

    @Test func `is in no argument, no output, no record and no file`() async throws {
        let server = try await TemporaryServer.start(
            authentication: ["local all pgvigil trust", "local all all scram-sha-256"])
        let name = server.newDatabaseName()
        try await Sample.make(name, on: server)
        let quoted = Self.password.replacing("'", with: "''")
        try await Sample.run(
            "create role \"app-user\" login superuser password '\(quoted)'", server.connectionInfo())
        let source = server.connectionInfo(database: name)
        try await Scene.play { scene in
            try scene.settings(catalog: nil)
            try scene.job("format: directory\nworkers: 2")
            let environment = ["DATABASE_URL": source.url(user: "app-user", password: Self.password)]
            let blockade = try await Blockade.lock(source)
            let run = try scene.start(["run", "nightly-backup"], environment: environment)
            var seen: Set<ProcessTable.Entry> = []
            let watched = Task {
                var seen: Set<ProcessTable.Entry> = []
                _ = try await Fact.comes {
                    seen.formUnion(ProcessTable.family(of: run.pid))
                    return !run.isRunning
                }
                return seen
            }
            _ = try await blockade.arrivals()
            // While pg_dump is at work the password lies in a private file, and nowhere else.
            let told = scene.files(below: scene.path).filter { Self.holds("\(scene.path)/\($0)", Self.mark) }
            #expect(told.count == 1 && told[0].contains(".incoming/"), "\(told)")
            for file in told { #expect(Self.mode("\(scene.path)/\(file)") == 0o600) }
            await blockade.lift()
            let end = try await run.end()
            seen = try await watched.value
            #expect(end.status == 0, "\(end)")
            #expect(seen.contains { $0.name == "pg_dump" })
            #expect(seen.allSatisfy { !$0.arguments.joined(separator: " ").contains(Self.mark) })

            var printed = end.description
            for command in [
                ["check"], ["check", "--connect"], ["plan"], ["runs", "show", "latest"],
                ["runs", "list", "--json"],
                ["backups", "show", "latest"], ["backups", "list"], ["catalog", "status"],
                ["run", "nightly-bakup"],
            ] {
                printed += try await scene.start(command, environment: environment).end().description
            }
            #expect(!printed.contains(Self.mark), "\(printed)")
            let left = scene.files(below: scene.path).filter { Self.holds("\(scene.path)/\($0)", Self.mark) }
            #expect(left.isEmpty, "\(left)")
        }
        try await server.cluster.stop()
    }

    @Test func `that pgvigil.yaml takes from a private file works`() async throws {
        let server = try await TemporaryServer.start(
            authentication: ["local all pgvigil trust", "local all all scram-sha-256"])
        let quoted = Self.password.replacing("'", with: "''")
        try await Sample.run("create role keeper login password '\(quoted)'", server.connectionInfo())
        try await Sample.run("create database kept owner keeper", server.connectionInfo())
        try await Scene.play { scene in
            try scene.write("password", Self.password + "\n", mode: 0o600)
            try scene.settings(
                catalog: try await Sample.catalog(),
                more: """
                    targets:
                      main:
                        url: \(server.connectionInfo(database: "kept").url(user: "keeper"))
                        password: file:password

                    """)
            try scene.job("databases: [kept]")
            let end = try await scene.pgvigil("run", "nightly-backup")
            #expect(end.status == 0, "\(end)")
            let row = try #require(try await scene.read([BackupRow].self, "backups", "list").first)
            #expect(row.globals == "without passwords", "an ordinary role cannot read them")
        }
        try await server.cluster.stop()
    }

    @Test(.enabled(if: Scene.ordinaryUserCanRun)) func `and a backup can be read by nobody else`()
        async throws
    {
        let (server, source) = try await Sample.database()
        for asRoot in [true, false] {
            try await Scene.play(asRoot: asRoot) { scene in
                let environment = [
                    "DATABASE_URL": source.url(),
                    "PATH": "\(server.cluster.binaries.directory):\(BuiltProgram.searchPath)",
                ]
                if asRoot { try scene.settings(catalog: nil) }
                try scene.job("format: directory")
                let end = try await scene.pgvigil("run", "nightly-backup", environment: environment)
                #expect(end.status == 0, "\(end)")
                let folders = asRoot ? [scene.state, scene.store] : ["\(scene.home)/state/pgvigil"]
                for folder in folders {
                    for file in scene.files(below: folder) {
                        let mode = Self.mode("\(folder)/\(file)")
                        let open = mode & 0o077
                        // As root the embedded catalog's user passes through, and its settings are no secret.
                        let mayPass =
                            asRoot && file.hasSuffix("/") && open == 0o011 && file.hasPrefix("catalog")
                        let settings =
                            file.hasSuffix("catalog/server.conf") || file.hasSuffix("catalog/hba.conf")
                        #expect(open == 0 || mayPass || settings, "\(file): \(String(mode, radix: 8))")
                    }
                }
                let store = asRoot ? scene.store : "\(scene.home)/state/pgvigil/store"
                #expect(Self.mode(store) == 0o700)
                for file in scene.files(below: store) {
                    #expect(Self.mode("\(store)/\(file)") == (file.hasSuffix("/") ? 0o700 : 0o600), "\(file)")
                }
            }
        }
    }

    private static func mode(_ path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0o777
    }

    private static func holds(_ path: String, _ text: String) -> Bool {
        // A folder, and what is gone meanwhile, hold nothing.
        guard !path.hasSuffix("/"), let data = FileManager.default.contents(atPath: path) else {
            return false
        }
        return data.firstRange(of: Data(text.utf8)) != nil
    }
}
