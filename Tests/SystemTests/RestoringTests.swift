import Databases
import FoundationEssentials
import Glibc
import Jobs
import TestKit
import Testing

/// A database that was saved, and a scene with its backup.
struct Saved {
    let scene: Scene
    let server: TemporaryServer
    let source: ConnectionInfo
    /// The name of the database that was saved.
    let name: String
    let catalog: ConnectionInfo

    /// Saves a sample database, and goes on with its backup.
    static func play(
        version: Int? = nil, job: String = "", changes: String = "select",
        _ body: (Saved) async throws -> Void
    ) async throws {
        let (server, source) = try await Sample.database(version: version)
        try await Sample.run(changes.replacing("$name", with: source["dbname"] ?? ""), source)
        try await Scene.play { scene in
            let catalog = try await Sample.catalog()
            try scene.settings(
                catalog: catalog, target: source,
                more: "clients: [\(server.cluster.binaries.directory)]\n")
            try scene.job(job)
            let end = try await scene.pgvigil("run", "nightly-backup")
            try #require(end.status == 0, "\(end)")
            let name = try #require(source["dbname"])
            try await body(
                Saved(scene: scene, server: server, source: source, name: name, catalog: catalog))
        }
    }

    func info(_ database: String) -> ConnectionInfo { server.connectionInfo(database: database) }

    /// Databases of the server whose names begin with that of the saved one, but for itself.
    func besides() async throws -> [String] {
        try await Sample.texts(
            "select datname as value from pg_catalog.pg_database where datname like '\(name)\\_\\_%' order by 1",
            server.connectionInfo())
    }

    /// The definitions of a database as pg_dump writes them, without what differs by itself.
    func definitions(of info: ConnectionInfo) async throws -> [String] {
        let end = try await ChildRun.run(
            [
                "\(server.cluster.binaries.directory)/pg_dump", "--schema-only", "--no-password", "-d",
                info.conninfo,
            ], environment: BuiltProgram.cleanEnvironment(home: "/"))
        try #require(end.status == 0, "\(end)")
        return end.output.split(separator: "\n").map(String.init).filter {
            !$0.hasPrefix("--") && !$0.hasPrefix("\\")
        }
    }

    /// A role of its own, gone with the server.
    func newRole(_ options: String = "login") async throws -> String {
        let role = "role_" + server.newDatabaseName()
        try await Sample.run("create role \(role) \(options)", server.connectionInfo())
        return role
    }

    /// Asks the shell for the newest set's manifest.
    var setID: String {
        get async throws {
            try #require(try await scene.read([BackupRow].self, "backups", "list").first).id
        }
    }
}

@Suite struct `A restore` {
    @Test(arguments: await Kind.all().filter { $0.compression != "none" })
    func `into a new database brings back all that was saved`(kind: Kind) async throws {
        let job = "format: \(kind.format)\ncompression: \(kind.compression)"
        let changes = """
            alter database $name set work_mem = '9MB'; revoke connect on database $name from public
            """
        try await Saved.play(version: kind.version, job: job, changes: changes) { saved in
            let before = try await Sample.counts(saved.source)
            let new = saved.name + "_new"
            let end = try await saved.scene.pgvigil(
                "restore", "latest:main/\(saved.name)", "--to", "main/\(new)", "-j", "2")
            #expect(end.status == 0, "\(end)")
            #expect(end.output.contains("main/\(new) is in its place"), "\(end)")
            #expect(try await Sample.counts(saved.info(new)) == before)
            let definitions = try await saved.definitions(of: saved.source)
            #expect(try await saved.definitions(of: saved.info(new)) == definitions)
            let settings = try await Sample.texts(
                "select pg_catalog.current_setting('work_mem') || ' ' || datacl::text as value "
                    + "from pg_catalog.pg_database where datname = current_database()", saved.info(new))
            #expect(settings.first?.hasPrefix("9MB") == true, "\(settings)")
            #expect(try await saved.besides().isEmpty)
            #expect(saved.scene.incoming.isEmpty)
            let row = try #require(try await saved.scene.runs().first)
            #expect((row.job, row.kind, row.outcome) == ("restore", "restore", "succeeded"), "\(row)")
            // A second one finds the name taken, and touches nothing.
            let second = try await saved.scene.pgvigil(
                "restore", "latest:main/\(saved.name)", "--to", "main/\(new)")
            #expect(second.status == 1 && second.errors.contains("there is a database '\(new)' already"))
        }
    }

    @Test func `in the place of a database swaps them, and keeps the old one`() async throws {
        try await Saved.play { saved in
            let before = try await Sample.counts(saved.source)
            try await Sample.run("delete from public.sale", saved.source)
            let id = try await saved.setID
            let end = try await saved.scene.pgvigil(
                "restore", String(id.prefix(8)), "--replace", "--yes", saved.name)
            #expect(end.status == 0, "\(end)")
            #expect(
                end.errors.contains(/replaces +main\//) && end.errors.contains("tables, statistics of"),
                "\(end)")
            #expect(try await Sample.counts(saved.source) == before)
            let old = try await saved.besides()
            #expect(old.count == 1 && old[0].hasPrefix("\(saved.name)__before_"), "\(old)")
            #expect(end.output.contains("DROP DATABASE \"\(old[0])\""), "\(end)")
            #expect(
                try await Sample.texts(
                    "select count(*)::text as value from public.sale", saved.info(old[0])) == ["0"])
            let again = try await saved.scene.pgvigil(
                "restore", String(id.prefix(8)), "--replace", "--yes", saved.name, "--drop-old")
            #expect(again.status == 0, "\(again)")
            #expect(try await saved.besides() == old)
        }
    }

    @Test func `asks for the name before it replaces anything`() async throws {
        try await Saved.play { saved in
            let latest = "latest:main/\(saved.name)"
            let wrong = try await saved.scene.pgvigil("restore", latest, "--replace", "--yes", "another")
            #expect(wrong.status == 2 && wrong.errors.contains("Nothing was changed"), "\(wrong)")
            let silent = try await saved.scene.pgvigil("restore", latest, "--replace", input: saved.name)
            #expect(silent.status == 2 && silent.errors.contains("Write --yes \(saved.name)"), "\(silent)")
            let absent = try await saved.scene.pgvigil(
                "restore", latest, "--to", "main/nowhere", "--replace", "--yes", "nowhere")
            #expect(
                absent.status == 2 && absent.errors.contains("there is no database 'nowhere'"), "\(absent)")
            #expect(try await saved.scene.runs().count == 1)
            #expect(try await saved.besides().isEmpty)
        }
    }

    @Test func `names the sessions in the way, and ends them if asked`() async throws {
        try await Saved.play { saved in
            let blockade = try await Blockade.lock(saved.source)
            let latest = "latest:main/\(saved.name)"
            let refused = try await saved.scene.pgvigil("restore", latest, "--replace", "--yes", saved.name)
            #expect(refused.status == 1, "\(refused)")
            #expect(
                refused.errors.contains("is in use by pid") && refused.errors.contains("blockade"),
                "\(refused)")
            #expect(try await saved.besides().isEmpty)
            let ended = try await saved.scene.pgvigil(
                "restore", latest, "--replace", "--yes", saved.name, "--disconnect")
            #expect(ended.status == 0, "\(ended)")
            #expect(try await saved.besides().count == 1)
            await blockade.lift()
        }
    }

    @Test func `that meets an error changes nothing, and with keep-going says that it failed`() async throws {
        // Rows that no longer fit what they must fit: pg_dump saves them all the same.
        let changes = """
            create function public.fits(n integer) returns boolean language sql as 'select true';
            create table public.odd (n integer check (public.fits(n)));
            insert into public.odd values (1);
            create or replace function public.fits(n integer) returns boolean language sql as 'select false';
            """
        try await Saved.play(changes: changes) { saved in
            let latest = "latest:main/\(saved.name)"
            let end = try await saved.scene.pgvigil("restore", latest, "--to", "main/\(saved.name)_new")
            #expect(end.status == 1 && end.errors.contains("was not restored whole"), "\(end)")
            let new = try await Sample.texts(
                "select datname as value from pg_catalog.pg_database where datname like '\(saved.name)\\_%'",
                saved.server.connectionInfo())
            #expect(new.isEmpty, "\(new)")
            let kept = try await saved.scene.pgvigil(
                "restore", latest, "--to", "main/\(saved.name)_new", "--keep-going")
            #expect(kept.status == 1 && kept.errors.contains("is kept and not whole"), "\(kept)")
            let rows = try await Sample.texts(
                "select count(*)::text as value from public.customer", saved.info("\(saved.name)_new"))
            #expect(rows == ["2000"])
        }
    }

    @Test(arguments: [SIGINT, SIGKILL])
    func `that is stopped in the middle leaves nothing behind`(signal: Int32) async throws {
        try await Saved.play { saved in
            let run = try saved.scene.start([
                "restore", "latest:main/\(saved.name)", "--to", "main/\(saved.name)__new", "--json",
            ])
            #expect(try await Fact.comes { run.outputSoFar.contains("\"name\":\"create\"") })
            run.signal(signal)
            let end = try await run.end()
            #expect(end.status == (signal == SIGINT ? 130 : 137), "\(end)")
            if signal == SIGINT { #expect(try await saved.besides().isEmpty) }
            let next = try await saved.scene.pgvigil(
                "restore", "latest:main/\(saved.name)", "--to", "main/\(saved.name)__new")
            #expect(next.status == 0, "\(next)")
            #expect(try await saved.besides() == ["\(saved.name)__new"])
            #expect(saved.scene.incoming.isEmpty, "\(saved.scene.incoming)")
            let outcomes = try await saved.scene.runs().map(\.outcome)
            #expect(outcomes == ["succeeded", signal == SIGINT ? "cancelled" : "failed", "succeeded"])
        }
    }

    @Test func `of single tables brings what belongs to them`() async throws {
        try await Saved.play { saved in
            let latest = "latest:main/\(saved.name)"
            let new = saved.name + "_part"
            let end = try await saved.scene.pgvigil(
                "restore", latest, "--to", "main/\(new)", "--tables", "public.customer", "sale")
            #expect(end.status == 0, "\(end)")
            let counts = try await Sample.counts(saved.info(new)).filter { !$0.key.hasPrefix("large") }
            #expect(
                counts == ["public.customer": 2_000, "public.sale_old": 213, "public.sale_new": 187],
                "\(counts)")
            let indexes = try await Sample.texts(
                "select indexname as value from pg_catalog.pg_indexes where tablename = 'customer' order by 1",
                saved.info(new))
            #expect(indexes.count == 2, "\(indexes)")
            let missing = try await saved.scene.pgvigil(
                "restore", latest, "--to", "main/\(new)2", "--tables", "nothing")
            #expect(
                missing.status == 1 && missing.errors.contains("the backup holds no 'nothing'"), "\(missing)")
            let definitions = try await saved.scene.pgvigil(
                "restore", latest, "--to", "main/\(new)_empty", "--schema-only")
            #expect(definitions.status == 0, "\(definitions)")
            let rows = try await saved.scene.pgvigil(
                "restore", latest, "--to", "main/\(new)_empty", "--data-only")
            #expect(rows.status == 0, "\(rows)")
            let all = try await Sample.counts(saved.source)
            #expect(try await Sample.counts(saved.info("\(new)_empty")) == all)
            let lacking = try await saved.scene.pgvigil(
                "restore", latest, "--to", "main/\(new)", "--data-only")
            #expect(lacking.status == 1 && lacking.errors.contains("has no table"), "\(lacking)")
        }
    }

    @Test func `of a moment takes the newest backup before it, and of a folder that one`() async throws {
        try await Saved.play { saved in
            let first = try #require(try await saved.scene.read([BackupRow].self, "backups", "list").first)
            let manifest = "\(saved.scene.store)/\(first.path)/manifest.json"
            let taken = try #require(
                try String(contentsOfFile: manifest, encoding: .utf8).firstMatch(
                    of: #/"started" ?: ?"([0-9TZ:.+-]+)"/#)
            ).1
            try await Sample.run("delete from public.sale", saved.source)
            // A whole second is meant as a whole, so the second backup must be of another one.
            let isLater =
                "select (pg_catalog.now() > '\(taken)'::timestamptz + interval '1 s')::text as value"
            #expect(try await Fact.comes { try await Sample.texts(isLater, saved.source) == ["true"] })
            let again = try await saved.scene.pgvigil("run", "nightly-backup")
            try #require(again.status == 0, "\(again)")
            let latest = "latest:main/\(saved.name)"
            let old = try await saved.scene.pgvigil(
                "restore", latest, "--at", String(taken), "--to", "main/\(saved.name)_old")
            #expect(old.status == 0 && old.output.contains(first.id.prefix(8)), "\(old)")
            let none = try await saved.scene.pgvigil(
                "restore", latest, "--at", "2020-01-01T00:00", "--to", "main/\(saved.name)_none")
            #expect(none.status == 1 && none.errors.contains("there is no backup"), "\(none)")
            let outside = "\(saved.scene.home)/copy"
            try FileManager.default.copyItem(atPath: "\(saved.scene.store)/\(first.path)", toPath: outside)
            let copied = try await saved.scene.pgvigil(
                "restore", "../home/copy", "--to", "main/\(saved.name)_copy")
            #expect(copied.status == 0, "\(copied)")
            let counts = try await Sample.counts(saved.info("\(saved.name)_copy"))
            #expect(counts["public.sale_old"] == 213, "\(counts)")
        }
    }

    @Test func `of a damaged set touches nothing and marks it`() async throws {
        try await Saved.play { saved in
            let set = "\(saved.scene.store)/\(try #require(saved.scene.sets.first))"
            let archive = URL(filePath: "\(set)/archive.dump")
            var bytes = try Data(contentsOf: archive)
            bytes[9_000] ^= 0xFF
            try bytes.write(to: archive)
            let id = try await saved.setID
            let end = try await saved.scene.pgvigil("restore", id, "--to", "main/\(saved.name)_new")
            #expect(end.status == 1 && end.errors.contains("is damaged"), "\(end)")
            let latest = try await saved.scene.pgvigil(
                "restore", "latest:main/\(saved.name)", "--to", "main/\(saved.name)_new")
            #expect(latest.status == 1 && latest.errors.contains("is damaged"), "\(latest)")
        }
    }

    @Test func `names roles that are missing, and makes them if asked`() async throws {
        let versions = await TemporaryServer.versions()
        let here = try await TemporaryServer.start(version: versions.min())
        let there = try await TemporaryServer.start(version: versions.max())
        try await Sample.run("create role shop login", here.connectionInfo())
        try await Sample.make("shop", on: here)
        try await Sample.run(
            "alter table public.customer owner to shop; alter database shop owner to shop",
            here.connectionInfo(database: "shop"))
        let before = try await Sample.counts(here.connectionInfo(database: "shop"))
        try await Scene.play { scene in
            let other = "  other:\n    url: \"\(there.connectionInfo().conninfo)\"\n"
            try scene.settings(
                catalog: try await Sample.catalog(), target: here.connectionInfo(database: "shop"),
                more: other
                    + "clients: [\(here.cluster.binaries.directory), \(there.cluster.binaries.directory)]\n")
            try scene.job("target: main")
            let backup = try await scene.pgvigil("run", "nightly-backup")
            try #require(backup.status == 0, "\(backup)")
            let end = try await scene.pgvigil("restore", "latest:main/shop", "--to", "other/shop")
            #expect(end.status == 1 && end.errors.contains("the server has no role 'shop'"), "\(end)")
            let made = try await scene.pgvigil(
                "restore", "latest:main/shop", "--to", "other/shop", "--globals")
            #expect(made.status == 0, "\(made)")
            #expect(try await Sample.counts(there.connectionInfo(database: "shop")) == before)
            let owner = try await Sample.texts(
                "select tableowner as value from pg_catalog.pg_tables where tablename = 'customer'",
                there.connectionInfo(database: "shop"))
            #expect(owner == ["shop"])
        }
        try await here.cluster.stop()
        try await there.cluster.stop()
    }
}
