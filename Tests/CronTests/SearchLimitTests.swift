import Cron
import FoundationEssentials
import Testing

@Suite struct `The end of the search` {
    private func next(_ pattern: String, after: String, _ zone: Zone = .utc) throws -> String {
        Stamp.render(try CronPattern.parse(pattern).next(after: try Stamp.parse(after), in: zone))
    }

    private func previous(_ pattern: String, before: String, _ zone: Zone = .utc) throws -> String {
        Stamp.render(try CronPattern.parse(pattern).previous(before: try Stamp.parse(before), in: zone))
    }

    @Test(arguments: [
        "0 0 31 2 *", "0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 31W 2 *", "0 0 L-30 2 *", "0 0 0 1 1 * 1999",
        "0 0 1 1 +MON#5",
    ])
    func `refuses a pattern that never fires where it is activated`(_ text: String) throws {
        let pattern = try CronPattern.parse(text)
        let now = try Stamp.parse("2026-11-22T00:00Z")
        let fault = try #require(throws: CronFault.self) { try pattern.checkFires(after: now, in: .utc) }
        #expect(fault == .neverFires(text))
        #expect(fault.code == "cron.never-fires")
    }

    @Test func `accepts one that fires in few years only`() throws {
        // A February has five Mondays in leap years that begin it with one: 2044, 2072, 2112.
        let pattern = try CronPattern.parse("0 0 * 2 MON#5")
        let now = try Stamp.parse("2026-11-22T00:00Z")
        try pattern.checkFires(after: now, in: .utc)
        #expect(Stamp.render(pattern.next(after: now, in: .utc)) == "2044-02-29T00:00Z")
    }

    @Test func `waits 40 years for a Monday on 29 February, but not for ever`() throws {
        #expect(try next("0 0 29 2 +MON", after: "2072-02-29T00:00Z") == "2112-02-29T00:00Z")
        #expect(try previous("0 0 29 2 +MON", before: "2112-02-29T00:00Z") == "2072-02-29T00:00Z")
        #expect(try next("0 0 0 1 1 * 2100", after: "2026-01-01T00:00Z") == "never")
        #expect(try next("0 0 0 1 1 * 2066", after: "2026-01-01T00:00Z") == "2066-01-01T00:00Z")
        #expect(try next("0 0 0 1 2 * 2066", after: "2026-01-01T00:00Z") == "never")
        #expect(try previous("0 0 0 1 1 * 1986", before: "2026-01-01T00:00Z") == "1986-01-01T00:00Z")
        #expect(try previous("0 0 0 1 1 * 1985", before: "2026-01-01T00:00Z") == "never")
    }

    @Test func `stays within the years 1970 to 2199 of the zone`() throws {
        #expect(try next("0 0 * * *", after: "2199-12-30T00:00Z") == "2199-12-31T00:00Z")
        #expect(try next("0 0 * * *", after: "2199-12-31T00:00Z") == "never")
        #expect(try previous("0 0 * * *", before: "1970-01-02T00:00Z") == "1970-01-01T00:00Z")
        #expect(try previous("0 0 * * *", before: "1970-01-01T00:00Z") == "never")
        #expect(try next("@every 1h", after: "2199-12-31T22:30Z") == "2199-12-31T23:00Z")
        #expect(try next("@every 1h", after: "2199-12-31T23:00Z") == "never")
        #expect(try previous("@every 1h", before: "1970-01-01T00:30Z") == "1970-01-01T00:00Z")
        #expect(try previous("@every 1h", before: "1970-01-01T00:00Z") == "never")
    }

    @Test func `goes on by the rule of the zone's footer to the last year`() throws {
        let zone = try Zones.load("America/New_York")
        #expect(try next("30 2 * 3 +SUN#2", after: "2198-06-01T00:00Z", zone) == "2199-03-10T07:00Z")
        #expect(try next("30 1 * 7 *", after: "2198-12-01T00:00Z", zone) == "2199-07-01T05:30Z")
    }

    @Test func `answers for dates that no calendar has`() throws {
        for date in [
            Date.distantPast, Date(timeIntervalSince1970: -.infinity), Date(timeIntervalSince1970: -1e300),
        ] {
            #expect(try CronPattern.parse("0 0 * * *").next(after: date, in: .utc) == nil)
            #expect(try CronPattern.parse("0 0 * * *").previous(before: date, in: .utc) == nil)
            #expect(try CronPattern.parse("@every 1h").previous(before: date, in: .utc) == nil)
        }
        for date in [Date(timeIntervalSince1970: .infinity), Date(timeIntervalSince1970: 1e300)] {
            #expect(try CronPattern.parse("0 0 * * *").next(after: date, in: .utc) == nil)
            #expect(try CronPattern.parse("@every 1h").next(after: date, in: .utc) == nil)
        }
        let none = Date(timeIntervalSince1970: .nan)
        #expect(try CronPattern.parse("0 0 * * *").next(after: none, in: .utc) == nil)
        #expect(try CronPattern.parse("0 0 * * *").previous(before: none, in: .utc) == nil)
        #expect(Array(Occurrences(of: try CronPattern.parse("0 0 * * *"), after: none, in: .utc)).isEmpty)
    }

    @Test func `keeps strictly after and strictly before, also within a second`() throws {
        let pattern = try CronPattern.parse("* * * * * *")
        let whole = Date(timeIntervalSince1970: 1_000_000)
        #expect(pattern.next(after: whole, in: .utc) == whole.addingTimeInterval(1))
        #expect(pattern.next(after: whole.addingTimeInterval(-0.25), in: .utc) == whole)
        #expect(pattern.next(after: whole.addingTimeInterval(0.25), in: .utc) == whole.addingTimeInterval(1))
        #expect(pattern.previous(before: whole, in: .utc) == whole.addingTimeInterval(-1))
        #expect(pattern.previous(before: whole.addingTimeInterval(0.25), in: .utc) == whole)
    }

    @Test func `leaves @reboot to the start of the daemon`() throws {
        let pattern = try CronPattern.parse("@reboot")
        let now = try Stamp.parse("2026-11-22T00:00Z")
        #expect(pattern.isReboot)
        #expect(pattern.next(after: now, in: .utc) == nil && pattern.previous(before: now, in: .utc) == nil)
        #expect(Array(Occurrences(of: pattern, after: now, in: .utc)).isEmpty)
        try pattern.checkFires(after: now, in: .utc)
        #expect(try !CronPattern.parse("@daily").isReboot)
    }

    @Test func `iterates no further than it was asked to`() throws {
        let start = try Stamp.parse("2026-11-22T00:00Z")
        let end = try Stamp.parse("2026-11-22T03:00Z")
        var occurrences = Occurrences(
            of: try CronPattern.parse("0 * * * *"), after: start, through: end, in: .utc)
        #expect(
            occurrences.map { Stamp.render($0) }
                == ["2026-11-22T01:00Z", "2026-11-22T02:00Z", "2026-11-22T03:00Z"])
        for _ in 0..<3 { _ = occurrences.next() }
        #expect(occurrences.next() == nil && occurrences.next() == nil)
        let slots = Occurrences(of: try CronPattern.parse("@every 90m"), after: start, through: end, in: .utc)
        #expect(slots.map { Stamp.render($0) } == ["2026-11-22T01:30Z", "2026-11-22T03:00Z"])
    }
}
