import FoundationEssentials
import Measures

/// The civil date and time of an instant in a zone, by integer arithmetic on the proleptic Gregorian
/// calendar.
///
/// The conversions are Howard Hinnant's, "chrono-Compatible Low-Level Date Algorithms"; weeks are those of
/// ISO 8601.
struct CivilTime: Sendable, Equatable {
    /// Days since 1970-01-01.
    let day: Int
    /// Seconds after midnight, 0–86,399.
    let secondOfDay: Int
    let year: Int
    let month: Int
    let dayOfMonth: Int

    init(_ date: Date, offset: (Date) -> Int) {
        let seconds = Int(CivilTime.unixSeconds(date)) + offset(date)
        day = CivilDay.floorDivide(seconds, CivilDay.seconds)
        secondOfDay = seconds - day * CivilDay.seconds
        (year, month, dayOfMonth) = CivilDay.date(of: day)
    }

    /// 0 is Sunday.
    var weekday: Int { CivilDay.weekday(of: day) }

    /// `2026-11-20`.
    var dayText: String { "\(monthText)-\(CivilTime.padded(dayOfMonth))" }

    /// `2026-11`.
    var monthText: String { "\(yearText)-\(CivilTime.padded(month))" }

    /// `2026`.
    var yearText: String { CivilTime.padded(year, to: 4) }

    /// `2026-11-20 14:00`, the hour that it is in.
    var hourText: String { "\(dayText) \(CivilTime.padded(secondOfDay / 3600)):00" }

    /// `2026-W47`: the week belongs to the year that its Thursday is in.
    var weekText: String {
        let thursday = day + 3 - (weekday + 6) % 7
        let weekYear = CivilDay.date(of: thursday).year
        let week = (thursday - CivilDay.number(year: weekYear, month: 1, day: 1)) / 7 + 1
        return "\(CivilTime.padded(weekYear, to: 4))-W\(CivilTime.padded(week))"
    }

    /// Whole seconds since 1970, bounded to some hundred million years, so that no date from outside traps.
    static func unixSeconds(_ date: Date) -> Int64 {
        let seconds = date.timeIntervalSince1970.rounded(.down)
        guard seconds.magnitude < 1e16 else {
            return seconds < 0 ? -10_000_000_000_000_000 : 10_000_000_000_000_000
        }
        return Int64(seconds)
    }

    private static func padded(_ value: Int, to width: Int = 2) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
