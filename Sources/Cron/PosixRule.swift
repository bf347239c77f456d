import Measures

/// The rule of a TZif file's footer, which says how a zone goes on after the file's table: a POSIX `TZ`
/// string with the extension of RFC 9636, 3.3.1 (times of −167 to 167 hours).
struct PosixRule: Sendable, Equatable {
    /// A day of every year.
    enum Day: Sendable, Equatable {
        /// `Jn`: 1–365, 29 February never counted.
        case withoutLeapDay(Int)
        /// `n`: 0–365.
        case ofYear(Int)
        /// `Mm.w.d`: the w-th weekday d of month m, w = 5 being the last.
        case ofMonth(month: Int, week: Int, weekday: Int)
    }

    /// The second offset of a year, and when it begins and ends.
    struct Daylight: Sendable, Equatable {
        let offset: Int
        let start: Day
        /// Seconds after midnight of the clock as it shows before the change; may be negative or beyond a
        /// day.
        let startTime: Int
        let end: Day
        let endTime: Int
    }

    /// Seconds east of UTC.
    let standard: Int
    let daylight: Daylight?

    /// The changes after an instant and before a year begins, in order; with none to go after, those from
    /// 1969 on.
    func changes(after instant: Int?, before yearEnd: Int) -> [(instant: Int, offset: Int)] {
        guard daylight != nil else { return [] }
        let firstYear =
            instant.map { CivilDay.date(of: CivilDay.floorDivide($0, CivilDay.seconds)).year - 1 } ?? 1969
        var changes: [(instant: Int, offset: Int)] = []
        for year in max(firstYear, 1900)..<max(yearEnd, 1901) { changes += self.changes(in: year) }
        // Where one year's end meets the next one's start, the start has the last word: summer all year
        // round.
        changes.sort {
            ($0.instant, $0.offset == daylight?.offset ? 1 : 0) < (
                $1.instant, $1.offset == daylight?.offset ? 1 : 0
            )
        }
        return changes.filter { $0.instant > instant ?? .min }
    }

    /// The offset that the rule gives at an instant.
    func offset(at instant: Int) -> Int {
        let year = CivilDay.date(of: CivilDay.floorDivide(instant + standard, CivilDay.seconds)).year
        var offset = standard
        var latest = Int.min
        for change in (year - 1...year + 1).flatMap(changes(in:)) where change.instant <= instant {
            if change.instant > latest || (change.instant == latest && change.offset == daylight?.offset) {
                (latest, offset) = change
            }
        }
        return offset
    }

    private func changes(in year: Int) -> [(instant: Int, offset: Int)] {
        guard let daylight else { return [] }
        let start =
            Self.number(of: daylight.start, in: year) * CivilDay.seconds + daylight.startTime - standard
        let end =
            Self.number(of: daylight.end, in: year) * CivilDay.seconds + daylight.endTime - daylight.offset
        return [(start, daylight.offset), (end, standard)]
    }

    private static func number(of day: Day, in year: Int) -> Int {
        switch day {
        case .withoutLeapDay(let day):
            return CivilDay.number(year: year, month: 1, day: day)
                + (day > 59 && CivilDay.isLeap(year) ? 1 : 0)
        case .ofYear(let day): return CivilDay.number(year: year, month: 1, day: 1) + day
        case .ofMonth(let month, let week, let weekday):
            let first = CivilDay.number(year: year, month: month, day: 1)
            let day = (weekday - CivilDay.weekday(of: first) + 7) % 7
            let length = CivilDay.length(year: year, month: month)
            return first + min(day + (week - 1) * 7, day + (length - 1 - day) / 7 * 7)
        }
    }
}
