import Faults
import FoundationEssentials
import Jobs
import Measures
import Testing

@Suite struct `A job that restores or reads again` {
    @Test func `may be a drill that says everything`() throws {
        let (job, faults) = Sample.job(
            """
            kind: drill
            target: main
            databases: [shop, "app_*"]
            exclude: app_test
            backup: rotate:1/8
            store: nas
            proof: rows
            content_max: 20GiB
            where: target/spare
            workers: 4
            amcheck: false
            assert:
              - {sql: select 1 from orders limit 1, expect: rows > 0, name: there are orders, database: "shop*"}
              - {sql: select max(created_at) from orders, max_age: 26h}
              - sql: select version from settings
                expect: "value = '  1.4 '"
            """)
        #expect(faults.isEmpty)
        let found = try #require(job)
        #expect(found.kind == .drill && found.targets == ["main"] && found.expected == .seconds(1800))
        #expect(
            found.work
                == .drill(
                    DrillSpec(
                        databases: ["shop", "app_*"], excludeDatabases: ["app_test"],
                        backup: .rotate(share: 1, of: 8), store: "nas", proof: .rows,
                        contentMax: ByteCount(20 << 30), location: .target("spare"), workers: 4,
                        amcheck: false,
                        assertions: [
                            Assertion(
                                sql: "select 1 from orders limit 1", database: "shop*",
                                name: "there are orders", expectation: .rows(.greater, 0)),
                            Assertion(
                                sql: "select max(created_at) from orders",
                                expectation: .maxAge(.seconds(26 * 3600))),
                            Assertion(
                                sql: "select version from settings",
                                expectation: .value(.equal, "  1.4 ")),
                        ])))
    }

    @Test func `may be a drill that says nothing more`() {
        #expect(Sample.job("kind: drill\n").job?.work == .drill(DrillSpec()))
        let bounded = Sample.job("kind: drill\ndisk: 20GiB\nmemory: 512MiB\nbackup: 5D6f1d4e\n").job
        #expect(
            bounded?.work
                == .drill(
                    DrillSpec(
                        backup: .id("5d6f1d4e"), diskMax: ByteCount(20 << 30),
                        memoryMax: ByteCount(512 << 20))))
    }

    @Test func `may be a verification`() {
        #expect(Sample.job("kind: verify\n").job?.work == .verify(VerifySpec()))
        #expect(VerifySpec().backup == .rotate(share: 1, of: 7) && VerifySpec().minAge == .seconds(86_400))
        let (job, faults) = Sample.job(
            "kind: verify\nstores: [local, nas]\ndatabases: shop\nbackup: random\nmin_age: 2w\nlevel: hash\n")
        #expect(faults.isEmpty)
        #expect(
            job?.work
                == .verify(
                    VerifySpec(
                        stores: ["local", "nas"], databases: ["shop"], backup: .random,
                        minAge: .seconds(14 * 86_400), level: .hash)))
        #expect(job?.places["stores[1]"] == Place(file: "jobs/nightly.yaml", line: 2, column: 17))
    }

    @Test func `may be a restore, which works on its destination`() {
        let (job, faults) = Sample.job(
            """
            kind: restore
            backup: latest:main/shop
            at: 2026-11-20T02:00+01:00
            to: spare/shop/copy
            replace: true
            globals: true
            workers: 2
            drop_old: true
            disconnect: true
            """)
        #expect(faults.isEmpty)
        #expect(job?.targets == ["spare"])
        #expect(
            job?.work
                == .restore(
                    RestoreSpec(
                        backup: "latest:main/shop", at: Date(timeIntervalSince1970: 1_795_136_400),
                        destination: .init(target: "spare", database: "shop/copy"), replace: true,
                        globals: true, workers: 2, dropOld: true, disconnect: true)))
    }

    @Test func `may restore a part`() {
        #expect(
            Sample.job(
                "kind: restore\nbackup: 5d6f1d4e\nto: main/x\ntables: orders\nschemas: [public]\ndata_only: true\n"
            ).job?.work
                == .restore(
                    RestoreSpec(
                        backup: "5d6f1d4e", destination: .init(target: "main", database: "x"),
                        tables: ["orders"], schemas: ["public"], dataOnly: true)))
    }

    @Test(arguments: [
        "latest", "random", "rotate:1/8", "rotate:3/3", "rotate:1/1000", "5d6f", "5d6f1d4e-0000",
    ])
    func `writes its choice of backups as it reads it`(_ text: String) throws {
        #expect(try #require(BackupChoice(text)).description == text)
    }

    @Test(arguments: [
        "", "Latest", "rotate", "rotate:", "rotate:0/8", "rotate:9/8", "rotate:1/1001", "rotate:1",
        "rotate:+1/8",
        "rotate:1/8/9", "abc", "xyzw", "-5d6f1d4e", "5d6f1d4e-0000-4000-8000-000000000001a",
    ])
    func `takes nothing else for a choice of backups`(_ text: String) {
        #expect(BackupChoice(text) == nil)
    }

    @Test func `may count rows at the source`() {
        #expect(
            Sample.job("snapshot_counts: true\n").job?.work == .backup(BackupSpec(snapshotCounts: true)))
    }

    @Test func `bounds its drills`() {
        let settings = Sample.settings("targets: {main: postgres://h/db}\nlimits: {drills: 2}\n").settings
        #expect(settings?.limits.drillsMax == 2)
    }
}
