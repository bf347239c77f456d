import Cron
import FoundationEssentials
import Policy
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

    private func decide(late seconds: Double, isNewest: Bool = true, window: String? = nil) throws
        -> SlotDecision
    {
        let named = try window.map {
            Schedule.NamedWindow(name: "nights", window: Window(openings: [try .parse($0)]), zone: .utc)
        }
        let slot = Slot(
            schedule: try Schedules.make("30 0 * * *", window: named, late: .seconds(600)), at: start)
        return Planner.decide(slot, now: start + seconds, isNewest: isNewest)
    }

    @Test func `a slot on time fires`() throws {
        #expect(try decide(late: 0) == .fire)
        #expect(try decide(late: 600) == .fire)
        #expect(try decide(late: -5) == .fire)
        #expect(try decide(late: 0, window: "00:00-01:00") == .fire)
    }

    @Test func `a slot that is too late is missed`() throws {
        #expect(
            try decide(late: 601)
                == .record(.missed, reason: "it could start only 601 s late, and late= allows 600 s"))
    }

    @Test func `an older slot is missed`() throws {
        #expect(
            try decide(late: 0, isNewest: false)
                == .record(.missed, reason: "a later slot was due before this one could start"))
    }

    @Test func `a closed window skips`() throws {
        #expect(
            try decide(late: 0, window: "01:00-02:00")
                == .record(.skipped, reason: "window 'nights' is closed"))
    }
}
