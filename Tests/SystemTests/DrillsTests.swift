import Databases
import FoundationEssentials
import Glibc
import Jobs
import TestKit
import Testing

/// A drill of `drills list --json`.
private struct DrillRow: Decodable {
    struct Finding: Decodable {
        var check: String
        var subject: String
        var fault: Bool
    }

    var id: String
    var run: String
    var backup: String
    var database: String
    var verdict: String
    var level: String
    var recoverySeconds: Double?
    var summary: String
    var findings: [Finding]
}

/// A report of `drills show --json`.
private struct DrillReportRow: Decodable {
    struct Backup: Decodable { var id: String }
    struct Server: Decodable {
        var version: String
        var target: String?
    }
    struct Line: Decodable {
        var check: String
        var state: String
    }

    var backup: Backup
    var server: Server
    var verdict: String
    var proof: String
    var lines: [Line]
    var recoverySeconds: Double?
}

@Suite struct `A drill by hand` {
    /// A function that names a table without its schema: pg_dump saves it, and no restore brings the table back.
    private static let rule = """
        create function public.may_buy(customer bigint) returns boolean language sql stable as $$
            select name is not null from customer c where c.id = may_buy.customer $$;
        create table public.purchase (id integer, customer bigint check (public.may_buy(customer)));
        insert into public.purchase select n, n from generate_series(1, 100) n;
        """

    @Test func `proves the newest backup of every database, and all commands tell of it`() async throws {
        try await Saved.play { saved in
            let scene = saved.scene
            let before = try await scene.pgvigil("drills", "list")
            #expect(before.status == 0 && before.output == "No drills.\n", "\(before)")
            let end = try await scene.pgvigil("drill")
            #expect(end.status == 0, "\(end)")
            #expect(end.output.contains("Proven: the backup of main/\(saved.name) restores."), "\(end)")
            #expect(end.errors.contains("drill: SUCCEEDED"), "\(end)")

            let drill = try #require(try await scene.read([DrillRow].self, "drills", "list").first)
            let id = try await saved.setID
            #expect((drill.backup, drill.database) == (id, saved.name))
            #expect((drill.verdict, drill.level) == ("proven", "content"))
            #expect((drill.recoverySeconds ?? 0) > 0)
            for name in [drill.id, drill.run, String(drill.run.prefix(8)), "latest", "latest/1"] {
                let shown = try await scene.pgvigil("drills", "show", name)
                #expect(shown.status == 0 && end.output.contains(shown.output), "\(name): \(shown)")
            }
            let report = try await scene.read(DrillReportRow.self, "drills", "show")
            #expect((report.verdict, report.proof, report.backup.id) == ("proven", "content", id))
            #expect(report.server.target == nil)
            for check in ["rows", "content", "definition", "roles", "sequences", "indexes"] {
                #expect(report.lines.contains { $0.check == check && $0.state == "ok" }, "\(check)")
            }
            try await Self.expectProof(saved, drill)
            #expect(Self.clusters(scene).isEmpty)
        }
    }

    /// The set, the status and the run say the same.
    private static func expectProof(_ saved: Saved, _ drill: DrillRow) async throws {
        let scene = saved.scene
        let sets = try await scene.pgvigil("backups", "list")
        #expect(sets.output.contains("PROVEN") && sets.output.contains("content, "), "\(sets)")
        let set = try await scene.pgvigil("backups", "show", "latest")
        #expect(set.output.contains("pgvigil drills show \(drill.run.prefix(8))"), "\(set)")
        let status = try await scene.pgvigil("status")
        #expect(status.output.firstMatch(of: /[0-9:]+, [0-9]+s old/) != nil, "\(status)")
        let run = try await scene.pgvigil("runs", "show", "latest")
        #expect(run.output.contains("drill \(drill.id): main/\(saved.name)"), "\(run)")
        let none = try await scene.pgvigil("drills", "list", "main/nothing")
        #expect(none.output == "No drills of 'main/nothing'.\n", "\(none)")
        let some = try await scene.pgvigil("drills", "main/\(saved.name)")
        #expect(some.status == 0 && some.output.contains(drill.id), "\(some)")
    }

    /// Folders of throwaway clusters that are still there, and servers that run in them.
    private static func clusters(_ scene: Scene) -> [String] {
        scene.files(below: "\(scene.state)/drills").filter {
            $0.hasSuffix("PG_VERSION") && !$0.contains("template")
        }
            + ProcessTable().entries.filter { $0.directory.hasPrefix("\(scene.state)/drills") }.map(
                \.directory)
    }

    @Test func `finds a backup that is sound and does not restore`() async throws {
        try await Saved.play { saved in
            let scene = saved.scene
            try await Sample.run(Self.rule, saved.source)
            let again = try await scene.pgvigil("run", "nightly-backup")
            try #require(again.status == 0, "\(again)")
            let end = try await scene.pgvigil(
                "drill", "latest:main/\(saved.name)", "-j", "1", "--proof", "rows")
            #expect(end.status == 1, "\(end)")
            #expect(end.output.contains("BROKEN") && end.output.contains("public.purchase"), "\(end)")
            let shown = try await scene.pgvigil("drills", "show")
            #expect(shown.status == 1 && end.output.contains(shown.output), "\(shown)")
            let drill = try #require(try await scene.read([DrillRow].self, "drills", "list").first)
            #expect((drill.verdict, drill.level) == ("broken", "rows"))
            #expect(
                drill.findings.contains { $0.check == "rows" && $0.subject.contains("purchase") && $0.fault })
            let run = try await scene.pgvigil("runs", "show", "latest")
            #expect(run.output.contains("BROKEN") && run.output.contains("public.purchase"), "\(run)")
            let sets = try await scene.pgvigil("backups", "list")
            #expect(sets.output.contains("BROKEN, "), "\(sets)")
            // The older one is proven all the same, by its id.
            let old = try #require(try await scene.read([BackupRow].self, "backups", "list").last).id
            let proof = try await scene.pgvigil("drill", String(old.prefix(8)), "--json")
            #expect(proof.status == 0, "\(proof)")
            let lines = proof.output.split(separator: "\n")
            #expect(lines.last?.hasPrefix(#"{"event":"report","report":{"#) == true, "\(proof)")
            #expect(lines.last?.contains(#""verdict": "proven""#) == true, "\(proof)")
        }
    }

    @Test func `says that it could not verify what it could not look at`() async throws {
        try await Saved.play { saved in
            let scene = saved.scene
            try scene.write(
                "jobs/strict.yaml",
                "kind: drill\nassert:\n  - {sql: select from nowhere, name: nowhere, expect: rows > 0}\n")
            let end = try await scene.pgvigil("drill", "--job", "strict")
            #expect(end.status == 3, "\(end)")
            #expect(end.output.contains("nothing is known against it"), "\(end)")
            #expect(try await scene.pgvigil("drills", "show").status == 3)
            let row = try #require(try await scene.runs().first)
            #expect((row.job, row.kind, row.outcome) == ("drill", "drill", "could not verify"))
        }
    }

    @Test func `is done on a server that somebody names, and leaves nothing there`() async throws {
        try await Saved.play { saved in
            let end = try await saved.scene.pgvigil("drill", "--where", "target/main")
            #expect(end.status == 0, "\(end)")
            let report = try await saved.scene.read(DrillReportRow.self, "drills", "show")
            #expect(report.server.target == "main")
            let left = try await Sample.texts(
                "select datname as value from pg_catalog.pg_database where datname like 'pgvigil_drill_%'",
                saved.server.connectionInfo())
            #expect(left.isEmpty)
        }
    }

    @Test func `writes its report as a page that only its owner may read`() async throws {
        try await Saved.play { saved in
            let scene = saved.scene
            try #require(try await scene.pgvigil("drill").status == 0)
            let path = "\(scene.home)/report.html"
            let end = try await scene.pgvigil("drills", "show", "--html", path)
            #expect(end.status == 0 && end.output == "The report is in \(path).\n", "\(end)")
            let page = try String(contentsOfFile: path, encoding: .utf8)
            var status = stat()
            #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
            #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains(saved.name))
            #expect(!page.contains("http") && !page.contains("<script"))
            let printed = try await scene.pgvigil("drills", "show", "latest", "--html", "-")
            #expect(printed.status == 0 && printed.output == page)
            let nowhere = try await scene.pgvigil("drills", "show", "--html", "\(scene.path)/nowhere/a.html")
            #expect(nowhere.status == 2 && nowhere.errors.contains("cannot be written"), "\(nowhere)")
        }
    }

    @Test func `refuses what is not there, before it begins`() async throws {
        try await Saved.play { saved in
            let scene = saved.scene
            let refusals: [([String], String)] = [
                (["drill", "ffffffff"], "there is no backup of the id 'ffffffff'"),
                (["drill", "latest:main/nothing"], "there is no backup of main/nothing"),
                (["drill", "--job", "nightly-backup"], "job 'nightly-backup' is of kind 'backup'"),
                (["drill", "--job", "nothing"], "there is no job 'nothing'"),
                (["drill", "--where", "target/mian"], "mian"),
                (["drills", "show"], "no drill is recorded as 'latest'"),
                (["drills", "show", "latest/x"], "no drill is recorded as 'latest/x'"),
                (["drills", "show", "ffffffff"], "no run has an id that begins with 'ffffffff'"),
            ]
            for (command, why) in refusals {
                let end = try await scene.start(command).end()
                #expect(end.status == 2 && end.output == "", "\(command): \(end)")
                #expect(end.complaints.count == 1 && end.errors.contains(why), "\(command): \(end)")
            }
            let run = try #require(try await scene.runs().first)
            let backup = try await scene.pgvigil("drills", "show", run.id)
            #expect(backup.status == 2 && backup.errors.contains("no drill is recorded"), "\(backup)")
            #expect(try await scene.runs().count == 1)
        }
    }

    @Test func `is stopped by ^C, and leaves neither server nor folder`() async throws {
        try await Saved.play { saved in
            let scene = saved.scene
            let run = try scene.start(["drill"])
            _ = try await Fact.comes(within: .seconds(60)) {
                !run.isRunning || ProcessTable.family(of: run.pid).contains { $0.name == "pg_restore" }
                    || !Self.clusters(scene).isEmpty
            }
            let family = ProcessTable.family(of: run.pid)
            run.signal(SIGINT)
            let end = try await run.end()
            #expect(end.status == 130, "\(end)")
            #expect(family.filter(ProcessTable.lives).isEmpty)
            #expect(Self.clusters(scene).isEmpty)
            #expect(try await scene.runs().first?.outcome == "cancelled")
        }
    }

    @Test func `tells its report from the journal while the catalog is down`() async throws {
        try await Saved.play { saved in
            let scene = saved.scene
            let nowhere = ConnectionInfo(parameters: [
                .init("host", "/nowhere"), .init("dbname", "pgvigil"), .init("user", "pgvigil"),
            ])
            let more = "clients: [\(saved.server.cluster.binaries.directory)]\n"
            try scene.settings(catalog: nowhere, target: saved.source, more: more)
            let end = try await scene.pgvigil("drill")
            #expect(end.output.contains("Proven: "), "\(end)")
            let list = try await scene.pgvigil("drills", "list")
            #expect(list.status == 3 && list.output.contains("proven"), "\(list)")
            let shown = try await scene.pgvigil("drills", "show")
            #expect(shown.status == 0 && end.output.contains(shown.output), "\(shown)")
            try scene.settings(catalog: saved.catalog, target: saved.source, more: more)
            let told = try await scene.read([DrillRow].self, "drills", "list")
            #expect(told.map(\.verdict) == ["proven"])
        }
    }
}
