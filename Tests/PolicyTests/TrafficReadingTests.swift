import FoundationEssentials
import Policy
import TestKit
import Testing

@Suite struct `What two readings of a server come to` {
    private static let at = Date(timeIntervalSince1970: 1_790_000_030)
    private static let first = TrafficReading(
        at: at, server: "a", reset: "r", totals: [.transactions: 100], activeSessions: 2, ownSessions: 0)

    private static func later(_ row: [String]) throws -> TrafficReading {
        TrafficReading(
            at: at.addingTimeInterval(try #require(Double(row[0]))), server: row[1], reset: row[2],
            totals: [.transactions: try #require(Double(row[3]))], activeSessions: 3,
            ownSessions: try #require(Int(row[4])))
    }

    @Test(arguments: Rows.read("traffic-steps.tsv"))
    func `is what was done between them, or is dropped`(_ row: [String]) throws {
        switch try Self.later(row).step(since: Self.first) {
        case .counted(let quarter):
            let own = quarter.ownSeconds > 0
            #expect(row[5] == (own ? "own" : "counted"), "\(row[6])")
            let seconds = try #require(Double(row[0]))
            #expect(quarter.seconds + quarter.ownSeconds == seconds)
            #expect(quarter.amounts[.transactions] == (own ? nil : Double(row[3]).map { $0 - 100 }))
            #expect(quarter.amounts[.sessionSeconds] == (own ? nil : 3 * seconds))
        case .dropped(let drop):
            #expect(row[5] == "\(drop)", "\(row[6])")
        }
    }

    @Test func `starts with nothing, and does without what only one of the two tells`() {
        #expect(Self.first.step(since: nil) == .dropped(.first))
        var later = Self.first
        later.at = Self.at.addingTimeInterval(60)
        later.totals = [.walBytes: 5]
        guard case .counted(let quarter) = later.step(since: Self.first) else {
            Issue.record("it was dropped")
            return
        }
        #expect(quarter.amounts == [.sessionSeconds: 120])
    }

    @Test func `belongs to the quarter of an hour that its middle lies in`() {
        var later = Self.first
        later.at = Self.at.addingTimeInterval(60)
        for (seconds, start) in [(0.0, 1_789_999_200.0), (39, 1_789_999_200), (40, 1_790_000_100)] {
            var (one, two) = (Self.first, later)
            one.at.addTimeInterval(seconds)
            two.at.addTimeInterval(seconds)
            guard case .counted(let quarter) = two.step(since: one) else {
                Issue.record("it was dropped")
                return
            }
            #expect(quarter.start == Date(timeIntervalSince1970: start), "\(seconds)")
        }
        let before = Date(timeIntervalSince1970: -1)
        #expect(TrafficQuarter.start(of: before) == Date(timeIntervalSince1970: -900))
    }

    @Test func `keeps its stored words`() throws {
        let text = String(decoding: try JSONEncoder().encode(Self.first), as: UTF8.self)
        #expect(text.contains(#""totals":{"transactions":100}"#))
        #expect(try JSONDecoder().decode(TrafficReading.self, from: Data(text.utf8)) == Self.first)
        #expect(Set(TrafficDrop.allCases.map(\.rawValue)).count == TrafficDrop.allCases.count)
    }
}
