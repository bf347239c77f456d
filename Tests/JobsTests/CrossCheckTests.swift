import Faults
import FoundationEssentials
import Jobs
import Policy
import TestKit
import Testing

@Suite struct `Settings and jobs together` {
    private static func parse(
        _ settings: String?, _ jobs: [(String, String)], environment: [String: String] = [:]
    ) -> ConfigurationReading {
        ConfigurationParser.read(
            ConfigurationSource(
                settings: settings.map { ConfigurationSource.File(path: "pgvigil.yaml", text: $0) },
                jobs: jobs.map { ConfigurationSource.File(path: "jobs/\($0.0)", text: $0.1) },
                environment: environment, defaults: Sample.defaults, readSecretFile: Sample.readFile))
    }

    @Test func `make a configuration, jobs in the order of their names`() throws {
        let configuration = Self.parse(
            "targets: {main: postgres://h/db, shop-eu: postgres://e/db}\nstores: {nas: /mnt}\n",
            [("b.yaml", "target: shop-*\nstore: nas\n"), ("a.yml", "target: [main]\nstore: nas\n")]
        )
        #expect(configuration.faults.isEmpty)
        #expect(configuration.jobs.map(\.name) == ["a", "b"])
        #expect(configuration.settings?.stores.map(\.name) == ["nas"])
    }

    @Test func `that do not agree are told where`() {
        let result = Self.parse(
            "targets: {main: postgres://h/db, shop: postgres://e/db}\nstores: {nas: /mnt}\n",
            [
                ("a.yaml", "store: nas\ntarget:\n  - main\n  - mian\n  - shop-*\n  - elsewhere\n"),
                ("a.yml", "target: mainn\nstore: nass\n"),
                ("b.yaml", "kind: backup\n"),
            ])
        #expect(
            result.faults.map(\.code) == [
                "job.unknown-target", "job.unknown-target", "job.unknown-target", "job.unknown-target",
                "job.unknown-store", "job.twice", "job.unknown-store",
            ])
        Golden.expect(result.faults.map(\.description).joined(separator: "\n"), "disagreements")
    }

    @Test func `that do not agree on where drills, verifications and restores go are told where`() {
        let result = Self.parse(
            "targets: {main: postgres://h/db, spare: postgres://e/db}\nstores: {nas: /mnt}\n",
            [
                ("a.yaml", "kind: drill\nstore: nass\nwhere: target/spair\ntarget: mian\n"),
                ("b.yaml", "kind: verify\nstores: [nas, nsa]\n"),
                ("c.yaml", "kind: restore\nbackup: latest:main/shop\nto: elsewhere/shop\n"),
                ("d.yaml", "kind: restore\nbackup: latest:main/shop\nto: spare/shop\n"),
            ])
        #expect(
            result.faults.map { "\($0.place?.description ?? "") \($0.code)" } == [
                "jobs/a.yaml:4:9 job.unknown-target", "jobs/a.yaml:3:8 job.unknown-target",
                "jobs/a.yaml:2:8 job.unknown-store", "jobs/b.yaml:2:15 job.unknown-store",
                "jobs/c.yaml:3:5 job.unknown-target",
            ])
    }

    @Test func `disagree where a notification names a job that is not there`() {
        let result = Self.parse(
            """
            targets: {main: postgres://h/db}
            notifications:
              ops: {ping: "https://h/p", jobs: [nightly, nigthly, "week*", broken]}
              dba: {mail: dba@example.org, jobs: "*"}
              one: {mail: dba@example.org, jobs: elsewhere}
            """, [("nightly.yaml", "kind: backup\n"), ("broken.yaml", "kind: [")])
        #expect(
            result.faults.map(\.code) == [
                "yaml.syntax", "config.unknown-job", "config.unknown-job", "config.unknown-job",
            ])
        #expect(result.faults.map(\.place?.column) == [1, 46, 55, 38])
        #expect(result.settings?.channels.map(\.name) == ["ops", "dba", "one"])
        Golden.expect(
            result.faults.dropFirst().map(\.description).joined(separator: "\n"), "unknown-jobs")
    }

    @Test func `are checked as far as they can be read`() {
        // The target's URL and the store's path are wrong, but both have their names.
        let result = Self.parse(
            "targets: {main: mysql://h/db}\nstores: {local: [x]}\n",
            [("a.yaml", "target: main\nfrmat: x\n"), ("b.yaml", "target: mian\n")])
        #expect(
            result.faults.map(\.code) == [
                "url.scheme", "config.wrong-shape", "config.unknown-key", "job.unknown-target",
            ])
    }

    @Test func `are not compared when the settings cannot be read at all`() {
        #expect(
            Self.parse("targets: [", [("a.yaml", "target: x\nstore: y\n")]).faults.map(\.code) == [
                "yaml.syntax"
            ])
        #expect(
            Self.parse("targets: 7\nstores: 7\n", [("a.yaml", "target: x\nstore: y\n")]).faults.map(
                \.code)
                == ["config.wrong-shape", "config.wrong-shape"])
    }

    @Test func `know the environment's targets by their names, whatever their URLs`() {
        let jobs = [("a.yaml", "target: pim\n"), ("b.yaml", "target: main\n")]
        let broken = Self.parse(nil, jobs, environment: ["PIM_DATABASE_URL": "mysql://h"])
        #expect(broken.faults.map(\.code) == ["url.scheme", "job.unknown-target"])
        #expect(Self.parse(nil, jobs).faults.map(\.code) == ["config.no-targets"])
    }

    @Test func `as they are shipped need only DATABASE_URL`() throws {
        let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(
            separator: "/")
        let text = try Self.read("\(folder)/jobs/nightly-backup.yaml")
        let configuration = Self.parse(
            nil, [("nightly-backup.yaml", text)], environment: ["DATABASE_URL": "postgres://h/shop"])
        #expect(configuration.faults.isEmpty)
        let job = try #require(configuration.jobs.first)
        #expect(job.name == "nightly-backup")
        #expect(job.targets == nil)
        #expect(job.timeout == .seconds(4 * 3600))
        #expect(job.retry.attemptsMax == 3)
        guard case .backup(let spec) = job.work else { return }
        #expect(!spec.keep.isEmpty)
        #expect(spec.store == "local")
    }

    @Test func `as they are shipped for all else need only DATABASE_URL too`() throws {
        let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(
            separator: "/")
        let jobs = try ["weekly-drill.yaml", "verify-stores.yaml", "tidy.yaml"].map {
            ($0, try Self.read("\(folder)/jobs/\($0)"))
        }
        let configuration = Self.parse(nil, jobs, environment: ["DATABASE_URL": "postgres://h/shop"])
        #expect(configuration.faults.isEmpty)
        #expect(
            configuration.jobs.map(\.work) == [
                .maintain(MaintainSpec()), .verify(VerifySpec()), .drill(DrillSpec()),
            ])
    }

    private static func read(_ path: String) throws -> String {
        try String(contentsOfFile: path, encoding: .utf8)
    }
}
