/// Finds times within a day that a pattern's second, minute and hour sets hold, as seconds since its
/// midnight.
struct TimeOfDay {
    private let seconds: UInt64
    private let minutes: UInt64
    private let hours: UInt64
    /// The first time of any day.
    let first: Int
    /// The last time of any day.
    let last: Int

    init(_ sets: FieldSets) {
        seconds = sets.seconds
        minutes = sets.minutes
        hours = sets.hours
        first =
            hours.trailingZeroBitCount * 3_600 + minutes.trailingZeroBitCount * 60
            + seconds.trailingZeroBitCount
        last = Self.highest(hours) * 3_600 + Self.highest(minutes) * 60 + Self.highest(seconds)
    }

    /// The first time at or after `time`; nil if the day has none left.
    func first(from time: Int) -> Int? {
        if time <= first { return first }
        let (hour, minute, second) = Self.split(time)
        if hours &>> UInt64(hour) & 1 == 1 {
            if minutes &>> UInt64(minute) & 1 == 1 {
                let rest = seconds &>> UInt64(second)
                if rest != 0 { return time + rest.trailingZeroBitCount }
            }
            let rest = minutes &>> UInt64(minute + 1)
            if rest != 0 {
                let minute = minute + 1 + rest.trailingZeroBitCount
                return hour * 3_600 + minute * 60 + seconds.trailingZeroBitCount
            }
        }
        let rest = hours &>> UInt64(hour + 1)
        guard rest != 0 else { return nil }
        return (hour + 1 + rest.trailingZeroBitCount) * 3_600 + first % 3_600
    }

    /// The last time at or before `time`; nil if the day has none before it.
    func last(upTo time: Int) -> Int? {
        if time >= last { return last }
        let (hour, minute, second) = Self.split(time)
        if hours &>> UInt64(hour) & 1 == 1 {
            if minutes &>> UInt64(minute) & 1 == 1 {
                let rest = seconds & Self.upTo(second)
                if rest != 0 { return hour * 3_600 + minute * 60 + Self.highest(rest) }
            }
            let rest = minutes & Self.upTo(minute) >> 1
            if rest != 0 { return hour * 3_600 + Self.highest(rest) * 60 + Self.highest(seconds) }
        }
        let rest = hours & Self.upTo(hour) >> 1
        return rest == 0 ? nil : Self.highest(rest) * 3_600 + last % 3_600
    }

    private static func split(_ time: Int) -> (hour: Int, minute: Int, second: Int) {
        let minute = time / 60
        return (minute / 60, minute % 60, time - minute * 60)
    }

    /// The bits 0 to `bit`, which is below 63.
    private static func upTo(_ bit: Int) -> UInt64 { (2 as UInt64) &<< UInt64(bit) - 1 }

    private static func highest(_ set: UInt64) -> Int { 63 - set.leadingZeroBitCount }
}
