import Cron
import FoundationEssentials
import Testing

/// Days around clock changes of all kinds.
struct ChangeWindow: Sendable, CustomTestStringConvertible {
    let zone: String
    let from: String
    var testDescription: String { "\(zone) from \(from)" }

    static let all = [
        ChangeWindow(zone: "America/New_York", from: "2025-03-08T00:00Z"),
        ChangeWindow(zone: "America/New_York", from: "2025-11-01T00:00Z"),
        ChangeWindow(zone: "Australia/Lord_Howe", from: "2024-10-04T12:00Z"),
        ChangeWindow(zone: "Australia/Lord_Howe", from: "2025-04-04T12:00Z"),
        ChangeWindow(zone: "Europe/Dublin", from: "2025-03-29T00:00Z"),
        ChangeWindow(zone: "Europe/Dublin", from: "2025-10-25T00:00Z"),
        ChangeWindow(zone: "Africa/Casablanca", from: "2024-03-09T00:00Z"),
        ChangeWindow(zone: "Africa/Casablanca", from: "2024-04-13T00:00Z"),
        ChangeWindow(zone: "Pacific/Apia", from: "2011-12-28T12:00Z"),
        ChangeWindow(zone: "Pacific/Apia", from: "2012-03-31T00:00Z"),
        ChangeWindow(zone: "Asia/Kathmandu", from: "1985-12-30T12:00Z"),
        ChangeWindow(zone: "Antarctica/Troll", from: "2025-03-29T00:00Z"),
        ChangeWindow(zone: "Antarctica/Troll", from: "2025-10-25T00:00Z"),
        ChangeWindow(zone: "Antarctica/Casey", from: "2010-03-04T00:00Z"),
        ChangeWindow(zone: "America/Sao_Paulo", from: "2018-11-03T00:00Z"),
        ChangeWindow(zone: "America/Nuuk", from: "2025-03-29T00:00Z"),
        ChangeWindow(zone: "Asia/Pyongyang", from: "2018-05-03T12:00Z"),
        ChangeWindow(zone: "UTC", from: "2024-02-28T00:00Z"),
    ]
}

@Suite struct `Random patterns around clock changes` {
    private static let days = 3

    @Test(arguments: ChangeWindow.all)
    func `fire when a search minute by minute says so, forwards, backwards and in a row`(
        _ window: ChangeWindow
    ) throws {
        let seed = window.testDescription.utf8.reduce(5_381 as UInt64) { $0 &* 33 &+ UInt64($1) }
        var numbers = SeededNumbers(seed: seed)
        let zone = try Zones.load(window.zone)
        let start = Int(try Stamp.parse(window.from).timeIntervalSince1970)
        let end = start + Self.days * 86_400
        let oracle = Oracle(zone, from: start, days: Self.days)
        for _ in 0..<25 {
            let sets = Self.pattern(near: oracle, &numbers)
            let pattern = try CronPattern.parse(sets.text)
            let expected = oracle.occurrences(of: sets)
            let comment = Comment(rawValue: "\(sets.text) in \(window.zone), seed \(seed)")
            #expect(Self.forwards(pattern, zone, start, end) == expected, comment)
            #expect(Self.backwards(pattern, zone, start, end) == expected.reversed(), comment)
            let row = Occurrences(
                of: pattern, after: Date(timeIntervalSince1970: Double(start - 1)),
                through: Date(timeIntervalSince1970: Double(end - 1)), in: zone)
            #expect(row.map { Int($0.timeIntervalSince1970) } == expected, comment)
        }
    }

    @Test(arguments: ["Europe/Paris", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "UTC"])
    func `run through the same occurrences over years, both ways`(_ name: String) throws {
        let zone = try Zones.load(name)
        let start = Int(try Stamp.parse("2010-01-01T00:00Z").timeIntervalSince1970)
        let end = Int(try Stamp.parse("2014-01-01T00:00Z").timeIntervalSince1970)
        for text in [
            "30 2 * * *", "0 2,3 * * SUN", "0 0 L * *", "0 3 15W * *", "0 0 * * 2#3", "30 2 29 2 *",
            "0 0 13 * +FRI",
            "15 */3 1 * *", "30 30 2 LW 3,10 *", "0 0 0 30 12 * 2011-2012", "@weekly", "@every 100h",
            "0 1 L-2 * MON#1",
        ] {
            let pattern = try CronPattern.parse(text)
            let forwards = Self.forwards(pattern, zone, start, end)
            #expect(forwards == Self.backwards(pattern, zone, start, end).reversed(), "\(text)")
            #expect(!forwards.isEmpty && forwards == forwards.sorted(), "\(text)")
        }
    }

    private static func forwards(_ pattern: CronPattern, _ zone: Zone, _ start: Int, _ end: Int) -> [Int] {
        var found: [Int] = []
        var instant = start - 1
        while let next = pattern.next(after: Date(timeIntervalSince1970: Double(instant)), in: zone) {
            instant = Int(next.timeIntervalSince1970)
            if instant >= end { break }
            found.append(instant)
        }
        return found
    }

    private static func backwards(_ pattern: CronPattern, _ zone: Zone, _ start: Int, _ end: Int) -> [Int] {
        var found: [Int] = []
        var instant = end
        while let previous = pattern.previous(before: Date(timeIntervalSince1970: Double(instant)), in: zone)
        {
            instant = Int(previous.timeIntervalSince1970)
            if instant < start { break }
            found.append(instant)
        }
        return found
    }

    /// A pattern of which many occurrences lie near the change, in the window's month.
    private static func pattern(near oracle: Oracle, _ numbers: inout SeededNumbers) -> Oracle.Pattern {
        let (minuteText, minutes) = field(0...59, stars: 3, &numbers)
        let (hourText, hours) = field(0...23, stars: 3, &numbers)
        let (dayText, days) = field(1...31, stars: 7, &numbers)
        let (monthText, months) = field(1...12, stars: 9, &numbers)
        let (weekdayText, weekdays) = field(0...6, stars: 7, &numbers)
        let plus = Bool.random(using: &numbers) ? "+" : ""
        return Oracle.Pattern(
            minutes: minutes, hours: hours, days: dayText == "*" ? nil : days, months: months,
            weekdays: weekdayText == "*" ? nil : weekdays, needsBothDays: plus == "+",
            isWildcard: minuteText.hasPrefix("*") || hourText.hasPrefix("*"),
            text: "\(minuteText) \(hourText) \(dayText) \(monthText) \(plus)\(weekdayText)")
    }

    /// A field's text and what it stands for; `*` in so many of ten cases.
    private static func field(
        _ range: ClosedRange<Int>, stars: Int, _ numbers: inout SeededNumbers
    ) -> (text: String, values: Set<Int>) {
        if Int.random(in: 0..<10, using: &numbers) < stars { return ("*", Set(range)) }
        let step = Int.random(in: 1...max(range.count / 3, 2), using: &numbers)
        let ends = [Int.random(in: range, using: &numbers), Int.random(in: range, using: &numbers)].sorted()
        switch Int.random(in: 0..<4, using: &numbers) {
        case 0: return ("\(ends[0])", [ends[0]])
        case 1:
            return ("\(ends[0])-\(ends[1])/\(step)", Set(stride(from: ends[0], through: ends[1], by: step)))
        case 2: return ("*/\(step)", Set(stride(from: range.lowerBound, through: range.upperBound, by: step)))
        default: return ("\(ends[1]),\(ends[0])", Set(ends))
        }
    }
}

@Suite struct `Clock changes that no country has` {
    private static let noon = 1_700_000_000 / 86_400 * 86_400 + 43_200

    private func occurrences(_ text: String, _ change: Int) throws -> [Int] {
        let file = TZifBytes.zone(0, [(Self.noon, change)])
        let zone = try Zone.parse(tzif: file.bytes, name: "Test")
        return Occurrences(
            of: try CronPattern.parse(text), after: Date(timeIntervalSince1970: Double(Self.noon - 43_200)),
            through: Date(timeIntervalSince1970: Double(Self.noon + 43_200)), in: zone
        ).map { (Int($0.timeIntervalSince1970) - Self.noon) / 60 }
    }

    @Test func `a gap of three hours is made up for`() throws {
        #expect(try occurrences("30 13 * * *", 180 * 60) == [0])
    }

    @Test func `a longer one is not`() throws {
        #expect(try occurrences("30 13 * * *", 181 * 60) == [])
    }

    @Test func `an overlap of three hours counts once`() throws {
        #expect(try occurrences("30 10 * * *", -180 * 60) == [-90])
    }

    @Test func `a longer one counts twice`() throws {
        #expect(try occurrences("30 10 * * *", -181 * 60) == [-90, 91])
    }

    @Test func `a wildcard pattern in a gap is due when its time comes, not right after`() throws {
        #expect(try occurrences("30 */13 * * *", 180 * 60) == [-690, 570])
    }

    @Test func `a wildcard pattern whose last occurrence ever is in a second pass gets there`() throws {
        let year = "2023"
        let file = TZifBytes.zone(0, [(Self.noon, -3_600)])
        let zone = try Zone.parse(tzif: file.bytes, name: "Test")
        let pattern = try CronPattern.parse("0 */30 11 14 11 * \(year)")
        let afterFirstPass = Date(timeIntervalSince1970: Double(Self.noon - 60))
        let next = try #require(pattern.next(after: afterFirstPass, in: zone))
        #expect(Int(next.timeIntervalSince1970) - Self.noon == 0)
    }

    @Test func `a change of the flag alone is no change`() throws {
        let file = TZifBytes.zone(3_600, [(Self.noon, 3_600)])
        let plain = TZifBytes.zone(3_600, [])
        #expect(try Zone.parse(tzif: file.bytes, name: "A") == Zone.parse(tzif: plain.bytes, name: "A"))
    }
}
