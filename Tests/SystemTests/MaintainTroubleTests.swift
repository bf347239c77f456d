import Databases
import FoundationEssentials
import Glibc
import Jobs
import Postgres
import TestKit
import Testing

@Suite struct `Maintenance where something is in the way` {
    @Test func `gives way to a backup of the target, which is made, and does the rest another time`()
        async throws
    {
        try await MaintainBench.play(job: MaintainBench.slow) { scene, info in
            try await MaintainBench.bloat("orders", indexes: ["orders_id"], info)
            try scene.job()
            let maintenance = try scene.start(["maintain", "main", "--job", "tidy"])
            #expect(try await MaintainBench.vacuums(info), "\(maintenance.errorsSoFar)")
            let file = try await MaintainBench.file("orders_id", info)
            let backup = try await scene.pgvigil("run", "nightly-backup")
            #expect(backup.status == 0, "\(backup)")
            let end = try await maintenance.end()
            #expect(end.status == 0, "\(end)")
            let ids = try await scene.runs().filter { $0.kind == "maintain" }.map(\.id)
            let run = try await scene.read(MaintainRunRow.self, "runs", "show", try #require(ids.first))
            let why = "backup 'nightly-backup' waits for this target"
            let vacuum = try run.action("vacuum", "orders")
            #expect(vacuum.result == "cancelled" && vacuum.detail?.contains(why) ?? false, "\(vacuum)")
            let rebuild = try run.action("reindex", "orders_id")
            #expect(rebuild.result == "waits" && rebuild.detail == why, "\(rebuild)")
            #expect(try await MaintainBench.file("orders_id", info) == file)
            #expect(end.output.contains(why), "\(end)")
        }
    }

    @Test func `passes over what the role may not maintain, names that nothing has, and does the rest`()
        async throws
    {
        let job = MaintainBench.rebuilds + "analyze: {include: [public.nowhere]}\n"
        try await MaintainBench.play(job: job.replacing("analyze: false\n", with: "")) { scene, info in
            try await MaintainBench.bloat("orders", indexes: ["orders_id"], info)
            try await MaintainBench.bloat("mine", indexes: ["mine_id"], info)
            let role = "clerk_\(info["dbname"] ?? "")"
            try await Sample.run(
                "create role \(role) login; grant select on public.orders to \(role); alter table public.mine owner to \(role)",
                info)
            var other = info
            other["user"] = role
            try scene.settings(catalog: try await Sample.catalog(), target: other)
            let plan = try await scene.pgvigil("maintain", "main", "--plan", "--job", "tidy")
            #expect(
                plan.status == 0 && plan.output.contains("'analyze.include' names 'public.nowhere'"),
                "\(plan)")
            let end = try await scene.pgvigil("maintain", "main", "--job", "tidy")
            #expect(end.status == 0, "\(end)")
            let run = try await scene.read(MaintainRunRow.self, "runs", "show", "latest")
            let refused = try run.action("reindex", "orders_id")
            #expect(refused.result == "skipped" && refused.detail?.contains("own") ?? false, "\(refused)")
            #expect(try run.action("reindex", "mine_id").result == "done")
            try await Sample.run("drop owned by \(role); drop role \(role)", info)
        }
    }

    @Test func `says that the target does not answer, and has done nothing`() async throws {
        let server = try await TemporaryServer.start()
        let info = server.connectionInfo()
        try await server.cluster.stop()
        try await Scene.play { scene in
            try scene.settings(catalog: try await Sample.catalog(), target: info)
            let plan = try await scene.pgvigil("maintain", "main", "--plan")
            #expect(
                plan.status == 3 && plan.output == "" && plan.errors.contains("cannot reach the server"),
                "\(plan)")
            let end = try await scene.pgvigil("maintain", "main")
            #expect(end.status == 3 && end.errors.contains("COULD NOT VERIFY"), "\(end)")
            let run = try await scene.read(MaintainRunRow.self, "runs", "show", "latest")
            #expect(run.outcome == "could not verify" && run.maintenance?.isEmpty ?? true, "\(run)")
        }
    }

    @Test func `goes on with the others when databases go away in the middle of the run`() async throws {
        let first = try await MaintainBench.database()
        let base = first["dbname"] ?? ""
        let names = ["a", "b", "c"].map { "\(base)_\($0)" }
        let here = names.map { first.with(database: $0) }
        for (name, info) in zip(names, here) {
            try await Sample.run("create database \"\(name)\"", first)
            try await MaintainBench.bloat("orders", indexes: ["orders_id"], info)
        }
        try await Scene.play { scene in
            try scene.settings(catalog: try await Sample.catalog())
            try scene.write(
                "pgvigil.yaml",
                """
                state: \(scene.state)
                catalog: "\(try await Sample.catalog().conninfo)"
                targets: {main: {url: "\(first.conninfo)", databases: ["\(base)_*"]}}

                """)
            try scene.write("jobs/tidy.yaml", MaintainBench.rebuilds)
            let files = try await MaintainBench.file("orders_id", here[2])
            let writer = try await MaintainBench.writer("orders", info: here[0])
            let child = try scene.start(["maintain", "main", "--job", "tidy"])
            #expect(try await MaintainBench.rebuildsWait(1, here[0]), "\(child.errorsSoFar)")
            try await Sample.run("alter database \"\(names[1])\" rename to \"\(base)_was_b\"", first)
            try await Sample.run("drop database \"\(names[0])\" with (force)", first)
            await writer.close()
            let end = try await child.end()
            #expect(end.status == 1, "\(end)")
            let run = try await scene.read(MaintainRunRow.self, "runs", "show", "latest")
            #expect(run.outcome == "failed", "\(run)")
            let gone = try #require(run.maintenance?.first { $0.database == names[0] })
            #expect(gone.result == "failed", "\(gone)")
            let lost = run.steps?.first { $0.name == "look" && $0.database == names[1] }
            #expect(lost?.state == "failed" && lost?.detail.contains("does not exist") ?? false, "\(run)")
            let done = try #require(run.maintenance?.first { $0.database == names[2] })
            #expect(done.result == "done", "\(done)")
            #expect(try await MaintainBench.file("orders_id", here[2]) != files)
        }
    }
}
