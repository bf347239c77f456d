import FoundationEssentials
import Measures
import Policy
import TestKit
import Testing

@Suite struct `How long a window stays as it is` {
    static func window(_ openings: String, closed: String = "-") throws -> Window {
        Window(
            openings: try openings == "-"
                ? [] : openings.split(separator: "|").map { try Window.Opening.parse($0) },
            closed: try closed == "-" ? [] : closed.split(separator: " ").map(Window.ClosedDays.parse))
    }

    static func text(_ stretch: WindowStretch) -> String {
        switch stretch {
        case .open(nil): "open for good"
        case .closed(nil): "closed for good"
        case .open(let end?): "open until \(ClockZone.text(end))"
        case .closed(let end?): "closed until \(ClockZone.text(end))"
        }
    }

    @Test(arguments: Rows.read("stretches.tsv"))
    func `is known to the second`(_ row: [String]) throws {
        let window = try Self.window(row[0], closed: row[1])
        let at = try ClockZone.instant(row[3])
        let offset = ClockZone.offset(row[2])
        #expect(Self.text(window.stretch(at: at, offset: offset)) == row[4], "\(row[5])")
        let half = window.stretch(at: at.addingTimeInterval(0.5), offset: offset)
        #expect(Self.text(half) == row[4], "half a second later: \(row[5])")
    }

    @Test(arguments: Rows.read("closed-days.tsv"))
    func `leaves out days as they are written`(_ row: [String]) throws {
        do throws(PolicyFault) {
            let days = try Window.ClosedDays.parse(row[0])
            let ends = [days.first, days.last].map {
                String(
                    ClockZone.text(Date(timeIntervalSince1970: Double($0 * CivilDay.seconds))).prefix(10))
            }
            #expect(ends.joined(separator: "..") == row[1], "\(row[3])")
        } catch {
            #expect(error.code == row[1], "\(row[3])")
            #expect(error.remedy.hasPrefix(row[2]), "\(row[3])")
            #expect(error.summary.hasPrefix("'\(row[0])'"))
        }
    }

    @Test func `stands openings that no text can say`() {
        let odd = Window(openings: [Window.Opening(weekdays: [9, -1], from: -5, to: 9_999)])
        #expect(odd.stretch(at: Date(timeIntervalSince1970: 0)) { _ in 0 } == .closed(until: nil))
        let far = Window(openings: [Window.Opening(weekdays: Set(0...6), from: 0, to: 60)])
        for at in [-1e300, 1e300, 1e15] {
            #expect(far.stretch(at: Date(timeIntervalSince1970: at)) { _ in 3600 } != .open(until: nil))
        }
    }
}

/// Compares with a reading of the rules that goes minute by minute and day by day.
@Suite struct `How long any window stays as it is` {
    private static let seeds: ClosedRange<UInt64> = 1...200
    private static let start = 20_400 * CivilDay.seconds

    private static func window(_ random: inout SplitMix) -> Window {
        let openings = (0..<Int.random(in: 0...3, using: &random)).map { _ in
            let days = (0...6).filter { _ in Bool.random(using: &random) }
            let step = [1, 30, 60, 360].randomElement(using: &random) ?? 1
            let from = Int.random(in: 0...1439, using: &random) / step * step
            let to = max(1, Int.random(in: 1...1440, using: &random) / step * step)
            return Window.Opening(weekdays: Set(days), from: from, to: to)
        }
        let closed = (0..<Int.random(in: 0...3, using: &random)).map { _ in
            let first = 20_400 + Int.random(in: -1...9, using: &random)
            return Window.ClosedDays(first: first, last: first + Int.random(in: 0...2, using: &random))
        }
        return Window(openings: openings, closed: closed)
    }

    /// A zone that changes its clock twice, at full minutes more than six hours apart, by up to a day.
    private static func zone(_ random: inout SplitMix) -> @Sendable (Int) -> Int {
        let first = start + Int.random(in: 0...5 * 1440, using: &random) * 60
        let second = first + Int.random(in: 361...1440, using: &random) * 60
        let shifts = [-1440, -60, -30, 0, 20, 60, 180, 1440]
        let base = Int.random(in: -12...14, using: &random) * 3600
        let inside = base + (shifts.randomElement(using: &random) ?? 0) * 60
        // Changes that take each other back are the ones that a careless search steps over.
        let shift = (shifts.randomElement(using: &random) ?? 0) * 60
        let after = Bool.random(using: &random) ? base : inside + shift
        return { $0 < first ? base : $0 < second ? inside : after }
    }

    /// Every second of openings, laid out day by day: the rule as docs/cron.md has it.
    private static func isOpen(_ window: Window, civil: Int) -> Bool {
        let isClosed = { (day: Int) in window.closed.contains { ($0.first...$0.last).contains(day) } }
        let today = CivilDay.floorDivide(civil, CivilDay.seconds)
        return (today - 1...today).contains { day in
            guard !isClosed(day) else { return false }
            return window.openings.contains { opening in
                guard opening.weekdays.contains(CivilDay.weekday(of: day)) else { return false }
                let from = day * CivilDay.seconds + opening.from * 60
                var to = day * CivilDay.seconds + opening.to * 60
                if to <= from { to += CivilDay.seconds }
                if isClosed(day + 1) { to = min(to, (day + 1) * CivilDay.seconds) }
                return from <= civil && civil < to
            }
        }
    }

    @Test(arguments: seeds)
    func `is what a search minute by minute finds`(_ seed: UInt64) {
        var random = SplitMix(seed: seed)
        let window = Self.window(&random)
        let zone = Self.zone(&random)
        let first = Self.start + Int.random(in: 0...4 * CivilDay.seconds, using: &random)
        let wasOpen = Self.isOpen(window, civil: first + zone(first))
        let offset = { (date: Date) in zone(Int(date.timeIntervalSince1970)) }
        let at = Date(timeIntervalSince1970: Double(first))
        #expect(window.contains(at, offset: offset) == wasOpen, "seed \(seed)")
        let minutes = (1...8 * 1440).map { (first / 60 + $0) * 60 }
        let flip = minutes.first { Self.isOpen(window, civil: $0 + zone($0)) != wasOpen }
        let end: Date?
        switch window.stretch(at: at, offset: offset) {
        case .open(let until): end = until
        case .closed(let until): end = until
        }
        let found = end.map { Int($0.timeIntervalSince1970) }.flatMap {
            $0 > minutes[minutes.count - 1] ? nil : $0
        }
        #expect(found == flip, "seed \(seed)")
    }
}
