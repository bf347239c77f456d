import Faults
import FoundationEssentials
import Policy
import TestKit
import Testing

@Suite struct `A window` {
    private static func window(_ text: String) throws -> Window {
        Window(openings: try text.split(separator: "|").map { try Window.Opening.parse($0) })
    }

    @Test(arguments: Rows.read("windows.tsv"), [-43_200, 0, 19_800])
    func `is open in its hours, in any zone`(_ row: [String], _ offset: Int) throws {
        let local = try RetentionRow.date(row[1])
        let open = try Self.window(row[0]).contains(local.addingTimeInterval(-Double(offset))) { _ in offset }
        #expect(open == (row[2] == "yes"), "\(row[3])")
    }

    @Test(arguments: Rows.read("opening-faults.tsv"))
    func `refuses what is no opening`(_ row: [String]) {
        #expect { try Window.Opening.parse(row[0]) } throws: { error in
            let fault = error as? PolicyFault
            return fault?.code == row[1] && fault?.remedy.hasPrefix(row[2]) == true
                && fault?.summary.isEmpty == false
        }
    }

    @Test func `says its openings as they are written`() throws {
        for text in ["22:00-06:00", "Mon,Tue,Wed,Thu,Fri 22:05-06:00", "Sat,Sun 00:00-24:00"] {
            #expect(try Window.Opening.parse(text).description == text)
        }
        #expect(try Window.Opening.parse("Fri-Mon 9:00-0:00").description == "Mon,Fri,Sat,Sun 09:00-24:00")
    }

    @Test func `knows when it opens and when it closes`() throws {
        let window = try Self.window("Mon-Fri 22:00-06:00")
        let friday = try RetentionRow.date("2026-11-20T23:30")
        let closes = window.nextChange(after: friday) { _ in 3600 }
        #expect(closes == (try RetentionRow.date("2026-11-21T05:00")))
        let opens = window.nextChange(after: try #require(closes)) { _ in 3600 }
        #expect(opens == (try RetentionRow.date("2026-11-23T21:00")))
    }

    @Test func `follows the clock on the night when it changes`() throws {
        // Paris, 25 October 2026: at 01:00 UTC the clock goes back from three to two.
        let change = try RetentionRow.date("2026-10-25T01:00")
        let offset = { (date: Date) in date < change ? 7200 : 3600 }
        let window = try Self.window("02:00-03:00")
        let opens = window.nextChange(after: try RetentionRow.date("2026-10-24T12:00"), offset: offset)
        #expect(opens == (try RetentionRow.date("2026-10-25T00:00")))
        let closes = window.nextChange(after: try #require(opens), offset: offset)
        #expect(
            closes == (try RetentionRow.date("2026-10-25T02:00")), "both hours called two o'clock are open")
    }

    @Test func `that is always open, or never, does not change`() throws {
        let now = try RetentionRow.date("2026-11-20T23:30")
        #expect(try Self.window("00:00-24:00").nextChange(after: now) { _ in 0 } == nil)
        #expect(Window(openings: []).nextChange(after: now) { _ in 0 } == nil)
        #expect(!Window(openings: []).contains(now) { _ in 0 })
    }
}
