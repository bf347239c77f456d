import Databases
import FoundationEssentials
import Glibc
import Jobs
import TestKit
import Testing

@Suite struct `A daemon whose catalog goes away` {
    private static let jobs = ["always": 2, "never": 2, "nightly-backup": 5, "long": 7]

    @Test func `goes on alone, keeps outcomes in its journal, and tells them once`() async throws {
        // What it has confirmed is kept when it is killed; elsewhere tests do without.
        let server = try await TemporaryServer.start(settings: ["synchronous_commit": "on"])
        let (_, source) = try await Sample.database()
        try await Fleet.play(catalog: server.connectionInfo(database: "pgvigil")) { fleet in
            try arrange(fleet, source)
            let daemon = try await fleet.join("a")
            let long = try await fleet.atWork("long")
            #expect(try await Fact.comes { !fleet.scene.sets.isEmpty && !fleet.testimony("never").isEmpty })

            let wentAt = RealClock.now
            try await Self.kill(server)
            try #require(try await fleet.says(daemon, "the catalog cannot be reached"))
            try await goesOn(fleet, daemon, long)
            try await shows(fleet)
            #expect(try await Fact.comes { RealClock.now.timeIntervalSince(wentAt) > 20 })
            let backAt = RealClock.now
            try await server.cluster.revive()
            try await fleet.joined(daemon, times: 2)
            let isTold = try await Fact.comes {
                let end = try await fleet.ask("a", "status", "--json")
                return try fleet.scene.decode(ConditionRow.self, end).journalEntries == 0
            }
            #expect(isTold, "\(daemon.outputSoFar)")
            let isServing = try await Fact.comes {
                fleet.testimony("never").contains { $0.isBegin && $0.slot > Self.text(backAt) }
            }
            #expect(isServing, "\(daemon.outputSoFar)\n\(daemon.errorsSoFar)")
            try await fleet.stop(daemon)
            try await isWhole(fleet, long, wentAt, backAt)
        }
        try await server.cluster.stop()
    }

    private func arrange(_ fleet: Fleet, _ source: ConnectionInfo) throws {
        try fleet.settings("a", "desk", target: source)
        try fleet.command("always", for: ["a"], "when_catalog_down: run")
        try fleet.command("never", for: ["a"], "when_catalog_down: skip")
        try fleet.command("long", for: ["a"], gate: "long", "when_catalog_down: run")
        try fleet.scene.write("a/jobs/nightly-backup.yaml", "kind: backup\nkeep: {last: 3}\n")
        try fleet.crontab(
            "a",
            lines: """
                */2 * * * * *  always          late=10m
                */2 * * * * *  never           late=4s
                */5 * * * * *  nightly-backup  late=10m
                */7 * * * * *  long            late=10m
                """)
    }

    /// Ends a server at once, as `pg_ctl stop -m immediate` does.
    private static func kill(_ server: TemporaryServer) async throws {
        let lodgers = ProcessTable().entries.filter { $0.directory.hasPrefix(server.cluster.directory) }
        let postmaster = try #require(
            lodgers.first { entry in !lodgers.contains { $0.pid == entry.parent } }, "no server runs")
        Glibc.kill(postmaster.pid, SIGQUIT)
        #expect(try await Fact.comes { !ProcessTable.lives(postmaster) })
    }

    /// Backups and what says `when_catalog_down: run` begin and end, also what was begun before.
    private func goesOn(_ fleet: Fleet, _ daemon: ChildRun, _ long: Fleet.Testimony) async throws {
        let before = fleet.testimony("always").count
        let (sets, backups) = (fleet.scene.sets, Self.ended(daemon, "nightly-backup").count)
        let goesOn = try await Fact.comes {
            fleet.testimony("always").count > before + 6
                && Self.ended(daemon, "nightly-backup").dropFirst(backups + 1).contains {
                    $0.outcome == "succeeded"
                }
        }
        #expect(goesOn, "\(daemon.outputSoFar)\n\(daemon.errorsSoFar)")
        #expect(Set(fleet.scene.sets).subtracting(sets).count >= 1)
        try fleet.open("long")
        #expect(try await Fact.comes { Self.ended(daemon, "long").contains { $0.id == long.run } })
    }

    private static func ended(_ daemon: ChildRun, _ job: String) -> [RunRow] {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return daemon.outputSoFar.split(separator: "\n").compactMap { line in
            // The last line may be on its way.
            let event = try? decoder.decode(EventRow.self, from: Data(line.utf8))
            return event?.event == "ended" && event?.run?.job == job ? event?.run : nil
        }
    }

    /// Without the catalog, people see what the journal has.
    private func shows(_ fleet: Fleet) async throws {
        let list = try await fleet.ask("a", "runs", "list", "--json", "--limit", "1000")
        #expect(list.status == 3, "\(list)")
        let rows = try fleet.scene.decode([RunRow].self, list)
        for job in ["always", "nightly-backup"] {
            #expect(
                rows.contains { $0.job == job && $0.inJournal == true && $0.outcome == "succeeded" },
                "\(rows)")
        }
        let end = try await fleet.ask("a", "status", "--json")
        let status = try fleet.scene.decode(ConditionRow.self, end)
        #expect(!status.catalogUp && status.journalEntries > 0 && end.status != 0, "\(end)")
    }

    private static func text(_ date: Date) -> String {
        Date.ISO8601FormatStyle().format(date)
    }

    /// Every slot has one row with what became of it, the one that was not to run the reason.
    private func isWhole(_ fleet: Fleet, _ long: Fleet.Testimony, _ wentAt: Date, _ backAt: Date) async throws
    {
        let runs = try await fleet.runs()
        for (job, seconds) in Self.jobs where job != "long" {
            let slots = runs.filter { $0.job == job }.compactMap(\.slot).map { Int($0.timeIntervalSince1970) }
                .sorted()
            let first = try #require(slots.first), last = try #require(slots.last)
            #expect(slots == Array(stride(from: first, through: last, by: seconds)), "\(job)")
        }
        #expect(runs.first { $0.id == long.run }?.outcome == "succeeded")
        let ran = runs.filter { $0.job == "always" && $0.outcome != "skipped" && $0.outcome != "waiting" }
        let begun = fleet.testimony("always").filter(\.isBegin).map(\.run)
        #expect(Set(begun).count == begun.count && Set(begun) == Set(ran.map(\.id)))
        // What came due when it was gone, and was too late when it was back.
        let away = runs.filter { row in
            guard row.job == "never", let slot = row.slot else { return false }
            return slot > wentAt.addingTimeInterval(1) && slot < backAt.addingTimeInterval(-5)
        }
        #expect(away.count >= 3 && away.allSatisfy { $0.outcome == "missed" }, "\(away)")
        // Those that came due before it was noticed have a reason of their own.
        #expect(away.allSatisfy { !$0.summary.isEmpty }, "\(away)")
        #expect(away.contains { $0.summary.contains("the catalog could not be reached from") }, "\(away)")
        #expect(fleet.testimony("never").allSatisfy { !away.map(\.id).contains($0.run) })
        let sets = try await fleet.ask("a", "backups", "list", "--json")
        let listed = try fleet.scene.decode([BackupRow].self, sets)
        #expect(listed.count == fleet.scene.sets.count && listed.count <= 3)
        let twice = try await Sample.texts(
            "select path || ' ' || count(*) as value from pgvigil.backup group by path having count(*) > 1",
            fleet.catalog)
        #expect(twice == [])
    }
}
