import Databases
import FoundationEssentials
import Glibc
import Jobs
import Postgres
import TestKit
import Testing

@Suite struct `Maintenance that was killed, and maintenance of several tables` {
    private static let ours = "orders_id_ccnew"
    /// Called as if a rebuild had left it, of an index that there never was.
    private static let strange = "orders_pad_ccnew"

    @Test(arguments: await MaintainBench.versions())
    func
        `in the middle of a rebuild leaves an index that the next one drops, and a stranger's is only told of`(
            version: Int?
        ) async throws
    {
        try await MaintainBench.play(version: version) { scene, info in
            try await MaintainBench.bloat("orders", indexes: ["orders_id"], info)
            await #expect(throws: (any Error).self) {
                try await Sample.run(
                    "create unique index concurrently \(Self.strange) on public.orders (pad)", info)
            }
            let writer = try await MaintainBench.writer("orders", info: info)
            let child = try scene.start(["maintain", "main", "--job", "tidy"])
            let hasBegun = try await MaintainBench.rebuildsWait(1, info)
            child.signal(SIGKILL)
            let killed = try await child.end()
            #expect(hasBegun && killed.status != 0, "\(killed)")
            // Nobody tells the server that we are gone: it looks, although it waits for somebody else.
            let isOver = try await Fact.comes {
                try await Sample.texts(
                    """
                    select pid::text as value from pg_catalog.pg_stat_activity
                    where datname = current_database() and query like 'REINDEX%'
                    """, info
                ).isEmpty
            }
            #expect(isOver, "the server goes on for a program that is gone")
            try await writer.query("commit")
            await writer.close()
            #expect(
                try await MaintainBench.indexes(info)
                    == ["orders_id": true, Self.ours: false, Self.strange: false])

            let plan = try #require(
                try await scene.read([MaintainPlanRow].self, "maintain", "main", "--plan", "--job", "tidy")
                    .first)
            #expect(try plan.action("leftover", Self.ours).result == "planned")
            #expect(!plan.actions.contains { $0.object == Self.strange }, "\(plan)")
            #expect(plan.notices.contains { $0.contains("\(Self.strange) of orders is invalid") }, "\(plan)")

            let end = try await scene.pgvigil("maintain", "main", "--job", "tidy")
            #expect(end.status == 0, "\(end)")
            #expect(try await MaintainBench.indexes(info) == ["orders_id": true, Self.strange: false])
            let run = try await scene.read(MaintainRunRow.self, "runs", "show", "latest")
            #expect(try run.action("leftover", Self.ours).result == "done")
            #expect(try run.action("reindex", "orders_id").result == "done")
            let runs = try await scene.runs()
            #expect(runs.map(\.outcome) == ["succeeded", "failed"], "\(runs)")
            let first = try await scene.read(MaintainRunRow.self, "runs", "show", runs.last?.id ?? "")
            let cut = try first.action("reindex", "orders_id")
            #expect(cut.result == "cancelled" && cut.detail?.contains("its process ended") ?? false, "\(cut)")
        }
    }

    @Test func `with two workers does two tables at once, and all in the end`() async throws {
        // Slow enough to be met: some seconds for each table.
        let job = """
            kind: maintain
            freeze: false
            analyze: false
            reindex: {min_size: 1MiB}
            workers: 2
            cost_delay: 20ms
            cost_limit: 100

            """
        try await MaintainBench.play(job: job) { scene, info in
            try await MaintainBench.bloat("orders", indexes: ["orders_one", "orders_two"], info)
            try await MaintainBench.bloat("items", indexes: ["items_one"], info)
            let child = try scene.start(["maintain", "main", "--job", "tidy"])
            let areTwo = try await Fact.comes {
                try await Sample.texts(
                    """
                    select distinct relid::text as value from pg_catalog.pg_stat_progress_vacuum
                    where datname = current_database()
                    """, info
                ).count == 2
            }
            #expect(areTwo, "\(child.errorsSoFar)")
            let end = try await child.end()
            #expect(end.status == 0, "\(end)")
            let run = try await scene.read(MaintainRunRow.self, "runs", "show", "latest")
            for table in ["orders", "items"] {
                #expect(try run.action("vacuum", table).result == "done")
            }
            for index in ["orders_one", "orders_two", "items_one"] {
                #expect(try run.action("reindex", index).result == "done")
            }
            #expect(run.summary == "5 done", "\(run)")
        }
    }
}
