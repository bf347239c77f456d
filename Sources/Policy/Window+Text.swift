import Faults

/// How openings are written: `22:00-06:00`, `Mon-Fri 22:00-06:00`, `Sat,Sun 00:00-24:00`.
extension Window.Opening {
    /// Reads one opening; without days it is every day's.
    ///
    /// Days stand for the day that the opening begins on; a range may run over the end of the week
    /// (`Fri-Mon`).
    ///
    /// - Throws: ``PolicyFault``.
    package static func parse(_ text: some StringProtocol) throws(PolicyFault) -> Window.Opening {
        let words = text.split(whereSeparator: { $0 == " " || $0 == "\t" })
        guard (1...2).contains(words.count), text.utf8.count <= 128, let last = words.last else {
            throw .notAnOpening(String(text.prefix(128)))
        }
        let times = last.split(separator: "-", omittingEmptySubsequences: false)
        guard times.count == 2, let from = minute(times[0]), let to = minute(times[1]), from < 1440 else {
            throw .notAnOpening(String(text))
        }
        let weekdays = words.count == 2 ? try days(words[0]) : Set(0...6)
        return Window.Opening(weekdays: weekdays, from: from, to: to == 0 ? 1440 : to)
    }

    /// The opening as it is written, days in the order of the week from Monday.
    package var description: String {
        let times = "\(Self.clock(from))-\(Self.clock(to))"
        guard weekdays != Set(0...6) else { return times }
        let days = [1, 2, 3, 4, 5, 6, 0].filter(weekdays.contains).map {
            Self.names[$0].prefix(3).capitalizedDay
        }
        return "\(days.joined(separator: ",")) \(times)"
    }

    private static let names = [
        "sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
    ]

    private static func days(_ text: some StringProtocol) throws(PolicyFault) -> Set<Int> {
        var found: Set<Int> = []
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = item.split(separator: "-", omittingEmptySubsequences: false)
            guard (1...2).contains(ends.count) else { throw .notAnOpening(String(text)) }
            let first = try weekday(ends[0])
            let last = try ends.count == 2 ? weekday(ends[1]) : first
            var day = first
            found.insert(day)
            while day != last {
                day = (day + 1) % 7
                found.insert(day)
            }
        }
        return found
    }

    private static func weekday(_ text: some StringProtocol) throws(PolicyFault) -> Int {
        let lowered = text.lowercased()
        if let index = names.firstIndex(where: { $0 == lowered || $0.prefix(3) == lowered }) { return index }
        let known = names.map { $0.prefix(3).capitalizedDay }
        throw .notAWeekday(String(text), nearest: Suggestion.nearest(to: lowered, among: known))
    }

    /// `6:00`, `06:00` and `24:00`.
    private static func minute(_ text: some StringProtocol) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...2).contains(parts[0].count), parts[1].count == 2,
            parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60, hour * 60 + minute <= 1440
        else { return nil }
        return hour * 60 + minute
    }

    private static func clock(_ minute: Int) -> String {
        let (hours, minutes) = minute.quotientAndRemainder(dividingBy: 60)
        return "\(hours < 10 ? "0" : "")\(hours):\(minutes < 10 ? "0" : "")\(minutes)"
    }
}

extension StringProtocol {
    /// `Mon` of `mon`.
    fileprivate var capitalizedDay: String { prefix(1).uppercased() + dropFirst() }
}
