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

    @Test func `opens and closes on the second`() throws {
        let window = try Self.window("Mon-Fri 22:00-06:00")
        for (edge, opens) in [("2026-11-21T05:00", false), ("2026-11-23T21:00", true)] {
            let at = try RetentionRow.date(edge)
            #expect(window.contains(at) { _ in 3600 } == opens)
            #expect(window.contains(at.addingTimeInterval(-1)) { _ in 3600 } == !opens)
        }
    }

    @Test func `follows the clock on the night when it changes`() throws {
        // Paris, 25 October 2026: at 01:00 UTC the clock goes back from three to two.
        let change = try RetentionRow.date("2026-10-25T01:00")
        let window = try Self.window("02:00-03:00")
        let open = try (0..<240).filter { minute in
            let at = try RetentionRow.date("2026-10-24T23:00").addingTimeInterval(Double(minute) * 60)
            return window.contains(at) { $0 < change ? 7200 : 3600 }
        }
        #expect(open == Array(60..<180), "both hours called two o'clock are open")
    }

    @Test func `without openings is never open`() throws {
        #expect(!Window(openings: []).contains(try RetentionRow.date("2026-11-20T23:30")) { _ in 0 })
    }
}
