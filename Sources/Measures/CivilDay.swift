/// Days of the proleptic Gregorian calendar as numbers, 0 being 1970-01-01.
///
/// Integer arithmetic only, after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": a year is
/// counted from March, so that the leap day is its last and eras of 400 years are alike.
package enum CivilDay {
    /// Seconds of a civil day; leap seconds do not exist in POSIX time.
    package static let seconds = 86_400

    /// The number of the day; `day` may run over the month's end and then counts into the next.
    @inlinable package static func number(year: Int, month: Int, day: Int) -> Int {
        let marchYear = month <= 2 ? year - 1 : year
        let era = floorDivide(marchYear, 400)
        let yearOfEra = marchYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The year, month (1–12) and day (1–31) of a day's number.
    @inlinable package static func date(of number: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = number + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// How many days the month has, 28–31.
    @inlinable package static func length(year: Int, month: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Whether the year has a 29 February.
    @inlinable package static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    /// The weekday of a day's number, 0 being Sunday.
    @inlinable package static func weekday(of number: Int) -> Int {
        // 1970-01-01 was a Thursday.
        number + 4 - floorDivide(number + 4, 7) * 7
    }

    /// Division that rounds towards the past, also before 1970.
    @inlinable package static func floorDivide(_ value: Int, _ divisor: Int) -> Int {
        value >= 0 ? value / divisor : (value + 1) / divisor - 1
    }
}
