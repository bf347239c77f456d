import FoundationEssentials
import Glibc
import Jobs
import TestKit
import Testing

@Suite struct `Two daemons on one catalog` {
    /// How they reach it.
    enum Way: String, CaseIterable {
        case direct, pooler
    }

    /// Jobs of no weight, and their seconds between slots.
    private static let light = ["two": 2, "three": 3, "five": 5]
    /// Slots of the slowest that are waited for.
    private static let roundsMin = 8

    @Test(arguments: Way.allCases)
    func `run every slot once, one heavy job at a time, and stop what somebody wants stopped`(way: Way)
        async throws
    {
        try await play(way) { fleet in
            let one = try await fleet.join("a")
            let other = try await fleet.join("b")
            try await waitsWithWhom(fleet)
            try fleet.open("heavy")
            let came = try await Fact.comes(within: .seconds(120)) {
                Set(fleet.testimony("five").filter { !$0.isBegin }.map(\.run)).count >= Self.roundsMin
            }
            #expect(came, "\(fleet.testimony())")
            let daemons = try await fleet.daemons()
            #expect(
                Set(daemons.filter { $0.state == "alive" && $0.role == "serve" }.map(\.pid)) == [
                    one.pid, other.pid,
                ],
                "\(daemons)")
            for job in ["long-a", "long-b"] { try await cancels(job, fleet) }
            try await fleet.stop(one)
            try await fleet.stop(other)
            try await lists(fleet)
            heavyOnesTakeTurns(fleet)
        }
    }

    private func play(_ way: Way, _ body: (Fleet) async throws -> Void) async throws {
        let direct = try await Sample.catalog()
        switch way {
        case .direct: try await Fleet.play(catalog: direct) { try await start($0, body) }
        case .pooler:
            guard Pooler.program != nil else { return }
            // A pooler has no database that does not exist yet to connect to.
            let server = try await TemporaryServer.shared()
            try await Sample.run("create database \"\(direct["dbname"] ?? "")\"", server.connectionInfo())
            let pooler = try Pooler(server)
            #expect(try await Fact.comes { pooler.isReady })
            try await Fleet.play(catalog: pooler.through(direct)) { try await start($0, body) }
        }
    }

    private func start(_ fleet: Fleet, _ body: (Fleet) async throws -> Void) async throws {
        try fleet.settings("a", "b", "desk")
        for job in Self.light.keys { try fleet.command(job, for: ["a", "b"]) }
        for job in ["heavy-x", "heavy-y"] {
            try fleet.command(
                job, for: ["a", "b"], gate: "heavy", seconds: "0.5", "heavy: true\ntarget: main")
        }
        for name in ["a", "b"] {
            try fleet.command("long-\(name)", for: ["a", "b"], gate: "never", "on: {who: \(name)}")
        }
        let lines =
            Self.light.map { "*/\($1) * * * * *  \($0)" }
            + ["heavy-x", "heavy-y"].map { "*/2 * * * * *  \($0)" }
            + ["*/5 * * * * *  long-a", "*/5 * * * * *  long-b"]
        try fleet.crontab("a", "b", lines: lines.joined(separator: "\n"))
        try await body(fleet)
    }

    /// One of the heavy jobs works, the other waits for it, and says so.
    private func waitsWithWhom(_ fleet: Fleet) async throws {
        let found = try await Fact.value { () -> RunRow? in
            let end = try await fleet.ask("desk", "runs", "list", "--waiting", "--json")
            let waiting = try fleet.scene.decode([RunRow].self, end)
            return waiting.first { row in
                row.waitsWith?.contains { $0.seat == "target/main" && $0.has } ?? false
            }
        }
        let row = try #require(found, "no heavy job waits")
        let holder = try #require(row.waitsWith?.first { $0.seat == "target/main" && $0.has })
        #expect(Set([row.job, holder.job]) == ["heavy-x", "heavy-y"])
        let saysWhom = try await Fact.comes {
            let end = try await fleet.ask("desk", "runs", "list", "--waiting")
            return end.output.contains("target/main") && end.output.contains(holder.job)
        }
        #expect(saysWhom)
    }

    private func cancels(_ job: String, _ fleet: Fleet) async throws {
        let script = try await fleet.atWork(job)
        let end = try await fleet.ask("desk", "runs", "cancel", script.run, "--reason", "release of \(job)")
        #expect(end.status == 0, "\(end)")
        let row = try await fleet.run(script.run)
        #expect(row.outcome == "cancelled" && row.summary.contains("release of \(job)"), "\(row)")
        #expect(!script.lives)
    }

    /// Every slot from the first to the last has one row, and what has run has run once.
    private func lists(_ fleet: Fleet) async throws {
        let runs = try await fleet.runs()
        for (job, seconds) in Self.light {
            let rows = runs.filter { $0.job == job }
            let slots = rows.compactMap(\.slot).map { Int($0.timeIntervalSince1970) }.sorted()
            let first = try #require(slots.first), last = try #require(slots.last)
            #expect(slots == Array(stride(from: first, through: last, by: seconds)), "\(job)")
            let ran = rows.filter { $0.outcome != "skipped" && $0.outcome != "waiting" }
            let begun = fleet.testimony(job).filter(\.isBegin).map(\.run)
            #expect(begun.count == Set(begun).count, "\(job) ran twice")
            #expect(Set(ran.map(\.id)).isSuperset(of: begun), "\(job)")
            let cut = rows.filter { !["succeeded", "skipped", "waiting"].contains($0.outcome) }
            // The last moments, when the daemons were stopped.
            #expect(cut.allSatisfy { $0.outcome == "cancelled" } && cut.count <= 2, "\(cut)")
            #expect(
                rows.allSatisfy {
                    $0.outcome != "skipped" || $0.summary.contains("of this job is still under way")
                })
            #expect(Set(rows.filter { $0.outcome == "succeeded" }.map(\.id)).isSubset(of: begun))
        }
        let workers = Set(runs.filter { $0.outcome == "succeeded" }.map(\.pid))
        #expect(workers.count == 2, "only one of them worked")
    }

    private func heavyOnesTakeTurns(_ fleet: Fleet) {
        var working: String?
        var turns = 0
        for line in fleet.testimony() where line.job.hasPrefix("heavy-") {
            if line.isBegin {
                #expect(working == nil, "\(line.job) began beside another")
                working = line.run
                turns += 1
            } else {
                working = nil
            }
        }
        #expect(turns >= 4, "\(turns) heavy runs")
    }
}
