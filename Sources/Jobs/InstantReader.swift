package import FoundationEssentials
import Measures

/// Instants as PostgreSQL's `DateStyle` ISO and people write them.
package enum InstantReader {
    /// An instant that was read.
    package struct Instant: Sendable, Equatable {
        package var date: Date
        /// Whether its distance from UTC was written; else it was taken for UTC.
        package var hasOffset: Bool
    }

    /// Reads `2026-11-22 00:30:00.5+01`, `2026-11-22T00:30Z`, `2026-11-22`; nil for anything else, `infinity` and
    /// years before Christ among it.
    ///
    /// What has no offset is taken for UTC, which is what drills set the time zone of their sessions to.
    package static func read(_ text: some StringProtocol) -> Instant? {
        var rest = Substring(text)
        guard let year = number(&rest, 4...6), eat("-", &rest), let month = number(&rest, 2...2),
            eat("-", &rest), let day = number(&rest, 2...2), (1...12).contains(month),
            (1...CivilDay.length(year: year, month: month)).contains(day)
        else { return nil }
        var seconds = Double(CivilDay.number(year: year, month: month, day: day) * CivilDay.seconds)
        if rest.isEmpty { return Instant(date: Date(timeIntervalSince1970: seconds), hasOffset: false) }
        guard eat(" ", &rest) || eat("T", &rest), let time = time(&rest) else { return nil }
        seconds += time
        if rest.isEmpty { return Instant(date: Date(timeIntervalSince1970: seconds), hasOffset: false) }
        guard let offset = offset(&rest), rest.isEmpty else { return nil }
        return Instant(date: Date(timeIntervalSince1970: seconds - offset), hasOffset: true)
    }

    /// Seconds since midnight; PostgreSQL writes 24:00:00 in no timestamp.
    private static func time(_ rest: inout Substring) -> Double? {
        guard let hour = number(&rest, 2...2), eat(":", &rest), let minute = number(&rest, 2...2),
            hour <= 23, minute <= 59
        else { return nil }
        var seconds = Double(hour * 3600 + minute * 60)
        guard eat(":", &rest) else { return seconds }
        guard let second = number(&rest, 2...2), second <= 59 else { return nil }
        seconds += Double(second)
        guard eat(".", &rest) else { return seconds }
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard let fraction = Double("0.\(digits)"), (1...9).contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        return seconds + fraction
    }

    /// `Z`, `+01`, `-03:30`, `+00:19:32`: seconds east of UTC.
    private static func offset(_ rest: inout Substring) -> Double? {
        if eat("Z", &rest) { return 0 }
        let isWest = rest.first == "-"
        guard eat("+", &rest) || eat("-", &rest), let hours = number(&rest, 2...2), hours <= 23 else {
            return nil
        }
        var seconds = hours * 3600
        for unit in [60, 1] where eat(":", &rest) {
            guard let part = number(&rest, 2...2), part <= 59 else { return nil }
            seconds += part * unit
        }
        return Double(isWest ? -seconds : seconds)
    }

    private static func number(_ rest: inout Substring, _ count: ClosedRange<Int>) -> Int? {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard count.contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        return Int(digits)
    }

    private static func eat(_ character: Character, _ rest: inout Substring) -> Bool {
        guard rest.first == character else { return false }
        rest.removeFirst()
        return true
    }
}
