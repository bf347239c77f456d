import FoundationEssentials
import Measures
import Policy
import TestKit
import Testing

@Suite struct `Planning retention` {
    @Test(arguments: try Rows.read("retention.tsv").map(RetentionRow.init))
    func `keeps what the rules say`(_ row: RetentionRow) {
        let plan = row.rules.plan(row.sets, now: row.now) { _ in row.offset }
        #expect(Set(plan.filter(\.keep).map(\.id)) == row.kept)
        #expect(Set(plan.map(\.id)) == Set(row.sets.map(\.id)))
        #expect(plan.allSatisfy { !$0.reasons.isEmpty && $0.reasons.allSatisfy { !$0.isEmpty } })
    }

    @Test func `tells the two hours apart that are called two o'clock when clocks go back`() throws {
        let change = try RetentionRow.date("2026-10-25T01:00")
        let sets = try ["a@2026-10-25T01:30v", "b@2026-10-25T00:30v", "c@2026-10-24T23:30v"].map {
            try RetentionRow.candidate($0[...])
        }
        let plan = Retention(hourly: 2).plan(sets, now: try RetentionRow.date("2026-10-25T12:00")) { date in
            date < change ? 7200 : 3600
        }
        #expect(
            plan.map(\.reasons) == [
                ["newest verified", "hourly 1 of 2: 2026-10-25 02:00"], ["hourly 2 of 2: 2026-10-25 02:00"],
                ["hourly: 2 newer ones count"],
            ])
    }

    @Test func `survives dates that no calendar has`() {
        let sets = [1e300, -1e300, 0].enumerated().map { index, seconds in
            RetentionCandidate(id: "\(index)", at: Date(timeIntervalSince1970: seconds), verified: true)
        }
        let plan = Retention(daily: 1, weekly: 1).plan(sets, now: Date(timeIntervalSince1970: 1)) { _ in 0 }
        #expect(plan.map(\.id) == ["0", "2", "1"])
        #expect(plan.map(\.keep) == [true, true, false])
    }

    @Test func `says why for a year of nights`() throws {
        let now = try RetentionRow.date("2026-11-20T12:00")
        let sets = (0..<400).map { night in
            let at = now.addingTimeInterval(-37_800 - Double(night) * 86_400)
            return RetentionCandidate(
                id: "night-\(night)", at: at, verified: night % 50 != 3, proven: night == 20,
                held: night == 99)
        }
        let rules = Retention(
            last: 3, daily: 5, weekly: 4, monthly: 6, yearly: 2, within: .seconds(2 * 86_400))
        let plan = rules.plan(sets, now: now) { _ in 3600 }
        let shown = plan.prefix(24) + plan.dropFirst(24).filter(\.keep)
        let lines = shown.map {
            "\($0.keep ? "keep  " : "remove") \($0.id): \($0.reasons.joined(separator: "; "))"
        }
        Golden.expect(lines.joined(separator: "\n"), "retention-reasons")
    }
}
