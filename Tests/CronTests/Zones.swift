import Cron
import FoundationEssentials
import Testing

/// Zones of the machine's own time zone database, which the module itself never reads.
enum Zones {
    /// The zone of a name.
    static func load(_ name: String) throws -> Zone {
        if name == "UTC" { return .utc }
        let data = try Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/\(name)"))
        return try Zone.parse(tzif: Array(data), name: name)
    }
}

/// Instants as text and back, written by hand so that the tests do not lean on the code that they test.
enum Stamp {
    /// `2026-11-22T00:30Z` and `2026-11-22T00:30:15Z`.
    static func parse(_ text: String) throws -> Date {
        let parts = text.split { !$0.isNumber }.compactMap { Int($0) }
        try #require(parts.count >= 5, "not an instant: \(text)")
        var days = 0
        for year in 1970..<max(parts[0], 1970) { days += isLeap(year) ? 366 : 365 }
        for month in 1..<parts[1] { days += length(parts[0], month) }
        let seconds = (days + parts[2] - 1) * 86_400 + parts[3] * 3_600 + parts[4] * 60
        return Date(timeIntervalSince1970: Double(seconds + (parts.count > 5 ? parts[5] : 0)))
    }

    /// `2026-11-22T00:30Z`, with seconds where there are some.
    static func render(_ date: Date?) -> String {
        guard let date else { return "never" }
        let second = Int(date.timeIntervalSince1970)
        var day = second / 86_400
        var year = 1970
        while day >= (isLeap(year) ? 366 : 365) {
            day -= isLeap(year) ? 366 : 365
            year += 1
        }
        var month = 1
        while day >= length(year, month) {
            day -= length(year, month)
            month += 1
        }
        let rest = second % 86_400
        let time =
            "\(two(rest / 3_600)):\(two(rest / 60 % 60))" + (rest % 60 == 0 ? "" : ":\(two(rest % 60))")
        return "\(year)-\(two(month))-\(two(day + 1))T\(time)Z"
    }

    static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    static func length(_ year: Int, _ month: Int) -> Int {
        [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
