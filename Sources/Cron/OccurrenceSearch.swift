import Measures

/// Looks for a pattern's occurrences in a zone, forwards and backwards, and remembers the stretch between two
/// clock changes and the month it stands in, so that a walk through many occurrences costs little for each.
///
/// All of it is integer arithmetic on the zone's clock, as seconds since 1970-01-01T00:00:00 on that clock.
/// Each stretch answers for a range of that clock. For a wildcard pattern it is what the clock really showed.
/// For a fixed one the ranges follow each other without gap or overlap wherever the clock changed by at most
/// three hours: a stretch after a gap also answers for the times that were skipped, at its first instant, and
/// a stretch after an overlap begins where the first pass ended.
struct OccurrenceSearch {
    /// How many days the search goes on without an occurrence: 40 years have 14,609 or 14,610. The longest
    /// wait of a pattern that has occurrences is the one for a weekday on 29 February across 2100.
    static let daysMax = 14_610

    private let sets: FieldSets
    private let times: TimeOfDay
    private let zone: Zone
    private var stretch: Stretch
    private var month: MonthDays

    /// - Parameter near: an instant near the first that will be asked for; only speed depends on it.
    init(_ sets: FieldSets, in zone: Zone, near instant: Int) {
        self.sets = sets
        self.zone = zone
        times = TimeOfDay(sets)
        stretch = zone.stretch(at: instant)
        month = MonthDays(
            containing: CivilDay.floorDivide(instant + stretch.offset, CivilDay.seconds), sets)
    }

    /// The first occurrence after an instant.
    mutating func next(after instant: Int) -> Int? {
        let first = instant + 1
        if !stretch.contains(first) { stretch = zone.stretch(at: first) }
        let lastDay = CivilDay.floorDivide(first + stretch.offset, CivilDay.seconds) + Self.daysMax
        var searchedFrom = Int.max
        var match: Int?
        while true {
            let low = max(first, stretch.start)
            let claimed = stretch.firstClaimed(byFixed: !sets.isWildcard)
            let from = low == stretch.start ? claimed : max(low + stretch.offset, claimed)
            // A match that was found from an earlier time holds, unless the clock went back or passed it by.
            if searchedFrom > from || match.map({ $0 < from }) ?? false {
                match = firstMatch(from: from, through: lastDay)
                searchedFrom = from
            }
            if let match {
                // Times that the clock skipped are due at the first instant after the gap.
                let occurrence = max(match - stretch.offset, low)
                if occurrence < stretch.end { return occurrence }
            }
            guard stretch.end <= first + Self.daysMax * CivilDay.seconds else { return nil }
            stretch = zone.stretch(after: stretch)
        }
    }

    /// The last occurrence before an instant.
    mutating func previous(before instant: Int) -> Int? {
        let last = instant - 1
        if !stretch.contains(last) { stretch = zone.stretch(at: last) }
        let firstDay = CivilDay.floorDivide(last + stretch.offset, CivilDay.seconds) - Self.daysMax
        var searchedUpTo = Int.min
        var match: Int?
        while true {
            let upTo = min(last, stretch.end - 1) + stretch.offset
            if searchedUpTo < upTo || match.map({ $0 > upTo }) ?? false {
                match = lastMatch(upTo: upTo, through: firstDay)
                searchedUpTo = upTo
            }
            if let match, match >= stretch.firstClaimed(byFixed: !sets.isWildcard) {
                return max(match - stretch.offset, stretch.start)
            }
            guard stretch.start >= last - Self.daysMax * CivilDay.seconds else { return nil }
            stretch = zone.stretch(before: stretch)
        }
    }

    /// The first time on the clock from `time` on that matches, up to the end of a day.
    private mutating func firstMatch(from time: Int, through lastDay: Int) -> Int? {
        let day = CivilDay.floorDivide(time, CivilDay.seconds)
        guard let found = firstDay(from: day, through: lastDay) else { return nil }
        if found > day { return found * CivilDay.seconds + times.first }
        if let match = times.first(from: time - day * CivilDay.seconds) {
            return day * CivilDay.seconds + match
        }
        return firstDay(from: day + 1, through: lastDay).map { $0 * CivilDay.seconds + times.first }
    }

    /// The last time on the clock up to `time` that matches, down to the beginning of a day.
    private mutating func lastMatch(upTo time: Int, through firstDay: Int) -> Int? {
        let day = CivilDay.floorDivide(time, CivilDay.seconds)
        guard let found = lastDay(upTo: day, through: firstDay) else { return nil }
        if found < day { return found * CivilDay.seconds + times.last }
        if let match = times.last(upTo: time - day * CivilDay.seconds) {
            return day * CivilDay.seconds + match
        }
        return lastDay(upTo: day - 1, through: firstDay).map { $0 * CivilDay.seconds + times.last }
    }

    private mutating func firstDay(from day: Int, through lastDay: Int) -> Int? {
        if !month.contains(day) { month = MonthDays(containing: day, sets) }
        var rest = month.matching & ~((1 as UInt64) &<< UInt64(day - month.firstDay) - 1)
        while rest == 0 {
            guard month.firstDay + month.length <= lastDay else { return nil }
            month.moveToNext(sets)
            rest = month.matching
        }
        let found = month.firstDay + rest.trailingZeroBitCount
        return found <= lastDay ? found : nil
    }

    private mutating func lastDay(upTo day: Int, through firstDay: Int) -> Int? {
        if !month.contains(day) { month = MonthDays(containing: day, sets) }
        var rest = month.matching & ((2 as UInt64) &<< UInt64(day - month.firstDay) - 1)
        while rest == 0 {
            guard month.firstDay > firstDay else { return nil }
            month.moveToPrevious(sets)
            rest = month.matching
        }
        let found = month.firstDay + 63 - rest.leadingZeroBitCount
        return found >= firstDay ? found : nil
    }
}
