import Faults
import Jobs
import Policy
import TestKit
import Testing

@Suite struct `A job` {
    @Test func `says everything that can be said`() throws {
        let (job, faults) = Sample.job(
            """
            kind: backup
            target: [main, "shop-*"]
            databases: app
            exclude: ["*_test", template_x]
            format: directory
            compression: zstd:19
            workers: 8
            globals: false
            verify: hash
            keep: {last: 1, hourly: 2, daily: 3, weekly: 4, monthly: 5, yearly: 6, within: 30d}
            store: nas
            timeout: 1h30m
            retry: {attempts: 4, backoff: 5s..10m}
            schemas: [public]
            exclude_schemas: tmp
            tables: [public.orders]
            exclude_tables: ["public.log_*"]
            exclude_table_data: [audit]
            """)
        #expect(faults.isEmpty)
        let found = try #require(job)
        #expect(found.name == "nightly")
        #expect(found.kind == .backup)
        #expect(found.targets == ["main", "shop-*"])
        #expect(found.timeout == .seconds(5400))
        #expect(
            found.retry == RetryPolicy(attemptsMax: 4, backoffMin: .seconds(5), backoffMax: .seconds(600)))
        #expect(found.place == Place(file: "jobs/nightly.yaml", line: 1, column: 1))
        let selection = BackupSpec.Selection(
            schemas: ["public"], excludeSchemas: ["tmp"], tables: ["public.orders"],
            excludeTables: ["public.log_*"], excludeTableData: ["audit"])
        #expect(selection.isPartial)
        #expect(
            found.work
                == .backup(
                    BackupSpec(
                        databases: ["app"], excludeDatabases: ["*_test", "template_x"], format: .directory,
                        compression: .zstd(level: 19), workers: .exactly(8), globals: false, verify: .hash,
                        keep: Retention(
                            last: 1, hourly: 2, daily: 3, weekly: 4, monthly: 5, yearly: 6,
                            within: .seconds(30 * 86_400)),
                        store: "nas", selection: selection)))
    }

    @Test func `says what is around its work`() throws {
        let (job, faults) = Sample.job(
            """
            hooks:
              before: [pg_isready, -q]
              after: [/usr/local/bin/report, "a b"]
              on_failure: [logger, "backup of ${NAME} failed"]
              timeout: 90s
            timeouts: {preflight: 1m, globals: 2m, dump: 3h, publish-check: 4h, publish: 5m, record: 6m,
              prune: 7m}
            on: {site: fra, disk: ssd-1.2_x}
            when_catalog_down: run
            window_end: stop
            guard_trip: stop
            expected: 40m
            objectives: {backup_age: 26h, proven_age: 8d, recovery_time: 30m}
            """)
        #expect(faults.isEmpty)
        let found = try #require(job)
        #expect(
            found.hooks
                == Hooks(
                    before: ["pg_isready", "-q"], after: ["/usr/local/bin/report", "a b"],
                    onFailure: ["logger", "backup of nas failed"], timeout: .seconds(90)))
        #expect(
            found.stepTimeouts == [
                "preflight": .seconds(60), "globals": .seconds(120), "dump": .seconds(3 * 3600),
                "publish-check": .seconds(4 * 3600), "publish": .seconds(300), "record": .seconds(360),
                "prune": .seconds(420),
            ])
        #expect(found.labels == ["site": "fra", "disk": "ssd-1.2_x"])
        #expect(found.whenCatalogDown == .run)
        #expect(found.atWindowEnd == .stop)
        #expect(found.atGuard == .stop)
        #expect(found.expected == .seconds(2400))
        #expect(
            found.objectives
                == Objectives(
                    backupAge: .seconds(26 * 3600), provenAge: .seconds(8 * 86_400),
                    recoveryTime: .seconds(1800)))
    }

    @Test func `may be a command`() throws {
        let (job, faults) = Sample.job(
            "kind: command\ntarget: main\ncommand: [vacuumdb, --all, -j, 4]\nheavy: true\nretry: {attempts: 2}\n"
        )
        #expect(faults.isEmpty)
        let found = try #require(job)
        #expect(found.kind == .command)
        #expect(found.targets == ["main"])
        #expect(found.retry.attemptsMax == 2)
        #expect(
            found.work == .command(CommandSpec(command: ["vacuumdb", "--all", "-j", "4"], heavy: true)))
        #expect(
            Sample.job("kind: command\ncommand:\n  - report\n").job?.work
                == .command(CommandSpec(command: ["report"])))
    }

    @Test func `needs to say nothing`() throws {
        let (job, faults) = Sample.job("")
        #expect(faults.isEmpty)
        let found = try #require(job)
        #expect(found.work == .backup(BackupSpec()))
        #expect(found.targets == nil)
        #expect(found.timeout == .seconds(12 * 3600))
        #expect(found.retry == RetryPolicy())
        #expect(!BackupSpec().selection.isPartial)
        #expect(found.places.isEmpty)
        #expect(found.hooks == Hooks())
        #expect(found.stepTimeouts.isEmpty && found.labels.isEmpty && found.whenCatalogDown == nil)
        #expect(found.atWindowEnd == .finish && found.atGuard == .finish)
        #expect(found.expected == .seconds(600))
        #expect(found.objectives == Objectives())
    }

    @Test(
        arguments: [
            ("none", .none), ("zlib", .zlib(level: 6)), ("zlib:0", .zlib(level: 0)),
            ("zlib:9", .zlib(level: 9)), ("isal", .isal(level: 2)), ("isal:3", .isal(level: 3)),
            ("lz4", .lz4), ("zstd", .zstd(level: 3)), ("zstd:22", .zstd(level: 22)),
        ] as [(String, BackupSpec.Compression)])
    func `compresses as it says`(_ text: String, _ compression: BackupSpec.Compression) {
        #expect(
            Sample.job("compression: \(text)\n").job?.work == .backup(BackupSpec(compression: compression)))
        #expect(
            Sample.job("compression: \(compression)\n").job?.work
                == .backup(BackupSpec(compression: compression)))
    }

    @Test(
        arguments: [
            ("", .isal(level: 2)), ("format: custom\n", .isal(level: 2)),
            ("writer: pg_dump\n", .zlib(level: 6)), ("format: directory\n", .zlib(level: 6)),
            ("format: plain\n", .zlib(level: 6)),
        ] as [(String, BackupSpec.Compression)])
    func `is compressed by what suits who writes it`(_ text: String, _ compression: BackupSpec.Compression) {
        guard case .backup(let spec) = Sample.job(text).job?.work else {
            Issue.record("no backup")
            return
        }
        #expect(spec.compression == compression)
    }

    @Test(
        arguments: [
            ("", "isal:2"), ("compression: zlib:1\n", "zlib:1"), ("compression: zlib:0\n", nil),
            ("compression: none\n", nil), ("compression: zstd\n", nil), ("writer: pg_dump\n", nil),
            ("format: directory\n", nil), ("format: plain\n", nil),
        ] as [(String, String?)])
    func `is written by pgvigil where that is better`(_ text: String, _ compression: String?) {
        guard case .backup(let spec) = Sample.job(text).job?.work else {
            Issue.record("no backup")
            return
        }
        #expect(spec.segmentCompression.map { "\($0)" } == compression)
    }

    @Test func `says how many work at once, or leaves it to the moment`() {
        let (job, faults) = Sample.job("workers: auto\nconnections: 3\n")
        #expect(faults.isEmpty)
        #expect(
            job?.work
                == .backup(
                    BackupSpec(workers: .automatic, connections: .exactly(3))))
    }

    @Test(arguments: ["none", "zlib:6"])
    func `may be plain text, compressed or not`(_ compression: String) {
        #expect(Sample.job("format: plain\ncompression: \(compression)\n").faults.isEmpty)
    }

    @Test func `waits as long each time when it gives one duration`() {
        #expect(
            Sample.job("retry: {attempts: 2, backoff: 1m}\n").job?.retry
                == RetryPolicy(attemptsMax: 2, backoffMin: .seconds(60), backoffMax: .seconds(60)))
    }

    @Test func `takes the default of what a section leaves out`() {
        #expect(
            Sample.job("retry: {attempts: 3}\n").job?.retry
                == RetryPolicy(attemptsMax: 3, backoffMin: .seconds(60), backoffMax: .seconds(900)))
        #expect(Sample.job("retry: {backoff: 1m}\n").job?.retry.attemptsMax == 1)
        #expect(Sample.job("keep: {}\n").job?.work == .backup(BackupSpec()))
        let settings = Sample.settings("targets: {main: postgres://h/db}\nlimits: {runs: 5}\n").settings
        #expect(settings?.limits == Limits(runsMax: 5))
    }

    @Test(arguments: ["jobs/nightly.yaml", "jobs/nightly.yml", "/etc/pgvigil/jobs/nightly.yaml", "nightly"])
    func `has the name of its file`(_ file: String) {
        #expect(Sample.job("", file: file).job?.name == "nightly")
    }

    @Test func `may be written in JSON`() {
        #expect(
            Sample.job(#"{"kind": "backup", "keep": {"last": 3}}"#).job?.work
                == .backup(BackupSpec(keep: Retention(last: 3))))
    }
}
