import Faults
import Jobs
import Policy
import TestKit
import Testing

@Suite struct `A window that is learned` {
    private static func settings(_ windows: String) throws -> Settings {
        let (settings, faults) = Sample.settings("targets: {main: postgres://h/db}\nwindows:\n\(windows)")
        #expect(faults.isEmpty, "\(faults)")
        return try #require(settings)
    }

    @Test func `has the hours of its fallback until they are learned`() throws {
        let settings = try Self.settings(
            """
              nights: {zone: UTC, open: 22:00-6:00, closed: 1970-01-01, guards: {load: 2}}
              quiet: {learn: {}, fallback: nights}
            """)
        let nights = try #require(settings.windows["nights"])
        #expect(settings.windows["quiet"] == nights)
        let quiet = try #require(settings.learnedWindows["quiet"])
        #expect(settings.learnedWindows.count == 1)
        #expect(
            quiet
                == LearnedWindow(
                    search: QuietSearch(
                        minutes: 180, within: try Window.Opening.parse("20:00-08:00"), days: 28),
                    target: "main", fallback: "nights", zoneName: "UTC", whileLearning: nights))
        let hours = [try Window.Opening.parse("Sun 3:00-6:00")]
        #expect(
            quiet.window(openings: hours)
                == Window(zoneName: "UTC", openings: hours, closed: nights.closed, guards: nights.guards))
    }

    @Test func `keeps its own zone, closed days and guards`() throws {
        let settings = try Self.settings(
            """
              nights: {zone: UTC, open: 22:00-6:00, closed: 1970-01-01, guards: {load: 2}}
              quiet:
                zone: Europe/Paris
                learn: {length: 45m, within: 0:00-24:00, days: 14, target: main}
                fallback: nights
                closed: 1970-01-02
                guards: {load: 1}
            """)
        let quiet = try #require(settings.learnedWindows["quiet"])
        #expect(quiet.search.minutes == 45 && quiet.search.days == 14 && quiet.search.span == 1440)
        #expect(quiet.zoneName == "Europe/Paris")
        #expect(quiet.whileLearning.zoneName == "UTC", "its hours are the fallback's")
        #expect(quiet.whileLearning.closed == [Window.ClosedDays(first: 1, last: 1)])
        #expect(quiet.whileLearning.guards == [GuardRule(kind: .load, limit: 1)])
        #expect(quiet.window(openings: []).zoneName == "Europe/Paris")
    }

    @Test(arguments: Rows.read("window-faults.tsv"))
    func `is refused where it contradicts itself or leads nowhere`(_ row: [String]) throws {
        let faults = Sample.settings(Escapes.plain(row[0])).faults
        let found = faults.map { "\($0.place?.line ?? 0):\($0.place?.column ?? 0) \($0.code)" }
        #expect(found.joined(separator: "|") == row[1], "\(row[3])")
        #expect(faults.first?.remedy.contains(row[2]) == true, "\(row[3])")
    }

    @Test func `is refused in words that a person needs`() {
        let lines = Rows.read("window-faults.tsv").flatMap { Sample.settings(Escapes.plain($0[0])).faults }
        Golden.expect(lines.map(\.description).joined(separator: "\n"), "window-faults")
    }
}
