/// A pattern as sets of bits, which is what the search looks at.
struct FieldSets: Sendable, Equatable {
    /// Which days match, given the two day fields.
    enum DayRule: Sendable, Equatable {
        /// Neither field is restricted.
        case everyDay
        /// Only the day of the month is restricted.
        case dayOfMonth
        /// Only the weekday is restricted.
        case weekday
        /// Both are restricted: either one is enough (OCPS 1.0, 6.1).
        case either
        /// `+` before the weekday field: both must match (OCPS 1.4, 4.1.2).
        case both
    }

    /// A rule for Monday to Friday in the day-of-month field.
    enum Workday: Sendable, Equatable {
        case nearest(Int)
        case last
    }

    /// Bit n stands for the value n.
    private(set) var seconds: UInt64 = 0
    private(set) var minutes: UInt64 = 0
    private(set) var hours: UInt64 = 0
    private(set) var months: UInt64 = 0
    /// Bit n of word w stands for the year 1970 + 64 w + n.
    private var years = SIMD4<UInt64>(repeating: 0)
    private var daysOfMonth: UInt64 = 0
    /// Bit n stands for n days before the last day of the month.
    private var daysBeforeLast: UInt64 = 0
    private var workday: Workday?
    private var weekdays: UInt64 = 0
    /// Bit 8 d + n stands for the n-th weekday d of the month; n = 0 for its last.
    private var weekdaysOfMonth: UInt64 = 0
    private(set) var dayRule = DayRule.everyDay
    /// Whether the second, minute or hour field starts with `*`: then it fires at every real instant that
    /// matches, and no clock change is made up for.
    private(set) var isWildcard = false

    /// - Parameter fields: the items of every field that the pattern writes.
    init(_ fields: [ReadField]) {
        insert(.range(from: 0, to: 0, step: 1), into: .second)
        insert(.all(step: 1), into: .year)
        for field in fields {
            if field.field == .second { seconds = 0 }
            if field.field == .year { years = SIMD4(repeating: 0) }
            for item in field.items { insert(item, into: field.field) }
        }
        isWildcard = fields.contains { $0.field.rawValue <= CronField.hour.rawValue && $0.startsWithStar }
        let day = fields.first { $0.field == .dayOfMonth }
        let weekday = fields.first { $0.field == .dayOfWeek }
        dayRule =
            switch (day?.isRestricted ?? false, weekday?.isRestricted ?? false) {
            case (false, false): .everyDay
            case (true, false): .dayOfMonth
            case (false, true): .weekday
            case (true, true): weekday?.requiresBoth == true ? .both : .either
            }
    }

    /// The days of a month that match, bit 0 being the first.
    func days(year: Int, month: Int, firstWeekday: Int, length: Int) -> UInt64 {
        guard months &>> UInt64(month) & 1 == 1, contains(year: year) else { return 0 }
        let all = (1 as UInt64) &<< UInt64(length) - 1
        switch dayRule {
        case .everyDay: return all
        case .dayOfMonth: return all & monthDays(firstWeekday: firstWeekday, length: length)
        case .weekday: return all & weekDays(firstWeekday: firstWeekday, length: length)
        case .either:
            return all
                & (monthDays(firstWeekday: firstWeekday, length: length)
                    | weekDays(firstWeekday: firstWeekday, length: length))
        case .both:
            return all & monthDays(firstWeekday: firstWeekday, length: length)
                & weekDays(firstWeekday: firstWeekday, length: length)
        }
    }

    private func contains(year: Int) -> Bool {
        let index = year - CronField.year.values.lowerBound
        guard index >= 0, index < CronField.year.values.count else { return false }
        return years[index >> 6] &>> UInt64(index & 63) & 1 == 1
    }

    private func monthDays(firstWeekday: Int, length: Int) -> UInt64 {
        var days = daysOfMonth >> 1
        var rest = daysBeforeLast
        while rest != 0 {
            let day = length - rest.trailingZeroBitCount
            if day >= 1 { days |= 1 &<< UInt64(day - 1) }
            rest &= rest - 1
        }
        switch workday {
        case nil: break
        case .last:
            days |=
                1 &<< UInt64(Self.nearestWorkday(to: length, firstWeekday: firstWeekday, length: length) - 1)
        case .nearest(let day):
            // A month without that day has no day nearest to it: 31W does not fire in April.
            if day <= length {
                days |=
                    1 &<< UInt64(Self.nearestWorkday(to: day, firstWeekday: firstWeekday, length: length) - 1)
            }
        }
        return days
    }

    /// OCPS 1.3, 4.3: Saturday moves back, Sunday forward, neither out of the month.
    private static func nearestWorkday(to day: Int, firstWeekday: Int, length: Int) -> Int {
        switch (firstWeekday + day - 1) % 7 {
        case 6: day == 1 ? 3 : day - 1
        case 0: day == length ? day - 2 : day + 1
        default: day
        }
    }

    private func weekDays(firstWeekday: Int, length: Int) -> UInt64 {
        let week = ((weekdays | weekdays << 7) &>> UInt64(firstWeekday)) & 0x7F
        // One week's bits, five times over.
        var days = week &* 0x1020_4081
        var rest = weekdaysOfMonth
        while rest != 0 {
            let bit = rest.trailingZeroBitCount
            let first = (bit >> 3 - firstWeekday + 7) % 7 + 1
            let day = bit & 7 == 0 ? first + (length - first) / 7 * 7 : first + (bit & 7 - 1) * 7
            if day <= length { days |= 1 &<< UInt64(day - 1) }
            rest &= rest - 1
        }
        return days
    }

    private mutating func insert(_ item: FieldItem, into field: CronField) {
        switch item {
        case .all(let step): insert(field.allValues, step: step, into: field)
        case .range(let from, let to, let step): insert(from...to, step: step, into: field)
        case .hashed(let from, let to, let step):
            insert(from...(step == nil ? from : to), step: step ?? 1, into: field)
        case .lastDay(let before): daysBeforeLast |= 1 &<< UInt64(before)
        case .lastWorkday: workday = .last
        case .nearestWorkday(let day): workday = .nearest(day)
        case .nthWeekday(let weekday, let nth): weekdaysOfMonth |= 1 &<< UInt64(weekday % 7 * 8 + nth)
        case .lastWeekday(let weekday): weekdaysOfMonth |= 1 &<< UInt64(weekday % 7 * 8)
        }
    }

    private mutating func insert(_ range: ClosedRange<Int>, step: Int, into field: CronField) {
        if field == .year { return insert(years: range, step: step) }
        var bits: UInt64 = 0
        if step == 1 {
            bits = (2 as UInt64) &<< UInt64(range.upperBound) &- (1 as UInt64) &<< UInt64(range.lowerBound)
        } else {
            for value in stride(from: range.lowerBound, through: range.upperBound, by: step) {
                bits |= 1 &<< UInt64(value)
            }
        }
        switch field {
        case .second: seconds |= bits
        case .minute: minutes |= bits
        case .hour: hours |= bits
        case .dayOfMonth: daysOfMonth |= bits
        case .month: months |= bits
        // Sunday as 7 is Sunday as 0.
        case .dayOfWeek: weekdays |= (bits | bits >> 7) & 0x7F
        case .year: break
        }
    }

    private mutating func insert(years range: ClosedRange<Int>, step: Int) {
        let first = CronField.year.values.lowerBound
        if step == 1, range == CronField.year.values {
            years = SIMD4(repeating: .max)
            return
        }
        for index in stride(from: range.lowerBound - first, through: range.upperBound - first, by: step) {
            years[index >> 6] |= 1 &<< UInt64(index & 63)
        }
    }
}
