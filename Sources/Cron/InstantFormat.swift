package import FoundationEssentials
import Measures

/// Instants as programs write and read them: ISO 8601 in UTC, `2026-11-22T00:30:00Z`.
///
/// By integers alone: `next --stdin` does this a hundred thousand times, and a general formatter costs more than
/// the search for the instant.
package enum InstantFormat {
    /// The last whole second that is not after the instant, as `2026-11-22T00:30:00Z`.
    package static func utc(_ instant: Date) -> String {
        let seconds = Int(instant.timeIntervalSince1970.rounded(.down))
        let day = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let second = seconds - day * 86_400
        let (year, month, dayOfMonth) = CivilDay.date(of: day)
        let date = "\(pad(year, 4))-\(pad(month, 2))-\(pad(dayOfMonth, 2))"
        return "\(date)T\(pad(second / 3600, 2)):\(pad(second / 60 % 60, 2)):\(pad(second % 60, 2))Z"
    }

    /// Civil time in a zone to the minute, as people write it: `2026-11-22 01:30`.
    package static func minutes(_ instant: Date, in zone: Zone) -> String {
        let text = utc(instant.addingTimeInterval(Double(zone.offset(at: instant))))
        return String(text.prefix(16)).replacing("T", with: " ")
    }

    /// Reads `2026-11-22T00:30:00Z`; the seconds may be left out, and `+01:00` may stand for `Z`.
    package static func parse(_ text: some StringProtocol) -> Date? {
        var bytes = Array(text.utf8)[...]
        func digits(_ count: Int) -> Int? {
            guard bytes.count >= count else { return nil }
            var value = 0
            for byte in bytes.prefix(count) {
                guard (48...57).contains(byte) else { return nil }
                value = value * 10 + Int(byte) - 48
            }
            bytes = bytes.dropFirst(count)
            return value
        }
        func take(_ character: Character) -> Bool {
            guard bytes.first == character.asciiValue else { return false }
            bytes = bytes.dropFirst()
            return true
        }
        guard let year = digits(4), take("-"), let month = digits(2), take("-"), let day = digits(2),
            take("T") || take(" "), let hour = digits(2), take(":"), let minute = digits(2)
        else { return nil }
        var second = 0
        if take(":") {
            guard let read = digits(2) else { return nil }
            second = read
        }
        var offset = 0
        if !take("Z") {
            let sign = bytes.first == 45 ? -1 : 1
            guard take("+") || take("-"), let hours = digits(2), take(":"), let minutes = digits(2) else {
                return nil
            }
            offset = sign * (hours * 3600 + minutes * 60)
        }
        guard bytes.isEmpty, (1...12).contains(month), hour < 24, minute < 60, second < 60,
            (1...CivilDay.length(year: year, month: month)).contains(day)
        else { return nil }
        let days = CivilDay.number(year: year, month: month, day: day)
        return Date(
            timeIntervalSince1970: Double(days * 86_400 + hour * 3600 + minute * 60 + second - offset))
    }

    private static func pad(_ value: Int, _ width: Int) -> String {
        let text = String(value)
        return text.utf8.count >= width ? text : String(repeating: "0", count: width - text.utf8.count) + text
    }
}
