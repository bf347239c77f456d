extension PosixRule {
    /// Parses a footer such as `CET-1CEST,M3.5.0,M10.5.0/3`; nil if it is none.
    static func parse(_ text: ArraySlice<UInt8>) -> PosixRule? {
        var reader = RuleReader(rest: text)
        guard reader.skipName(), let standard = reader.readTime(hoursMax: 24) else { return nil }
        if reader.rest.isEmpty { return PosixRule(standard: -standard, daylight: nil) }
        guard reader.skipName() else { return nil }
        var offset = -standard + 3_600
        if reader.rest.first != UInt8(ascii: ",") {
            guard let written = reader.readTime(hoursMax: 24) else { return nil }
            offset = -written
        }
        guard let (start, startTime) = reader.readChange(), let (end, endTime) = reader.readChange(),
            reader.rest.isEmpty
        else { return nil }
        return PosixRule(
            standard: -standard,
            daylight: Daylight(offset: offset, start: start, startTime: startTime, end: end, endTime: endTime)
        )
    }
}

/// Takes a POSIX `TZ` string apart from its front.
private struct RuleReader {
    var rest: ArraySlice<UInt8>

    /// `CET` or `<+03>`, of at least three characters.
    mutating func skipName() -> Bool {
        if take("<") {
            guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
            rest = rest[(end + 1)...]
            return true
        }
        let name = rest.prefix { (UInt8(ascii: "A")...UInt8(ascii: "z")).contains($0) }
        rest = rest.dropFirst(name.count)
        return name.count >= 3
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    mutating func readTime(hoursMax: Int) -> Int? {
        let sign = take("-") ? -1 : 1
        if sign == 1 { _ = take("+") }
        guard let hours = readNumber(0...hoursMax) else { return nil }
        var seconds = hours * 3_600
        for unit in [60, 1] where take(":") {
            guard let number = readNumber(0...59) else { return nil }
            seconds += number * unit
        }
        return sign * seconds
    }

    /// `,M3.5.0/3`, `,J60/2`, `,0/0`; without a time it is 02:00.
    mutating func readChange() -> (day: PosixRule.Day, time: Int)? {
        guard take(","), let day = readDay() else { return nil }
        guard take("/") else { return (day, 7_200) }
        return readTime(hoursMax: 167).map { (day, $0) }
    }

    private mutating func readDay() -> PosixRule.Day? {
        if take("J") { return readNumber(1...365).map { .withoutLeapDay($0) } }
        guard take("M") else { return readNumber(0...365).map { .ofYear($0) } }
        guard let month = readNumber(1...12), take("."), let week = readNumber(1...5), take("."),
            let weekday = readNumber(0...6)
        else { return nil }
        return .ofMonth(month: month, week: week, weekday: weekday)
    }

    private mutating func readNumber(_ range: ClosedRange<Int>) -> Int? {
        let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        rest = rest.dropFirst(digits.count)
        guard digits.count <= 3, let number = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
        return range.contains(number) ? number : nil
    }

    private mutating func take(_ sign: Unicode.Scalar) -> Bool {
        guard let first = rest.first, UInt32(first) == sign.value else { return false }
        rest = rest.dropFirst()
        return true
    }
}
