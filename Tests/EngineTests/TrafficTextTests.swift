import Cron
import Engine
import FoundationEssentials
import Jobs
import Policy
import TestKit
import Testing

@Suite struct `The week of a target` {
    private static let hours = TrafficSample.hours()
    private static let choice = hours.choose(
        from: TrafficSample.quarters(), previous: nil, now: TrafficSample.now)

    private static func view(days: Int = 28, learned: Bool = true, without: Range<Int>? = nil) throws
        -> TrafficView
    {
        let fixed = Schedule.NamedWindow(
            name: "nights", window: Window(openings: [try Window.Opening.parse("Sat 22:00-01:00")]),
            zone: .utc)
        let good = Schedule.NamedWindow(
            name: "early", window: Window(openings: [try Window.Opening.parse("Mon-Fri 3:00-5:30")]),
            zone: .utc)
        let quarters = TrafficSample.quarters(days: days).filter { quarter in
            without.map { !$0.contains(WeekProfile.index(of: quarter.start) { _ in 0 }) } ?? true
        }
        return TrafficView(
            target: "main", quarters: quarters,
            windows: [fixed, good] + (learned ? [hours.current(among: [choice])] : []),
            learned: learned ? [hours] : [], zone: .utc, now: TrafficSample.now)
    }

    private static func text(_ view: TrafficView, colour: Bool = false) -> String {
        TrafficText(
            view, chosen: QuietStretch.openings(choice.stretches), colour: colour
        ).render(InstantText(zone: .utc))
    }

    @Test func `is drawn with what was chosen, and what fixed hours cost`() throws {
        let text = Self.text(try Self.view(without: 300..<330))
        Golden.expect(text, "traffic")
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    @Test func `has colours on a terminal`() throws {
        let text = Self.text(try Self.view(), colour: true)
        Golden.expect(text.replacing("\u{1B}", with: "ESC"), "traffic-colours")
    }

    @Test func `says what is not known`() throws {
        let empty = TrafficView(
            target: "main", quarters: [], windows: [], learned: [], zone: .utc, now: TrafficSample.now)
        let some = TrafficView(
            target: "main", quarters: [],
            windows: [Schedule.NamedWindow(name: "n", window: Self.hours.window.whileLearning, zone: .utc)],
            learned: [], zone: .utc, now: TrafficSample.now)
        let texts = [empty, some].map {
            TrafficText($0, chosen: [], colour: false).render(InstantText(zone: .utc))
        }
        Golden.expect(texts.joined(separator: "\n---\n"), "traffic-unknown")
        let unlearned = TrafficText(try Self.view(learned: false), chosen: [], colour: true)
        #expect(!unlearned.render(InstantText(zone: .utc)).contains("chosen"))
    }

    @Test func `is the same in JSON`() throws {
        let view = try Self.view()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let data = try encoder.encode(view)
        #expect(try JSONDecoder().decode(TrafficView.self, from: data) == view)
        #expect(view.loads.count == 672 && view.loads.contains(1))
        #expect(view.windows.map(\.learned) == [false, false, true])
        #expect(view.windows[0].openings.first?.advice?.hasPrefix("you work Sat 22:00-01:00 at") == true)
    }
}
