package import Engine
import Faults
import FoundationEssentials
import Policy
import Testing

/// What every record of traffic must do, run on the twin in memory and on the real catalog.
///
/// Each check takes names of its own, so that all of them may share one book that holds other things too.
package enum TrafficBookConformance: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case givesTurns = "a minute belongs to one daemon, and the clock may go back for good"
    case keepsReadings = "the next turn has the last reading, whoever made it"
    case addsUp = "what is counted of a quarter of an hour adds up"
    case losesNothing = "whoever has lost the turn writes nothing"
    case keepsChoices = "a choice takes the place of the one of the same terms"
    case forgets = "what is old is forgotten, and nothing else"

    package var testDescription: String { rawValue }

    /// An instant that the checks begin at: the start of a quarter of an hour.
    static let start = Date(timeIntervalSince1970: 1_795_305_600)

    /// Checks the rule on a book.
    package func check(_ book: any TrafficBook) async throws {
        let target = "shop-\(UUID().uuidString.lowercased())"
        switch self {
        case .givesTurns: try await givesTurns(book, target)
        case .keepsReadings: try await keepsReadings(book, target)
        case .addsUp: try await addsUp(book, target)
        case .losesNothing: try await losesNothing(book, target)
        case .keepsChoices: try await keepsChoices(book, target)
        case .forgets: try await forgets(book, target)
        }
    }

    private func reading(_ number: Double) -> TrafficReading {
        TrafficReading(
            at: Self.start.addingTimeInterval(number * 60 + 0.25), server: "a 1", reset: "",
            totals: [.transactions: number * 1e6 + 0.5, .walBytes: 1e15], activeSessions: 3, ownSessions: 0)
    }

    private func quarter(_ number: Double, _ amounts: [TrafficSignal: Double] = [.transactions: 10])
        -> TrafficQuarter
    {
        TrafficQuarter(
            start: Self.start.addingTimeInterval(number * 900), seconds: 60, ownSeconds: 1.5, amounts: amounts
        )
    }

    private func givesTurns(_ book: any TrafficBook, _ target: String) async throws {
        #expect(try await book.takeTurn(target: target, minute: 100) == .mine(before: nil))
        #expect(try await book.takeTurn(target: target, minute: 100) == .others)
        #expect(try await book.takeTurn(target: target, minute: 40) == .others)
        #expect(try await book.takeTurn(target: target, minute: 101) == .mine(before: nil))
        #expect(try await book.takeTurn(target: target, minute: 40) == .mine(before: nil))
        let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask { try await book.takeTurn(target: target, minute: 41) != .others }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(winners == 1)
    }

    private func keepsReadings(_ book: any TrafficBook, _ target: String) async throws {
        _ = try await book.takeTurn(target: target, minute: 1)
        try await book.record(reading(1), of: target, minute: 1, quarter: nil)
        #expect(try await book.takeTurn(target: target, minute: 2) == .mine(before: reading(1)))
        // Nothing came of that turn.
        #expect(try await book.takeTurn(target: target, minute: 3) == .mine(before: reading(1)))
        #expect(try await book.quarters(target: target, since: Self.start).isEmpty)
    }

    private func addsUp(_ book: any TrafficBook, _ target: String) async throws {
        let parts = [
            quarter(0), quarter(0, [.transactions: 5, .walBytes: 7.5]), quarter(0, [:]),
            quarter(1, Dictionary(uniqueKeysWithValues: TrafficSignal.allCases.map { ($0, 2) })),
        ]
        for (minute, part) in parts.enumerated() {
            _ = try await book.takeTurn(target: target, minute: Int64(minute))
            try await book.record(reading(1), of: target, minute: Int64(minute), quarter: part)
        }
        var first = quarter(0, [.transactions: 15, .walBytes: 7.5])
        first.seconds = 180
        first.ownSeconds = 4.5
        #expect(try await book.quarters(target: target, since: Self.start) == [first, parts[3]])
        let later = Self.start.addingTimeInterval(900)
        #expect(try await book.quarters(target: target, since: later) == [parts[3]])
        #expect(try await book.quarters(target: "another-\(target)", since: Self.start).isEmpty)
    }

    private func losesNothing(_ book: any TrafficBook, _ target: String) async throws {
        _ = try await book.takeTurn(target: target, minute: 1)
        _ = try await book.takeTurn(target: target, minute: 2)
        try await book.record(reading(1), of: target, minute: 1, quarter: quarter(0))
        #expect(try await book.takeTurn(target: target, minute: 3) == .mine(before: nil))
        #expect(try await book.quarters(target: target, since: Self.start).isEmpty)
    }

    private func keepsChoices(_ book: any TrafficBook, _ target: String) async throws {
        let stretch = QuietStretch(weekday: 6, start: 1500, minutes: 180, load: 0.0425)
        let learned = TrafficChoice(
            window: target, terms: "a", target: "main", decidedAt: Self.start,
            decision: .learned([stretch], because: "learned from 28 days"))
        var fallback = learned
        fallback.decision = .fallback(because: "no traffic yet")
        var other = fallback
        other.terms = "b"
        try await book.record(fallback)
        try await book.record(learned)
        try await book.record(other)
        #expect(try await book.choices(window: target) == [learned, other])
        #expect(try await book.choices(window: nil).filter { $0.window == target } == [learned, other])
    }

    private func forgets(_ book: any TrafficBook, _ target: String) async throws {
        for number in 0..<3 {
            _ = try await book.takeTurn(target: target, minute: Int64(number))
            try await book.record(
                reading(1), of: target, minute: Int64(number), quarter: quarter(Double(number) - 200))
        }
        for number in 0..<2 {
            try await book.record(
                TrafficChoice(
                    window: target, terms: "\(number)", target: "main",
                    decidedAt: quarter(Double(number) - 200).start, decision: .fallback(because: "")))
        }
        try await book.forgetTraffic(before: quarter(-199).start)
        #expect(
            try await book.quarters(target: target, since: .distantPast) == [quarter(-199), quarter(-198)])
        #expect(try await book.choices(window: target).map(\.terms) == ["1"])
    }
}
