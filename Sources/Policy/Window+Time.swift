package import FoundationEssentials
import Measures

/// Whether a window is open, and for how long.
extension Window {
    /// How far ahead an opening or a closing is looked for.
    package static let daysAheadMax = 400

    /// Whether work may go on at this instant; the start of an opening belongs to it, its end does not.
    ///
    /// Times are civil times: in the night when clocks change, an opening lasts as long as its clock times
    /// do. On a closed day no opening begins, and one that began the evening before ends at midnight.
    /// - Parameter offset: seconds east of UTC at an instant, for the window's zone.
    package func contains(_ date: Date, offset: (Date) -> Int) -> Bool {
        let now = CivilTime.unixSeconds(date)
        return isOpen(atCivilSecond: Int(now) + offset(date))
    }

    /// The stretch of being open or closed that an instant lies in, with its end.
    ///
    /// Openings that touch or overlap are one stretch. The end is exact to the second, also where the clock
    /// change of a zone opens or closes the window.
    /// - Parameter offset: seconds east of UTC at an instant, for the window's zone; what changes and changes
    ///   back within six hours is overlooked.
    /// - Returns: With an end of nil if the stretch goes on for more than ``daysAheadMax`` days.
    package func stretch(at date: Date, offset: (Date) -> Int) -> WindowStretch {
        let first = Int(CivilTime.unixSeconds(date))
        let last = first + Self.daysAheadMax * CivilDay.seconds
        func shift(_ second: Int) -> Int { offset(Date(timeIntervalSince1970: Double(second))) }
        var instant = first
        var current = shift(instant)
        let wasOpen = isOpen(atCivilSecond: instant + current)
        let edges = Set(openings.flatMap { [$0.from, $0.to] } + [0, 1440]).sorted()
        while instant < last {
            var next = Self.edge(after: instant + current, among: edges) - current
            let later = shift(next)
            if later != current { next = Self.change(between: instant, and: next, from: current, shift) }
            current = shift(next)
            instant = next
            guard isOpen(atCivilSecond: instant + current) == wasOpen else {
                return WindowStretch(isOpen: wasOpen, until: Date(timeIntervalSince1970: Double(instant)))
            }
        }
        return WindowStretch(isOpen: wasOpen, until: nil)
    }

    /// Whether the window is open when its clock shows so many seconds since 1970.
    private func isOpen(atCivilSecond second: Int) -> Bool {
        let day = CivilDay.floorDivide(second, CivilDay.seconds)
        let minute = (second - day * CivilDay.seconds) / 60
        guard !isClosed(day) else { return false }
        let today = CivilDay.weekday(of: day)
        let yesterday = (today + 6) % 7
        let beganYesterday = !isClosed(day - 1)
        return openings.contains { opening in
            let overnight = opening.to <= opening.from
            if opening.weekdays.contains(today), minute >= opening.from, overnight || minute < opening.to {
                return true
            }
            return overnight && beganYesterday && opening.weekdays.contains(yesterday) && minute < opening.to
        }
    }

    private func isClosed(_ day: Int) -> Bool {
        closed.contains { $0.first <= day && day <= $0.last }
    }

    /// The next second on the clock at which something may open or close, at most six hours on, so that the
    /// caller sees each change of the clock.
    private static func edge(after second: Int, among edges: [Int]) -> Int {
        let midnight = CivilDay.floorDivide(second, CivilDay.seconds) * CivilDay.seconds
        let next = edges.first { midnight + $0 * 60 > second } ?? 1440
        return min(midnight + next * 60, second + 6 * 3600)
    }

    /// The first instant of a span at which the offset is no longer that of its beginning.
    private static func change(
        between start: Int, and end: Int, from offset: Int, _ shift: (Int) -> Int
    ) -> Int {
        var (before, after) = (start, end)
        while after - before > 1 {
            let middle = before + (after - before) / 2
            if shift(middle) == offset { before = middle } else { after = middle }
        }
        return after
    }
}

/// A window that is open or closed, and until when.
package enum WindowStretch: Sendable, Equatable {
    /// Nil: it does not close, as far as can be seen.
    case open(until: Date?)
    /// Nil: it does not open again, as far as can be seen.
    case closed(until: Date?)

    init(isOpen: Bool, until: Date?) {
        self = isOpen ? .open(until: until) : .closed(until: until)
    }
}
