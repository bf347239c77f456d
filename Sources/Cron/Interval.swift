import Measures

/// The slots of `@every`: multiples of the interval since the epoch, so that every daemon agrees on them
/// without having spoken to another. They know no zone.
enum Interval {
    /// The years 1970–2199 in UTC, as seconds.
    private static let range = 0..<CivilDay.number(year: 2200, month: 1, day: 1) * CivilDay.seconds

    static func next(after second: Int, every interval: Int) -> Int? {
        let slot = max(0, (CivilDay.floorDivide(second, interval) + 1) * interval)
        return range.contains(slot) && slot - second <= OccurrenceSearch.daysMax * CivilDay.seconds
            ? slot : nil
    }

    static func previous(before second: Int, every interval: Int) -> Int? {
        let last = min(second, range.upperBound) - 1
        let slot = CivilDay.floorDivide(last, interval) * interval
        return range.contains(slot) && second - slot <= OccurrenceSearch.daysMax * CivilDay.seconds
            ? slot : nil
    }
}
