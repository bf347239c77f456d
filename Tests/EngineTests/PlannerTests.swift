import Cron
import FoundationEssentials
import TestKit
import Testing

@testable import Engine

@Suite struct `Planning slots` {
    private let start = Sets.night(0)

    private func plan(_ schedules: [Schedule], hours: Double) -> [String] {
        Planner.slots(of: schedules, after: start, until: start + hours * 3_600)
            .map { "\(InstantFormat.utc($0.at)) \($0.schedule.key.job) \($0.schedule.key.pattern)" }
    }

    @Test func `in the order of their instants, after the start and up to the end`() throws {
        let schedules = [
            try Schedules.make("30 * * * *", job: "tidy"), try Schedules.make("30 1 * * *", job: "nightly"),
            try Schedules.make("30 0 * * *", job: "at-the-start"),
            try Schedules.make("@reboot", job: "never-by-the-clock"),
            try Schedules.make("30 1 * * SUN", job: "nightly"),
        ]
        #expect(
            plan(schedules, hours: 2) == [
                "2026-11-22T01:30:00Z nightly 30 1 * * *", "2026-11-22T01:30:00Z nightly 30 1 * * SUN",
                "2026-11-22T01:30:00Z tidy 30 * * * *", "2026-11-22T02:30:00Z tidy 30 * * * *",
            ])
    }

    @Test func `the first ones where there are too many`() throws {
        let often = try (1...3).map { try Schedules.make("@every 1s", job: "often\($0)") }
        let slots = Planner.slots(
            of: often + [try Schedules.make("31 0 * * *", job: "once")], after: start, until: start + 86_400,
            limit: 301)
        #expect(slots.count == 301)
        #expect(slots.contains { $0.schedule.key.job == "once" })
        #expect(slots.last?.at == start + 100)
    }
}
