import Cron

/// What ought to fire, worked out minute by minute with nothing but a zone's offsets and the words of the
/// rule.
///
/// It shares no code with the module: its calendar counts years, its patterns are sets, and a repeated or
/// skipped time is found by looking at the neighbouring minutes.
struct Oracle {
    /// One minute of real time, and what the clock on the wall shows at it.
    struct Minute {
        let instant: Int
        /// Seconds since 1970 on that clock.
        let wall: Int
        /// The number of a second pass over the same wall time, which an earlier minute less than 3 hours ago
        /// showed.
        var isRepeated = false
        /// The wall times that were skipped right before it, if they were at most 3 hours.
        var skipped: [Int] = []
    }

    /// A pattern as sets of values.
    struct Pattern {
        var minutes: Set<Int>
        var hours: Set<Int>
        var days: Set<Int>?
        var months: Set<Int>?
        var weekdays: Set<Int>?
        var needsBothDays = false
        var isWildcard = false
        var text: String
    }

    let minutes: [Minute]

    /// The minutes from `from` on, so many days; the three hours before are looked at, too.
    init(_ zone: Zone, from: Int, days: Int) {
        let lead = 200
        var all: [Minute] = []
        var seen: [Int: Int] = [:]
        for index in -lead..<days * 1_440 {
            let instant = from + index * 60
            let wall = instant + zone.offset(at: Int64(instant))
            var minute = Minute(instant: instant, wall: wall)
            if let earlier = seen[wall], instant - earlier <= 180 * 60 { minute.isRepeated = true }
            if let before = all.last, wall - before.wall > 60, wall - before.wall - 60 <= 180 * 60 {
                minute.skipped = Array(stride(from: before.wall + 60, to: wall, by: 60))
            }
            seen[wall] = seen[wall] ?? instant
            all.append(minute)
        }
        minutes = Array(all.dropFirst(lead))
    }

    /// The instants at which the pattern ought to fire.
    func occurrences(of pattern: Pattern) -> [Int] {
        minutes.filter { minute in
            if pattern.isWildcard { return Self.matches(pattern, minute.wall) }
            return Self.matches(pattern, minute.wall) && !minute.isRepeated
                || minute.skipped.contains { Self.matches(pattern, $0) }
        }.map(\.instant)
    }

    private static func matches(_ pattern: Pattern, _ wall: Int) -> Bool {
        guard pattern.minutes.contains(wall / 60 % 60), pattern.hours.contains(wall / 3_600 % 24) else {
            return false
        }
        var year = 1970
        var day = wall / 86_400
        let weekday = (day + 4) % 7
        while day >= (Stamp.isLeap(year) ? 366 : 365) {
            day -= Stamp.isLeap(year) ? 366 : 365
            year += 1
        }
        var month = 1
        while day >= Stamp.length(year, month) {
            day -= Stamp.length(year, month)
            month += 1
        }
        if let months = pattern.months, !months.contains(month) { return false }
        switch (pattern.days, pattern.weekdays) {
        case (nil, nil): return true
        case (let days?, nil): return days.contains(day + 1)
        case (nil, let weekdays?): return weekdays.contains(weekday)
        case (let days?, let weekdays?):
            let both = (days.contains(day + 1), weekdays.contains(weekday))
            return pattern.needsBothDays ? both.0 && both.1 : both.0 || both.1
        }
    }
}
