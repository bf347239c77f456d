import Databases
import FoundationEssentials
import Glibc
import Jobs
import Postgres
import TestKit
import Testing

@Suite struct `Maintenance of a real server` {
    /// A table of which a third is dead, with an index ten times as large as its rows need.
    private static let bloat = """
        create table public.orders (id integer not null, pad text) with (autovacuum_enabled = false);
        insert into public.orders select n, repeat('x', 40) from generate_series(1, 600000) n;
        create index orders_id on public.orders (id);
        delete from public.orders where id % 12 <> 0;
        """
    private static let more =
        "update public.orders set pad = repeat('y', 40) where id % 24 = 0; analyze public.orders"

    /// A scene whose only database has the bloated table.
    private static func play(_ body: (Scene, ConnectionInfo) async throws -> Void) async throws {
        let server = try await TemporaryServer.shared()
        let info = server.connectionInfo(database: server.newDatabaseName())
        try await Sample.run("create database \"\(info["dbname"] ?? "")\"", server.connectionInfo())
        try await Sample.run(bloat, info)
        try await Sample.run("vacuum public.orders", info)
        try await Sample.run(more, info)
        try await Scene.play { scene in
            try scene.settings(catalog: try await Sample.catalog(), target: info)
            try await body(scene, info)
        }
    }

    private func indexFile(_ info: ConnectionInfo) async throws -> [String] {
        try await Sample.texts(
            "select pg_relation_filenode('public.orders_id')::text || ' ' || pg_relation_size('public.orders_id') as value",
            info)
    }

    @Test func `finds a bloated table and its index, mends them, proves it, and has nothing left to do`()
        async throws
    {
        try await Self.play { scene, info in
            let before = try await indexFile(info)
            let plans = try await scene.read([MaintainPlanRow].self, "maintain", "main", "--plan")
            let planned = try #require(plans.first).actions.filter { $0.result == "planned" }
            #expect(planned.contains { $0.kind == "vacuum" && $0.object == "orders" }, "\(plans)")
            #expect(planned.contains { $0.kind == "reindex" && $0.object == "orders_id" }, "\(plans)")
            for action in planned { #expect(!action.reason.isEmpty && action.predictedSeconds != nil) }
            #expect(try await indexFile(info) == before, "a plan does nothing")

            let end = try await scene.pgvigil("maintain", "main")
            #expect(end.status == 0, "\(end)")
            #expect(end.errors.contains("maintain: SUCCEEDED"), "\(end)")
            #expect(end.output.contains("public.orders_id"), "\(end)")
            let after = try await indexFile(info)
            #expect(after != before)

            let run = try await scene.read(MaintainRunRow.self, "runs", "show", "latest")
            #expect(run.kind == "maintain")
            #expect(run.outcome == "succeeded")
            let rebuilt = try run.action("reindex", "orders_id")
            #expect(rebuilt.result == "done")
            #expect(rebuilt.statement?.contains("CONCURRENTLY") == true)
            let (was, became) = (try #require(rebuilt.before), try #require(rebuilt.after))
            #expect(was.fileNode != became.fileNode)
            #expect(became.bytes < was.bytes / 4)
            let vacuumed = try run.action("vacuum", "orders")
            #expect(vacuumed.result == "done")
            #expect(vacuumed.after?.deadRows == 0)
            let shown = try await scene.pgvigil("runs", "show", "latest")
            #expect(shown.output.contains("public.orders_id") && shown.status == 0, "\(shown)")

            let next = try await scene.read([MaintainPlanRow].self, "maintain", "main", "--plan")
            let left = next.flatMap(\.actions).filter { $0.object.hasPrefix("orders") }
            #expect(left.isEmpty, "\(left)")
        }
    }

    @Test func `waits for nobody's old snapshot in vain, and names who holds it`() async throws {
        try await Self.play { scene, info in
            try scene.write("jobs/tidy.yaml", "kind: maintain\nblocked_after: 1s\n")
            let holder = try await Connection.open(info.options(applicationName: "nightly report"))
            try await holder.query("begin isolation level repeatable read")
            try await holder.query("select count(*) from public.orders")
            #expect(
                try await Fact.comes {
                    try await !Sample.texts(
                        """
                        select pid::text as value from pg_stat_activity
                        where application_name = 'nightly report' and now() - xact_start > interval '2 s'
                        """, info
                    ).isEmpty
                })
            let plans = try await scene.read(
                [MaintainPlanRow].self, "maintain", "main", "--plan", "--job", "tidy")
            let rebuild = try #require(
                plans.first?.actions.first { $0.kind == "reindex" && $0.object == "orders_id" })
            #expect(
                rebuild.result == "skipped" && rebuild.detail?.contains("nightly report") ?? false,
                "\(rebuild)")
            let before = try await indexFile(info)
            let end = try await scene.pgvigil("maintain", "main", "--job", "tidy")
            #expect(end.status == 0 && end.output.contains("nightly report"), "\(end)")
            #expect(try await indexFile(info) == before)
            await holder.close()
        }
    }

    @Test func `is cancelled at once by ^C, and tells what is left`() async throws {
        try await Self.play { scene, info in
            try scene.write("jobs/tidy.yaml", MaintainBench.slow)
            let child = try scene.start(["maintain", "main", "--job", "tidy"])
            #expect(try await MaintainBench.vacuums(info), "\(child.errorsSoFar)")
            child.signal(SIGINT)
            let end = try await child.end()
            #expect(end.status == 130, "\(end)")
            #expect(try await !MaintainBench.isVacuumed(info), "what was sent goes on")
            let said = end.complaints.filter { $0.contains("maintain: ") && !$0.contains("begins") }
            #expect(said.count == 1 && said.first?.contains("CANCELLED") ?? false, "\(end)")
            let run = try await scene.read(MaintainRunRow.self, "runs", "show", "latest")
            #expect(run.outcome == "cancelled")
            #expect(run.maintenance?.contains { $0.result == "cancelled" } ?? false, "\(run)")
        }
    }

    @Test func `names a target that is not there, and a job of another kind`() async throws {
        try await Self.play { scene, _ in
            try scene.job()
            let lost = try await scene.pgvigil("maintain", "mian", "--plan")
            #expect(lost.status == 2 && lost.errors.contains("main"), "\(lost)")
            let wrong = try await scene.pgvigil("maintain", "main", "--job", "nightly-backup")
            #expect(wrong.status == 2 && wrong.errors.contains("kind maintain"), "\(wrong)")
            for half in ["main/", "/shop"] {
                let end = try await scene.pgvigil("maintain", half, "--plan")
                #expect(end.status == 2 && end.errors.contains("TARGET/DATABASE, not '\(half)'"), "\(end)")
            }
            let nothing = try await scene.pgvigil("maintain", "main/nowhere", "--plan")
            #expect(nothing.status != 0 && nothing.errors.contains("nowhere"), "\(nothing)")
        }
    }
}
