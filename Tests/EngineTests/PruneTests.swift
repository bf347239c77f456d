import ArchiveFormat
import Engine
import Faults
import FoundationEssentials
import Policy
import TestKit
import Testing

@Suite struct `Planning what retention removes` {
    private func plan(_ sets: [StoredSet], _ keep: Retention) -> PrunePlan {
        PrunePlan(
            sets: sets, target: "main", database: "shop", job: "nightly", keep: keep, now: Sets.night(10),
            offset: { _ in 0 })
    }

    @Test func `only of the same target, database and job, by their exact names`() throws {
        let own = try (0..<3).map { try Sets.stored(day: $0) }
        let others = [
            try Sets.stored(day: 3, job: "nightly2"), try Sets.stored(day: 4, target: "main2"),
            try Sets.stored(day: 5, database: "shop-staging"), try Sets.stored(day: 6, database: "Shop"),
        ]
        let plan = plan(others + own, Retention(last: 1))
        #expect(plan.entries.map(\.set) == own.reversed())
        #expect(plan.kept.map(\.set) == [own[2]])
        #expect(plan.removed.map(\.set) == [own[1], own[0]])
        #expect(
            plan.entries.map(\.reasons) == [
                ["newest verified", "last 1 of 1"], ["not among the last 1"], ["not among the last 1"],
            ])
    }

    @Test func `never the newest verified one, nor a held one`() throws {
        let sets = [
            try Sets.stored(day: 0, held: "before the move"), try Sets.stored(day: 1),
            try Sets.stored(day: 2, verified: false),
        ]
        let plan = plan(sets, Retention(last: 0))
        #expect(plan.removed.isEmpty)
        #expect(
            plan.kept.map { $0.reasons[0] } == [
                "not verified, and no newer one is", "newest verified", "held",
            ])
    }

    @Test func `counting none that was found damaged`() throws {
        let sets = [
            try Sets.stored(day: 0), try Sets.stored(day: 1),
            try Sets.stored(day: 2, damaged: "archive.dump: its hash is another"),
        ]
        let plan = plan(sets, Retention(last: 1))
        #expect(plan.kept.map(\.set) == [sets[2], sets[1]])
        #expect(
            plan.kept.map(\.reasons) == [
                ["not verified, and no newer one is"], ["newest verified", "last 1 of 1"],
            ])
        #expect(plan.removed.map(\.set) == [sets[0]])
    }

    @Test func `counting the whole ones and the partial ones apart`() throws {
        let part = Manifest.Selection(
            schemas: ["public"], excludeSchemas: [], tables: [], excludeTables: [], excludeTableData: [])
        let sets = try (0..<5).map { try Sets.stored(day: $0, partial: $0 < 2 ? nil : part) }
        let plan = plan(sets, Retention(last: 1))
        #expect(plan.entries.map(\.set) == sets.reversed())
        #expect(plan.kept.map(\.set) == [sets[4], sets[1]])
        #expect(plan.kept.allSatisfy { $0.reasons == ["newest verified", "last 1 of 1"] })
    }

    @Test func `without rules nothing`() throws {
        #expect(plan([try Sets.stored(day: 0), try Sets.stored(day: 1)], Retention()).removed.isEmpty)
    }
}
