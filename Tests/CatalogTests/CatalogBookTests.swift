import Databases
import Engine
import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy
import Postgres
import TestKit
import Testing

@testable import Catalog

@Suite struct `The record of outcomes` {
    @Test(arguments: RunBookConformance.allCases)
    func `in memory does what every record does`(check: RunBookConformance) async throws {
        try await check.check(MemoryRunBook())
    }

    @Test(arguments: await TemporaryServer.versions())
    func `in PostgreSQL does what every record does`(version: Int) async throws {
        let book = try await CatalogBook.open(freshOptions(version))
        for check in RunBookConformance.allCases { try await check.check(book) }
    }

    @Test(arguments: DrillBookConformance.allCases)
    func `in memory keeps drills as every record does`(check: DrillBookConformance) async throws {
        try await check.check(MemoryRunBook())
    }

    @Test(arguments: await TemporaryServer.versions())
    func `in PostgreSQL keeps drills as every record does`(version: Int) async throws {
        let book = try await CatalogBook.open(freshOptions(version))
        for check in DrillBookConformance.allCases { try await check.check(book) }
    }

    @Test(arguments: MaintenanceBookConformance.allCases)
    func `in memory keeps maintenance as every record does`(check: MaintenanceBookConformance) async throws {
        try await check.check(MemoryRunBook())
    }

    @Test(arguments: await TemporaryServer.versions())
    func `in PostgreSQL keeps maintenance as every record does`(version: Int) async throws {
        let book = try await CatalogBook.open(freshOptions(version))
        for check in MaintenanceBookConformance.allCases { try await check.check(book) }
    }

    @Test func `has views that tell what maintenance did last, and how large a rebuilt index was`()
        async throws
    {
        let options = try await freshOptions()
        let book = try await CatalogBook.open(options)
        let connection = try await Connection.open(options)
        let run = sample()
        #expect(try await book.begin(run) == .begun)
        try await book.record(
            [
                .sample(run.id, 1, .done, minutes: 1), .sample(run.id, 2, .failed, minutes: 9),
                .sample(run.id, 3, .waits, kind: .vacuum, minutes: 5),
            ], of: run.id, lease: nil)
        let last = try await connection.query(
            "SELECT kind || ' ' || result AS line FROM pgvigil.last_maintenance ORDER BY kind")
        #expect(try last.texts("line") == ["reindex failed", "vacuum waits"])
        let learned = try await connection.query(
            "SELECT object_name || ' ' || bytes_per_tuple || ' ' || file_node AS line FROM pgvigil.index_baseline"
        )
        #expect(try learned.texts("line") == ["orders_pkey 4294.967296 4100000001"])
    }

    @Test func `goes on over a new connection when one is lost`() async throws {
        let options = try await freshOptions()
        let book = try await CatalogBook.open(options)
        let run = sample()
        let other = try await Connection.open(options)
        for kind in ["write", "read", "end"] {
            try await other.query(
                """
                SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()
                """)
            switch kind {
            case "write": #expect(try await book.begin(run) == .begun)
            case "read": #expect(try await book.runs(RunQuery(), limit: 5) == [run])
            default: try await book.end(run.id, lease: nil, outcome: .failed, summary: "", at: run.startedAt)
            }
        }
        await book.close()
        #expect(try await book.runs(RunQuery(), limit: 5).first?.state == .ended(.failed))
    }

    @Test func `says that its server is away, and asks for it to be revived`() async throws {
        let server = try await TemporaryServer.start()
        let revivals = Counter()
        let book = try await CatalogBook.open(
            server.connectionInfo(database: "pgvigil").options(), revive: { await revivals.count() })
        await book.close()
        try await server.cluster.stop()
        let fault = await #expect(throws: AnyFault.self) { try await book.begin(sample()) }
        #expect(fault?.code == "server.unreachable" && fault?.mayPass ?? false)
        #expect(fault?.summary.hasPrefix("the catalog: cannot reach the server at ") ?? false)
        #expect(await revivals.total == 1)
    }

    @Test func `refuses a stored text that means nothing`() async throws {
        let options = try await freshOptions()
        let book = try await CatalogBook.open(options)
        let run = sample()
        #expect(try await book.begin(run) == .begun)
        let vandal = try await Connection.open(options)
        try await vandal.run(
            script:
                "ALTER TABLE pgvigil.run DROP CONSTRAINT run_kind_check; UPDATE pgvigil.run SET kind = 'party'"
        )
        let fault = await #expect(throws: AnyFault.self) { try await book.runs(RunQuery(), limit: 1) }
        #expect(fault?.code == "catalog.unknown-value")
        #expect(fault?.summary == "the catalog holds 'party' in kind, which means nothing")
    }

    @Test func `lists the newest of very many runs by an index`() async throws {
        let options = try await freshOptions()
        let book = try await CatalogBook.open(options)
        let connection = try await Connection.open(options)
        // Twenty thousand are enough to make the planner choose; its choice is what is tested.
        try await connection.run(
            script: """
                INSERT INTO pgvigil.run (id, job, kind, outcome, summary, started_at, ended_at, owner_machine,
                    owner_host, owner_pid, owner_state_directory)
                SELECT md5(n::text)::uuid, 'job' || n % 40, 'backup',
                    CASE WHEN n % 100 = 0 THEN 'failed' ELSE 'succeeded' END, '',
                    timestamptz 'epoch' + n * interval '1 minute', timestamptz 'epoch' + n * interval '1 minute',
                    'm', 'h', 1, '/s'
                FROM generate_series(1, 20000) n;
                ANALYZE pgvigil.run;
                """)
        let filters: [[SQLValue]] = [
            [nil, nil, false, false, nil], ["job7", nil, false, false, nil],
            [nil, "failed", false, false, nil],
            [nil, nil, true, false, nil], [nil, nil, false, true, nil],
            [nil, nil, false, false, .integer(13 * 86_400_000_000)],
        ]
        for filter in filters {
            let plan = try await connection.query("EXPLAIN " + Statements.runs, filter + [nil, nil, 20])
                .texts("QUERY PLAN").joined(separator: "\n")
            #expect(!plan.contains("Sort") && !plan.contains("Seq Scan on run"), "\(filter):\n\(plan)")
        }
        #expect(try await book.runs(RunQuery(job: "job7"), limit: 3).count == 3)
    }

    @Test func `has views that tell what could be brought back, and how each job ended`() async throws {
        let options = try await freshOptions()
        let book = try await CatalogBook.open(options)
        let connection = try await Connection.open(options)
        for (job, hour, outcome) in [("a", 1, Outcome.succeeded), ("a", 2, .failed), ("b", 3, .skipped)] {
            var run = sample()
            run.job = job
            run.startedAt += Double(hour) * 3600
            #expect(try await book.begin(run) == .begun)
            try await book.end(run.id, lease: nil, outcome: outcome, summary: "", at: run.startedAt + 60)
        }
        var running = sample()
        running.job = "c"
        #expect(try await book.begin(running) == .begun)
        let runs = try await connection.query("SELECT job || ' ' || outcome AS line FROM pgvigil.last_run")
        #expect(try runs.texts("line") == ["b skipped", "a failed", "c running"])

        let whole = sampleSet("shop", hour: 1)
        for set in [whole, sampleSet("shop", hour: 2, partial: true), sampleSet("gone", hour: 1)] {
            try await book.record(set)
            if set.database == "gone" {
                try await book.markRemoved(set.id, at: set.finishedAt, reason: "not in keep")
            }
        }
        let databases = try await connection.query(
            "SELECT database || ' ' || backups || ' ' || coalesce(path, 'none') AS line FROM pgvigil.recoverability"
        )
        #expect(try databases.texts("line") == ["gone 0 none", "shop 1 \(whole.path)"])
    }

    private func sampleSet(_ database: String, hour: Int, partial: Bool = false) -> BackupRecord {
        let started = sample().startedAt + Double(hour) * 3600
        return BackupRecord(
            id: UUID(), run: UUID(), job: "nightly", target: "main", database: database, store: "local",
            path: "main/\(database)/\(hour)", startedAt: started, finishedAt: started + 60,
            size: ByteCount(1),
            format: .custom, codec: "zlib", serverVersion: "15.18", partial: partial, verified: "decode",
            tables: 1,
            rows: 1, warnings: 0, files: [])
    }

    private func sample() -> RunRecord {
        RunRecord(
            id: UUID(), job: "nightly", kind: .backup, trigger: .hand,
            owner: Owner(machine: "m", host: "h", pid: 1, stateDirectory: "/s"),
            startedAt: Date(timeIntervalSince1970: 1_795_307_400))
    }
}

/// Counts calls.
private actor Counter {
    private(set) var total = 0

    func count() { total += 1 }
}

/// The way to a database that is not there yet, on the shared server.
func freshOptions(_ version: Int? = nil) async throws -> ConnectionOptions {
    let server = try await TemporaryServer.shared(version: version)
    return server.connectionInfo(database: server.newDatabaseName()).options()
}
