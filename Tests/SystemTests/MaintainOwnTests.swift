import FoundationEssentials
import Jobs
import TestKit
import Testing

/// Jobs of kind `sql`.
@Suite struct `Statements of one's own` {
    private static let tables = """
        create table public.log (at timestamptz not null, day integer not null) with (autovacuum_enabled = false);
        insert into public.log select now() - interval '91 days', n % 7 from generate_series(1, 1000) n;
        insert into public.log select now(), n % 7 from generate_series(1, 10) n;
        create materialized view public.by_day as select day, count(*) as lines from public.log group by day;
        create unique index by_day_day on public.by_day (day);
        create table public.witness (what text);
        """

    private static func play(_ body: (Scene, ConnectionInfo) async throws -> Void, version: Int?) async throws
    {
        try await MaintainBench.play(version: version) { scene, info in
            try await Sample.run(tables, info)
            try await body(scene, info)
        }
    }

    private static func steps(_ scene: Scene) async throws -> (run: RunRow, statements: [StepRow]) {
        let run = try await scene.read(RunRow.self, "runs", "show", "latest")
        return (run, (run.steps ?? []).filter { $0.name == "statement" })
    }

    @Test(arguments: await MaintainBench.versions())
    func
        `are each sent and recorded by themselves, and one that fails does not stop the rest with keep_going`(
            version: Int?
        ) async throws
    {
        try await Self.play(
            { scene, info in
                try scene.write(
                    "jobs/own.yaml",
                    """
                    kind: sql
                    databases: "\(info["dbname"] ?? "")"
                    keep_going: true
                    statements:
                      - CREATE INDEX CONCURRENTLY log_at ON public.log (at)
                      - sql: >-
                          DELETE FROM public.log WHERE ctid IN
                          (SELECT ctid FROM public.log WHERE at < now() - interval '90 days' LIMIT 400)
                        repeat: {pause: 0s}
                      - REFRESH MATERIALIZED VIEW CONCURRENTLY public.by_day
                      - DELETE FROM public.lgo
                      - sql: SELECT pg_sleep(600)
                        timeout: 1s
                      - INSERT INTO public.witness VALUES ('the last')

                    """)
                let end = try await scene.pgvigil("run", "own")
                #expect(end.status == 1 && end.errors.contains("FAILED"), "\(end)")
                let (run, steps) = try await Self.steps(scene)
                #expect(run.outcome == "failed")
                #expect(
                    steps.map(\.state) == ["done", "done", "done", "failed", "failed", "done"], "\(steps)")
                let details = steps.map(\.detail)
                #expect(details.first == "1: CREATE INDEX")
                #expect(details.dropFirst().first == "2: DELETE, 1,000 rows in 4 times")
                #expect(details.dropFirst(2).first == "3: REFRESH MATERIALIZED VIEW")
                #expect(details.last == "6: INSERT 0 1")
                let failed = steps.filter { $0.state == "failed" }
                #expect(
                    failed.allSatisfy { $0.code == "sql.statement-failed" && $0.remedy != nil }, "\(failed)")
                #expect(failed.first?.detail.contains("lgo") ?? false, "\(failed)")
                #expect(failed.last?.detail.contains("1s") ?? false, "\(failed)")
                #expect(try await MaintainBench.indexes(info)["log_at"] == true)
                let left = try await Sample.texts(
                    "select (select count(*) from public.log) || ' ' || sum(lines) as value from public.by_day",
                    info)
                #expect(left == ["10 10"])
                let sleeping = try await Sample.texts(
                    """
                    select pid::text as value from pg_catalog.pg_stat_activity
                    where datname = current_database() and query like '%pg_sleep(600)%' and state = 'active'
                        and pid <> pg_backend_pid()
                    """, info)
                #expect(sleeping.isEmpty, "what took too long goes on")
            }, version: version)
    }

    @Test func `after one that failed are not sent, and say so`() async throws {
        try await Self.play(
            { scene, info in
                try scene.write(
                    "jobs/own.yaml",
                    """
                    kind: sql
                    databases: "\(info["dbname"] ?? "")"
                    statements:
                      - DELETE FROM public.lgo
                      - INSERT INTO public.witness VALUES ('never')

                    """)
                let end = try await scene.pgvigil("run", "own")
                #expect(end.status == 1, "\(end)")
                let (_, steps) = try await Self.steps(scene)
                #expect(steps.map(\.code) == ["sql.statement-failed", "sql.not-reached"], "\(steps)")
                #expect(try await Sample.texts("select what as value from public.witness", info).isEmpty)
            }, version: nil)
    }
}
