import Cron
import FoundationEssentials
import Testing

@Suite struct `Instants as programs read them` {
    @Test func `are written in UTC to the second`() {
        #expect(InstantFormat.utc(Date(timeIntervalSince1970: 0)) == "1970-01-01T00:00:00Z")
        #expect(InstantFormat.utc(Date(timeIntervalSince1970: 1_795_307_400.9)) == "2026-11-22T00:30:00Z")
        #expect(InstantFormat.utc(Date(timeIntervalSince1970: -1)) == "1969-12-31T23:59:59Z")
    }

    @Test(arguments: [
        "2026-11-22T00:30:00Z", "2026-11-22T00:30Z", "2026-11-22 00:30Z", "2026-11-22T01:30:00+01:00",
        "2026-11-21T19:00:00-05:30",
    ])
    func `are read with and without seconds, and with an offset`(_ text: String) {
        #expect(InstantFormat.parse(text) == Date(timeIntervalSince1970: 1_795_307_400))
    }

    @Test(arguments: [
        "", "2026-11-22", "2026-11-22T00:30", "2026-02-29T00:30Z", "2026-13-01T00:30Z", "2026-11-22T24:00Z",
        "2026-11-22T00:60Z", "2026-11-22T00:30:60Z", "2026-11-22T00:30Zx", "2026-11-22T00:30+1",
        "26-11-22T00:30Z",
        "2026-11-22T00:3éZ",
    ])
    func `are refused where they are none`(_ text: String) {
        #expect(InstantFormat.parse(text) == nil)
    }
}
