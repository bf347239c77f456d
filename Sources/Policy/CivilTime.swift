import FoundationEssentials

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
        day = CivilTime.floorDivision(seconds, 86_400)
        secondOfDay = seconds - day * 86_400
        (year, month, dayOfMonth) = CivilTime.civil(ofDay: day)
    }

    /// 0 is Sunday.
    var weekday: Int { CivilTime.weekday(ofDay: day) }

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
        let (weekYear, _, _) = CivilTime.civil(ofDay: thursday)
        let week = (thursday - CivilTime.day(ofYear: weekYear)) / 7 + 1
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

    /// 0 is Sunday; 1970-01-01 was a Thursday.
    static func weekday(ofDay day: Int) -> Int {
        let rest = (day + 4) % 7
        return rest < 0 ? rest + 7 : rest
    }

    private static func civil(ofDay day: Int) -> (year: Int, month: Int, dayOfMonth: Int) {
        let shifted = day + 719_468
        let era = floorDivision(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// The day number of the first of January.
    private static func day(ofYear year: Int) -> Int {
        let before = year - 1
        return 365 * before + floorDivision(before, 4) - floorDivision(before, 100)
            + floorDivision(before, 400)
            - 719_162
    }

    static func floorDivision(_ value: Int, _ divisor: Int) -> Int {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }

    private static func padded(_ value: Int, to width: Int = 2) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
