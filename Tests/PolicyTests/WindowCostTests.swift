import FoundationEssentials
import Policy
import TestKit
import Testing

@Suite struct `What a fixed window costs` {
    private typealias Choosing = `Choosing the quiet hours`

    /// Busy by day, busy on Saturday evenings, quiet on Sundays from 3 to 6.
    private static let profile = Choosing.profile { index in
        let (day, hour) = (index / 96, index % 96 / 4)
        if day == 0, (3..<6).contains(hour) { return 0.04 }
        if day == 6, hour >= 22 { return 0.61 }
        if day == 0, hour < 1 { return 0.61 }
        return hour < 8 ? 0.3 : 1
    }

    @Test func `is said against the best hours near it`() throws {
        let openings = try ["Sat 22:00-01:00", "Sun 03:00-06:00", "Mon-Wed 02:10-02:50"].map {
            try Window.Opening.parse($0)
        }
        let costs = WindowCost.all(of: openings, in: Self.profile)
        #expect(costs.map(\.opening.description).first == "Sat 22:00-01:00")
        #expect(
            costs.first?.advice
                == "you work Sat 22:00-01:00 at 61 % of the peak; Sun 03:00-06:00 is at 4 %")
        #expect(costs.dropFirst().allSatisfy { $0.advice == nil })
        #expect(costs.map { Percent.text($0.load ?? 0) } == ["61 %", "30 %", "30 %", "30 %", "4 %"])
    }

    @Test func `is not known where nobody looked`() throws {
        let unknown = WeekProfile([], days: 28, now: Date(timeIntervalSince1970: 0)) { _ in 0 }
        let cost = try #require(
            WindowCost.all(of: [try Window.Opening.parse("Sun 22:00-06:00")], in: unknown).first)
        #expect(cost.load == nil && cost.best == nil && cost.advice == nil)
        #expect(WindowCost.all(of: [Window.Opening(weekdays: [9], from: 0, to: 60)], in: unknown).isEmpty)
        #expect(unknown.load(from: 0, minutes: 0) == nil)
    }

    @Test func `of a choice is read as openings of a window`() {
        let stretches = (0...6).map { day in
            QuietStretch(weekday: day, start: day == 6 ? 1380 : 1560, minutes: 180, load: 0.004)
        }
        #expect(
            QuietStretch.openings(stretches).map(\.description)
                == ["Mon,Tue,Wed,Thu,Fri,Sat 02:00-05:00", "Sat 23:00-02:00"])
        #expect(stretches.last?.description == "Sat 23:00-02:00 at under 1 %")
        let whole = QuietStretch(weekday: 0, start: 0, minutes: 1440, load: 0)
        #expect(whole.opening == Window.Opening(weekdays: [0], from: 0, to: 1440))
        #expect(Percent.text(0) == "0 %" && Percent.text(1) == "100 %")
    }
}
