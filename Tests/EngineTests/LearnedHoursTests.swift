import Cron
import Engine
import FoundationEssentials
import Jobs
import Policy
import TestKit
import Testing

@Suite struct `A learned window` {
    private static let hours = TrafficSample.hours()
    private static let learned = hours.choose(
        from: TrafficSample.quarters(), previous: nil, now: TrafficSample.now)

    private static func line(_ name: String = "quiet") -> Schedule.NamedWindow {
        Schedule.NamedWindow(name: name, window: hours.window.whileLearning, zone: .utc)
    }

    @Test func `has the hours that were chosen, and says where they come from`() {
        let window = Self.hours.current(Self.learned, line: Self.line())
        #expect(
            window.window.openings.map(\.description) == [
                "Mon,Tue,Wed,Thu,Fri,Sat 03:00-06:00", "Sun 01:00-04:00",
            ])
        #expect(window.zone == .utc && window.name == "quiet")
        #expect(
            window.note
                == "is learned from 28 days of traffic: Mon,Tue,Wed,Thu,Fri,Sat 03:00-06:00 at up to 4 %, "
                + "Sun 01:00-04:00 at 4 %")
        #expect(Self.hours.current(among: [Self.learned]) == window)
    }

    @Test func `has those of its fallback until there are any, and says why`() {
        let none = Self.hours.current(nil, line: Self.line())
        #expect(none.window == Self.hours.window.whileLearning)
        #expect(none.note == "has the hours of nights: nothing has been chosen yet")
        let early = Self.hours.choose(
            from: TrafficSample.quarters(days: 3), previous: nil, now: TrafficSample.now)
        let window = Self.hours.current(early, line: Self.line())
        #expect(window.window == Self.hours.window.whileLearning)
        #expect(
            window.note
                == "has the hours of nights: only 3 of the 14 days of traffic that it takes are on record")
        var other = Self.learned
        other.terms = "others"
        #expect(Self.hours.current(other, line: Self.line()) == none)
        #expect(Self.hours.current(among: [other]) == none)
    }

    @Test func `keeps what held, but not what was chosen under other terms`() {
        let quarters = TrafficSample.quarters()
        func chosen(_ terms: String) -> [Int] {
            var old = Self.learned
            old.terms = terms
            old.decision = .learned(
                (0...6).map { QuietStretch(weekday: $0, start: 1590, minutes: 180, load: 0) }, because: "")
            return Self.hours.choose(from: quarters, previous: old, now: TrafficSample.now).stretches.map(
                \.start)
        }
        // Half an hour later is clearly worse in this week: it does not stay for being old.
        #expect(chosen(Self.hours.terms) == chosen("others"))
        let same = Self.hours.choose(from: quarters, previous: Self.learned, now: TrafficSample.now)
        #expect(same == Self.learned)
    }

    @Test func `is chosen anew once a day, when its hours are over`() {
        let choice = Self.learned
        func due(_ hours: Double) -> Bool {
            Self.hours.isDue(choice, now: TrafficSample.now.addingTimeInterval(hours * 3600))
        }
        #expect(!due(0) && !due(19.9) && due(20.1) && due(44))
        #expect(due(-1), "our clock went back")
        #expect(Self.hours.isDue(nil, now: TrafficSample.now))
        var other = choice
        other.terms = "others"
        #expect(Self.hours.isDue(other, now: TrafficSample.now))
        // Without a night at all: days begin at midnight.
        var whole = Self.hours
        whole.window.search.within = Window.Opening(weekdays: Set(0...6), from: 0, to: 1440)
        var daily = choice
        daily.terms = whole.terms
        #expect(!whole.isDue(daily, now: TrafficSample.now.addingTimeInterval(11.9 * 3600)))
        #expect(whole.isDue(daily, now: TrafficSample.now.addingTimeInterval(12.1 * 3600)))
    }

    @Test func `changes the schedules that name it, and no others`() throws {
        let schedules = [
            try Schedules.make("0 1 * * *", job: "a", window: Self.line()),
            try Schedules.make("0 1 * * *", job: "b", window: Self.line("nights")),
            try Schedules.make("0 1 * * *", job: "c"),
        ]
        let changed = LearnedHours.apply([Self.learned], [Self.hours], to: schedules)
        #expect(changed[0].window == Self.hours.current(Self.learned, line: Self.line()))
        #expect(Array(changed[1...]) == Array(schedules[1...]))
        #expect(LearnedHours.apply([Self.learned], [], to: schedules) == schedules)
        let at = try Date("2026-11-24T02:00:00Z", strategy: .iso8601)
        let admission = changed[0].window?.admission(
            now: at, deadline: at.addingTimeInterval(7200), expected: .seconds(60),
            InstantRendering(zone: .utc))
        #expect(admission.map { "\($0)".contains("wait") } == true, "the fallback would be open")
    }

    @Test func `is explained below the plan`() throws {
        let schedules = LearnedHours.apply(
            [Self.learned], [Self.hours], to: [try Schedules.make("0 1 * * *", job: "a", window: Self.line())]
        )
        let views = Forecast.views(
            of: Planner.slots(
                of: schedules, after: TrafficSample.now,
                until: TrafficSample.now.addingTimeInterval(2 * 86_400)),
            targets: [], limits: Limits(), expected: [:], render: InstantRendering(zone: .utc))
        Golden.expect(PlanText.table(views, InstantText(zone: .utc)), "plan-learned")
    }
}
