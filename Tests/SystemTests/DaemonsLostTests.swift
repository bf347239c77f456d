import FoundationEssentials
import Glibc
import Jobs
import TestKit
import Testing

@Suite struct `A daemon that is lost` {
    /// Lets go of everything and has its lease run out.
    private static let patience = Duration.seconds(60)

    /// `tried-twice` and `tried-once` run at a gate, and `queued` waits for the target that `tried-twice` has.
    private func arrange(_ fleet: Fleet, _ names: String..., lease: String = "10s") throws {
        for name in names + ["desk"] { try fleet.settings(name, lease: lease) }
        try fleet.command("tried-twice", for: names, gate: "work", "heavy: true\nretry: {attempts: 2}")
        try fleet.command("tried-once", for: names, gate: "work")
        try fleet.command("queued", for: names, "heavy: true")
        for name in names {
            try fleet.crontab(
                name,
                lines: """
                    */2 * * * * *    tried-twice  late=10m
                    */2 * * * * *    tried-once   late=10m
                    1-59/2 * * * * * queued       late=10m
                    """)
        }
    }

    /// The run of `queued` that waits for the target.
    private func waiting(_ fleet: Fleet) async throws -> RunRow {
        let found = try await Fact.value {
            try await fleet.runs("desk", "--waiting").filter {
                $0.job == "queued" && $0.summary.contains("target/main")
            }
            .last
        }
        let all = try await fleet.runs()
        return try #require(found, "nothing waits: \(all)")
    }

    @Test func `with kill -9 leaves its runs to the other: each goes on or ends with the reason, once`()
        async throws
    {
        try await Fleet.play { fleet in
            try arrange(fleet, "a", "b")
            let first = try await fleet.join("a")
            let (twice, once) = (try await fleet.atWork("tried-twice"), try await fleet.atWork("tried-once"))
            let queued = try await waiting(fleet)
            let second = try await fleet.join("b")
            let family = ProcessTable.family(of: first.pid)
            #expect(family.count >= 3)
            first.signal(SIGKILL)
            _ = try await first.end()
            #expect(try await Fact.comes(within: .seconds(5)) { family.filter(ProcessTable.lives).isEmpty })

            let failed = try await fleet.ended(once.run, within: Self.patience)
            #expect(failed.outcome == "failed", "\(failed)")
            #expect(
                failed.summary.contains("process \(first.pid)") && failed.summary.contains("only attempt"),
                "\(failed)")
            let isTriedAgain = try await Fact.comes(within: Self.patience) {
                fleet.testimony("tried-twice").contains { $0.run == twice.run && $0.attempt == 2 }
            }
            #expect(isTriedAgain)
            try fleet.open("work")
            let again = try await fleet.ended(twice.run)
            #expect(again.outcome == "succeeded" && again.pid == second.pid, "\(again)")
            let attempts = try #require(again.attempts)
            #expect(attempts.map(\.outcome) == ["failed", "succeeded"], "\(attempts)")
            #expect(attempts.first?.summary.contains("process \(first.pid)") ?? false, "\(attempts)")
            let resumed = try await fleet.ended(queued.id)
            #expect(resumed.outcome == "succeeded" && resumed.pid == second.pid, "\(resumed)")
            #expect(fleet.testimony("queued").filter { $0.run == queued.id && $0.isBegin }.count == 1)
            try await fleet.stop(second)
            try await everySlotHasOneRow(fleet)
        }
    }

    /// No slot is lost while one daemon is gone and the other takes over.
    private func everySlotHasOneRow(_ fleet: Fleet) async throws {
        let runs = try await fleet.runs()
        for job in ["tried-twice", "tried-once", "queued"] {
            let slots = runs.filter { $0.job == job }.compactMap(\.slot).map { Int($0.timeIntervalSince1970) }
                .sorted()
            let first = try #require(slots.first), last = try #require(slots.last)
            #expect(slots == Array(stride(from: first, through: last, by: 2)), "\(job)")
        }
        #expect(runs.allSatisfy { $0.outcome != "running" }, "\(runs.filter { $0.outcome == "running" })")
    }

    @Test func `for longer than its lease finds its run taken over, and starts anew`() async throws {
        try await Fleet.play { fleet in
            try arrange(fleet, "a", "b")
            let first = try await fleet.join("a")
            let before = try await fleet.atWork("tried-twice")
            let second = try await fleet.join("b")
            let epoch = try #require(try await fleet.daemons().first { $0.pid == first.pid }?.epoch)
            first.signal(SIGSTOP)
            let isTakenOver = try await Fact.comes(within: Self.patience) {
                fleet.testimony("tried-twice").contains { $0.run == before.run && $0.attempt == 2 }
            }
            #expect(isTakenOver)
            first.signal(SIGCONT)
            #expect(
                try await Fact.comes { !before.lives }, "the script of the daemon that was asleep goes on")
            #expect(try await fleet.says(first, "others have taken its runs over"))
            try await fleet.joined(first, times: 2)
            // Nothing of what the sleeper writes when it wakes gets into the row of the other.
            let now = try await fleet.run(before.run)
            #expect(now.outcome == "running" && now.pid == second.pid, "\(now)")
            try fleet.open("work")
            let row = try await fleet.ended(before.run)
            #expect(row.outcome == "succeeded" && row.pid == second.pid, "\(row)")
            #expect(
                row.attempts?.map(\.number) == [1, 2] && row.attempts?.last?.outcome == "succeeded", "\(row)")
            #expect(row.steps?.filter { $0.attempt == 2 }.map(\.state) == ["done"], "\(row)")
            let anew = try #require(
                try await fleet.daemons().first { $0.pid == first.pid && $0.state == "alive" })
            #expect(anew.epoch > epoch)
            try await fleet.stop(second)
            let servesOn = try await Fact.comes {
                try await fleet.runs().contains {
                    $0.pid == first.pid && $0.epoch == anew.epoch && $0.outcome == "succeeded"
                }
            }
            #expect(servesOn, "\(first.outputSoFar)")
            try await fleet.stop(first)
            try await everySlotHasOneRow(fleet)
        }
    }

    @Test func `and comes back to its state directory repairs its runs at once, not after the lease`()
        async throws
    {
        try await Fleet.play { fleet in
            try arrange(fleet, "a", lease: "10m")
            let first = try await fleet.join("a")
            let (twice, once) = (try await fleet.atWork("tried-twice"), try await fleet.atWork("tried-once"))
            let queued = try await waiting(fleet)
            first.signal(SIGKILL)
            _ = try await first.end()
            let second = try await fleet.join("a")
            let failed = try await fleet.ended(once.run, within: Self.patience)
            #expect(
                failed.outcome == "failed" && failed.summary.contains("process \(first.pid)"), "\(failed)")
            let isTriedAgain = try await Fact.comes(within: Self.patience) {
                fleet.testimony("tried-twice").contains { $0.run == twice.run && $0.attempt == 2 }
            }
            #expect(isTriedAgain)
            try fleet.open("work")
            #expect(try await fleet.ended(twice.run).outcome == "succeeded")
            #expect(try await fleet.ended(queued.id).outcome == "succeeded")
            try await fleet.stop(second)
            try await everySlotHasOneRow(fleet)
        }
    }

    @Test func `gives the slots that it missed what their lines say, and none to a new line`() async throws {
        try await Fleet.play { fleet in try await missSome(fleet) }
    }

    private static let crontab = """
        * * * * *    newest      late=20m
        * * * * *    newest-two  late=20m  catchup=all:2
        * * * * *    none        late=20m  catchup=none
        * * * * *    strict      late=3m   catchup=all:100

        """

    private func missSome(_ fleet: Fleet) async throws {
        try fleet.settings("a", "desk")
        for job in ["newest", "newest-two", "none", "strict"] {
            try fleet.command(job, for: ["a"], "expected: 1s")
        }
        try fleet.crontab("a", lines: Self.crontab)
        let first = try await fleet.join("a")
        let isKnown = try await Fact.comes { try await Self.marks(fleet).count == 4 }
        #expect(isKnown)
        first.signal(SIGKILL)
        _ = try await first.end()
        // As if it had been down for ten minutes: what came due since is not accounted for.
        try await Sample.run(
            """
            update pgvigil.schedule set accounted_until = date_trunc('minute', now()) - interval '10 minutes 1 second';
            delete from pgvigil.run;
            """, fleet.catalog)
        try fleet.command("new", for: ["a"])
        try fleet.crontab("a", lines: Self.crontab + "* * * * *  new\n")
        let startedAt = RealClock.now
        let second = try await fleet.join("a")
        let isDone = try await Fact.comes { try await Self.isIdle(fleet) }
        #expect(isDone, "\(second.outputSoFar)")
        try await fleet.stop(second)
        try await isCaughtUp(fleet, startedAt)
    }

    /// Whether everything that was to be caught up has ended.
    private static func isIdle(_ fleet: Fleet) async throws -> Bool {
        let jobs = Set(fleet.testimony().filter { !$0.isBegin }.map(\.job))
        guard jobs.isSuperset(of: ["newest", "newest-two", "strict"]) else { return false }
        let runs = try await fleet.runs()
        return runs.allSatisfy { !["waiting", "running"].contains($0.outcome) }
    }

    private static func marks(_ fleet: Fleet) async throws -> [String] {
        try await Sample.texts(
            "select job as value from pgvigil.schedule where accounted_until is not null", fleet.catalog)
    }

    private func isCaughtUp(_ fleet: Fleet, _ startedAt: Date) async throws {
        let runs = try await fleet.runs().filter { ($0.slot ?? .distantFuture) <= startedAt }
        func rows(_ job: String) -> [RunRow] {
            runs.filter { $0.job == job }.sorted { ($0.slot ?? .distantPast) < ($1.slot ?? .distantPast) }
        }
        // From ten minutes ago to now, one of each minute.
        for job in ["newest", "newest-two", "none", "strict"] {
            let slots = rows(job).compactMap(\.slot).map { Int($0.timeIntervalSince1970) }
            let first = try #require(slots.first), last = try #require(slots.last)
            #expect(
                slots == Array(stride(from: first, through: last, by: 60)) && slots.count >= 10,
                "\(job) \(slots)")
            #expect(rows(job).allSatisfy { $0.outcome != "missed" || !$0.summary.isEmpty })
        }
        // Within its minute the newest is on time; it runs, and with all:2 two more.
        let newest = rows("newest")
        #expect(newest.filter { $0.outcome == "succeeded" }.count == 1, "\(newest)")
        #expect(
            newest.last?.outcome == "succeeded" && newest.last?.standsFor?.count == newest.count - 1,
            "\(newest)")
        #expect(newest.dropLast().allSatisfy { $0.outcome == "missed" }, "\(newest)")
        let two = rows("newest-two")
        #expect((2...3).contains(two.count { $0.outcome == "succeeded" }), "\(two)")
        #expect(two.allSatisfy { ["succeeded", "missed"].contains($0.outcome) }, "\(two)")
        #expect(rows("none").dropLast().allSatisfy { $0.outcome == "missed" }, "\(rows("none"))")
        let strict = rows("strict")
        #expect(
            strict.filter { $0.outcome == "missed" && $0.summary.contains("late") }.count >= 6, "\(strict)")
        #expect(runs.filter { $0.job == "new" }.isEmpty, "a new line was made up for")
    }
}
