import Faults
import Jobs
import Measures
import Policy
import TestKit
import Testing

@Suite struct `Settings of the service` {
    private static func read(_ text: String) throws -> Settings {
        let (settings, faults) = Sample.settings("targets: {main: postgres://h/db}\n" + text)
        #expect(faults.isEmpty)
        return try #require(settings)
    }

    @Test func `say when work may be done`() throws {
        let settings = try Self.read(
            """
            windows:
              nights:
                zone: Europe/Paris
                open: 22:00-06:00
                closed: [2026-12-24..2026-12-26, 2027-01-01]
                guards:
                  load: 1.5
                  active_sessions: 40
                  transactions_per_second: 500
                  longest_transaction: 10m
                  replication_lag: 30s
                  free_disk: 20GiB
              one-day: {open: 1:00-2:00, closed: 1970-01-01, guards: {}}
            """)
        let every = Set(0...6)
        #expect(
            settings.windows["nights"]
                == Window(
                    zoneName: "Europe/Paris",
                    openings: [Window.Opening(weekdays: every, from: 1320, to: 360)],
                    closed: [
                        Window.ClosedDays(
                            first: CivilDay.number(year: 2026, month: 12, day: 24),
                            last: CivilDay.number(year: 2026, month: 12, day: 26)),
                        Window.ClosedDays(
                            first: CivilDay.number(year: 2027, month: 1, day: 1),
                            last: CivilDay.number(year: 2027, month: 1, day: 1)),
                    ],
                    guards: [
                        GuardRule(kind: .activeSessions, limit: 40),
                        GuardRule(kind: .transactionsPerSecond, limit: 500),
                        GuardRule(kind: .longestTransaction, limit: 600),
                        GuardRule(kind: .replicationLag, limit: 30),
                        GuardRule(kind: .freeDisk, limit: 20 * 1_073_741_824),
                        GuardRule(kind: .load, limit: 1.5),
                    ]))
        #expect(settings.windows["one-day"]?.closed == [Window.ClosedDays(first: 0, last: 0)])
        #expect(settings.windows["one-day"]?.guards == [])
    }

    @Test func `say what a daemon is, how much it does, and when it gives up`() throws {
        let settings = try Self.read(
            """
            labels: {site: fra, tier: "1"}
            limits: {runs: 9, heavy_per_target: 2, writers_per_store: 3}
            daemon: {lease: 1m, grace: 0s}
            web: {listen: "127.0.0.1:9187"}
            """)
        #expect(settings.labels == ["site": "fra", "tier": "1"])
        #expect(settings.limits == Limits(runsMax: 9, heavyRunsMax: 2, writersMax: 3))
        #expect(settings.daemon == DaemonSettings(lease: .seconds(60), grace: .zero))
        #expect(settings.web.listen == WebSettings.Address(host: "127.0.0.1", port: 9187))
        let plain = try Self.read("daemon: {}\nweb: {}\nlimits: {}\n")
        #expect(plain.daemon == DaemonSettings() && plain.web == WebSettings() && plain.limits == Limits())
        #expect(plain.labels.isEmpty && plain.channels.isEmpty)
    }

    @Test(arguments: [
        ("off", nil), ("127.0.0.1:0", ("127.0.0.1", 0)), ("localhost:80", ("127.0.0.1", 80)),
        ("0.0.0.0:9187", ("0.0.0.0", 9187)), ("[::1]:9187", ("::1", 9187)), ("[::]:65535", ("::", 65535)),
        ("[::ffff:10.0.0.1]:1", ("::ffff:10.0.0.1", 1)),
    ])
    func `say where it listens`(_ text: String, _ address: (String, Int)?) throws {
        let found = try Self.read("web: {listen: '\(text)'}\n").web.listen
        #expect(found == address.map { WebSettings.Address(host: $0.0, port: $0.1) })
    }

    @Test func `say what is expected of a target`() throws {
        let (settings, faults) = Sample.settings(
            "targets: {main: {url: postgres://h/db, objectives: {backup_age: 26h}}, other: postgres://h/o}\n")
        #expect(faults.isEmpty)
        #expect(
            settings?.targets.map(\.objectives) == [
                Objectives(backupAge: .seconds(26 * 3600)), Objectives(),
            ])
    }

    @Test func `say who is told of what, and how`() throws {
        let settings = try Self.read(
            """
            notifications:
              chat: {webhook: "https://hooks.example/T/s3cret", form: slack, events: [failure, recovery]}
              plain: {webhook: "http://127.0.0.1:8080/in"}
              own:
                webhook: "https://u:p@[2001:db8::1]:8443/x?y=%20#z"
                form: template
                template: '{"text": "{{job}} of {{target}}: {{summary}}", "times": {{count}}}'
              check: {ping: file:url-of-check, jobs: "*"}
              dba: {mail: [dba@example.org, ops@example.org], from: pgvigil@example.org, events: breach}
              one: {mail: dba@example.org, sendmail: ~/bin/sendmail}
              log: {command: [logger, -t, pgvigil], jobs: ["night*", weekly]}
            """.replacing("file:url-of-check", with: "https://hc.example/s3cret"))
        let all = Set(EventKind.allCases)
        let template = #"{"text": "{{job}} of {{target}}: {{summary}}", "times": {{count}}}"#
        let expected = [
            NotificationChannel(
                name: "chat",
                way: .webhook(url: Secret("https://hooks.example/T/s3cret"), form: .slack, template: nil),
                events: [.failure, .recovery]),
            NotificationChannel(
                name: "plain",
                way: .webhook(url: Secret("http://127.0.0.1:8080/in"), form: .json, template: nil)),
            NotificationChannel(
                name: "own",
                way: .webhook(
                    url: Secret("https://u:p@[2001:db8::1]:8443/x?y=%20#z"), form: .template,
                    template: template)),
            NotificationChannel(
                name: "check", way: .ping(url: Secret("https://hc.example/s3cret")), events: all, jobs: ["*"]),
            NotificationChannel(
                name: "dba",
                way: .mail(
                    to: ["dba@example.org", "ops@example.org"], from: "pgvigil@example.org",
                    sendmail: "/usr/sbin/sendmail"), events: [.breach]),
            NotificationChannel(
                name: "one",
                way: .mail(to: ["dba@example.org"], from: nil, sendmail: "/home/me/bin/sendmail")),
            NotificationChannel(
                name: "log", way: .command(["logger", "-t", "pgvigil"]), jobs: ["night*", "weekly"]),
        ]
        #expect(settings.channels == expected)
        #expect(!"\(settings.channels)".contains("s3cret"))
    }

    @Test func `take the addresses of notifications from files`() throws {
        let (settings, faults) = Sample.settings(
            "targets: {main: postgres://h/db}\nnotifications: {ops: {ping: 'file:ping-url'}}\n")
        #expect(settings == nil)
        #expect(faults.map(\.code) == ["secret.unreadable"])
    }
}

@Suite struct `The template of a message` {
    @Test func `has its fields filled in`() throws {
        let filled = try MessageTemplate.fill("{{job}}: {{count}} {x} }}{{job}}") { "<\($0)>" }
        #expect(filled == "<job>: <count> {x} }}<job>")
    }

    @Test(arguments: MessageTemplate.fields)
    func `knows its fields`(_ field: String) throws {
        let (_, faults) = Sample.settings(
            """
            targets: {main: postgres://h/db}
            notifications:
              own: {webhook: "https://h/", form: template, template: '{"x": "{{\(field)}}"}'}
            """)
        #expect(faults.isEmpty)
        #expect(throws: JobsFault.self) { try MessageTemplate.fill("{{ \(field) }}") { $0 } }
    }
}
