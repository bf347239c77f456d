import FoundationEssentials
import Testing

@testable import Policy

@Suite struct `Civil time` {
    @Test func `agrees with the calendar of Foundation from 1590 to 2445`() throws {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        var random = SplitMix(seed: 7)
        for _ in 0..<2000 {
            let date = Date(
                timeIntervalSince1970: Double(
                    Int.random(in: -12_000_000_000...15_000_000_000, using: &random)))
            let civil = CivilTime(date) { _ in 0 }
            let parts = calendar.dateComponents(
                [.year, .month, .day, .hour, .weekday, .weekOfYear, .yearForWeekOfYear], from: date)
            #expect(
                [civil.year, civil.month, civil.dayOfMonth] == [parts.year, parts.month, parts.day], "\(date)"
            )
            #expect(civil.weekday + 1 == parts.weekday)
            #expect(civil.secondOfDay / 3600 == parts.hour)
            let week = try #require(civil.weekText.split(separator: "W").last.flatMap { Int($0) })
            #expect(week == parts.weekOfYear, "\(date)")
            #expect(civil.weekText.prefix(4) == "\(parts.yearForWeekOfYear ?? 0)", "\(date)")
        }
    }

    @Test func `writes years with four digits`() {
        #expect(CivilTime(Date(timeIntervalSince1970: -62_000_000_000)) { _ in 0 }.dayText == "0005-04-19")
    }
}
