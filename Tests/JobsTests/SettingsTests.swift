import Faults
import Jobs
import Measures
import Policy
import TestKit
import Testing

@Suite struct `Reading settings` {
    @Test func `say everything that can be said`() throws {
        let (settings, faults) = Sample.settings(
            """
            catalog: {{URL}}
            state: ~/state/
            targets:
              main: postgres://u@h/db
              pim:
                url: host=pim dbname=pim
                password: ${SECRET}
                databases: [pim, "module_*"]
              secret: {url: file:url}
              via-variable: {url: postgres://v, password: "${FILE}"}
            stores:
              local: backups/./nightly
              nas: {path: "/mnt/${NAME}"}
            windows:
              nights: 22:00-06:00
              weekend: [Sat 0:00-24:00, Sun 0:00-12:00]
              paris: {zone: Europe/Paris, open: [Mon-Fri 1:00-5:00]}
            limits: {runs: 3, connect_timeout: 5s, free_space: 2GiB}
            clients: /opt/pg/bin
            zone: UTC
            """.replacing("{{URL}}", with: "postgres://records@c/pgvigil"))
        #expect(faults.isEmpty)
        let found = try #require(settings)
        #expect(found.catalog == .server(try ConnectionURL.parse("postgres://records@c/pgvigil")))
        #expect(found.stateDirectory == "/home/me/state")
        #expect(found.targets.map(\.name) == ["main", "pim", "secret", "via-variable"])
        #expect(found.targets.map(\.databases) == [nil, ["pim", "module_*"], nil, nil])
        #expect(
            found.targets.map { $0.connection.password?.reveal() } == [nil, "s3cret", "s3cret", "s3cret"])
        #expect(found.targets.map(\.connection.address) == ["h", "pim", "h:5433", "v"])
        #expect(found.targets.map(\.origin) == [4, 5, 9, 10].map { "pgvigil.yaml:\($0):3" })
        #expect(
            found.stores == [
                StoreSettings(name: "local", path: "/etc/pgvigil/backups/nightly"),
                StoreSettings(name: "nas", path: "/mnt/nas"),
            ])
        let everyDay = Set(0...6)
        #expect(
            found.windows == [
                "nights": Window(openings: [Window.Opening(weekdays: everyDay, from: 1320, to: 360)]),
                "weekend": Window(openings: [
                    Window.Opening(weekdays: [6], from: 0, to: 1440),
                    Window.Opening(weekdays: [0], from: 0, to: 720),
                ]),
                "paris": Window(
                    zoneName: "Europe/Paris",
                    openings: [Window.Opening(weekdays: [1, 2, 3, 4, 5], from: 60, to: 300)]),
            ])
        #expect(
            found.limits
                == Limits(
                    runsMax: 3, connectTimeout: .seconds(5), freeSpaceMin: ByteCount(2 << 30)))
        #expect(found.clientDirectories == ["/opt/pg/bin"])
        #expect(found.zoneName == "UTC")
    }

    @Test(arguments: [nil, "", "# only a comment\n", "{}\n"])
    func `need nothing but a database in the environment`(_ text: String?) throws {
        let (settings, faults) = Sample.settings(
            text, environment: ["DATABASE_URL": "postgres://u:s3cret@h/shop"])
        #expect(faults.isEmpty)
        let connection = try ConnectionURL.parse("postgres://u:s3cret@h/shop")
        #expect(
            settings
                == Settings(
                    catalog: .embedded, stateDirectory: "/var/lib/pgvigil",
                    targets: [
                        Target(
                            name: "main", connection: connection, databases: ["shop"], origin: "DATABASE_URL")
                    ],
                    stores: [StoreSettings(name: "local", path: "/var/backups/pgvigil")]))
    }

    @Test func `without a file and a database are refused`() {
        let (settings, faults) = Sample.settings(nil)
        // What is in a store can be read all the same.
        #expect(settings?.targets == [])
        #expect(faults.map(\.code) == ["config.no-targets"])
        #expect(faults.allSatisfy { $0.place == nil })
    }

    @Test func `make a target of each module's database`() {
        let (settings, faults) = Sample.settings(
            nil,
            environment: [
                "DATABASE_URL": "postgres://h/shop", "INVENTORY_DATABASE_URL": "postgres://h/in%2Aventory",
                "ORDER_HISTORY_DATABASE_URL": "postgres://h", "EMPTY_DATABASE_URL": "", "DATABASE_URLS": "x",
                "DATABASE_URL_OLD": "mysql://x",
            ])
        #expect(faults.isEmpty)
        #expect(settings?.targets.map(\.name) == ["inventory", "main", "order-history"])
        #expect(settings?.targets.map(\.databases) == [["in\\*ventory"], ["shop"], nil])
        #expect(
            settings?.targets.map(\.origin) == [
                "INVENTORY_DATABASE_URL", "DATABASE_URL", "ORDER_HISTORY_DATABASE_URL",
            ])
    }

    @Test func `say every fault of the environment, and no password`() {
        let (settings, faults) = Sample.settings(
            nil,
            environment: [
                "DATABASE_URL": "postgres://u:s3cret@h/a", "MAIN_DATABASE_URL": "postgres://u:s3cret@h/b",
                "A_DATABASE_URL": "mysql://u:s3cret@h/b", "2ND_DATABASE_URL": "postgres://u:s3cret@h/b",
            ])
        #expect(settings == nil)
        #expect(faults.map(\.code) == ["config.bad-name", "url.scheme", "config.target-twice"])
        Golden.expect(faults.map(\.description).joined(separator: "\n"), "environment-faults")
    }

    @Test func `leave the environment's databases alone when the file names targets`() {
        let (settings, _) = Sample.settings(
            "targets: {pim: postgres://h/pim}\n", environment: ["DATABASE_URL": "mysql://x"])
        #expect(settings?.targets.map(\.name) == ["pim"])
    }

    @Test(arguments: Rows.read("interpolation.tsv"))
    func `read the environment`(_ row: [String]) {
        let (job, faults) = Sample.job("store: '\(row[0])'\n")
        #expect(faults.isEmpty)
        guard case .backup(let spec) = job?.work else { return #expect(Bool(false), "no job") }
        #expect(spec.store == row[1], "\(row[2])")
    }

    @Test func `read the environment for numbers and words as well`() {
        let (job, faults) = Sample.job(
            """
            format: ${FORMAT:-directory}
            workers: ${WORKERS:-3}
            compression: zlib:${LEVEL}
            globals: ${GLOBALS:-false}
            """)
        #expect(faults.isEmpty)
        #expect(
            job?.work
                == .backup(
                    BackupSpec(
                        format: .directory, compression: .zlib(level: 9), workers: .exactly(3), globals: false
                    )))
    }
}

@Suite struct `A secret in a file` {
    private static func code(_ permissions: UInt32, _ content: [UInt8]) -> String? {
        switch SecretFile.judge(path: "/run/pw", permissions: permissions, content: content) {
        case .success: nil
        case .failure(let fault): fault.code
        }
    }

    @Test(arguments: [0o400, 0o600, 0o640, 0o440, 0o100600] as [UInt32])
    func `is read`(_ permissions: UInt32) {
        #expect(Self.code(permissions, Array("s3cret\n".utf8)) == nil)
    }

    @Test(arguments: [0o644, 0o604, 0o777, 0o100644] as [UInt32])
    func `that every user can read is refused`(_ permissions: UInt32) {
        #expect(Self.code(permissions, Array("s3cret\n".utf8)) == "secret.exposed")
    }

    @Test func `that is no text is refused`() {
        #expect(Self.code(0o600, []) == "secret.unreadable")
        #expect(Self.code(0o600, [0xFF, 0xFE]) == "secret.unreadable")
        #expect(Self.code(0o600, Array(repeating: 65, count: 100_000)) == "secret.unreadable")
    }

    @Test func `belongs into the settings, not into a job`() {
        let (settings, faults) = Sample.settings(
            "targets: {a: {url: postgres://h, password: 'file:~/absent'}}\n")
        #expect(settings == nil)
        #expect(faults.map(\.summary) == ["the secret file /home/me/absent cannot be read: no such file"])
        #expect(
            Sample.job("store: file:/run/pw\n").job?.places["store"]?.column == 8,
            "in a job it is a plain word")
    }
}
