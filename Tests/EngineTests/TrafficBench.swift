import Cron
import Engine
import Faults
import FoundationEssentials
import Jobs
import Policy
import Synchronization
import TestKit

/// A server that does what it is told by the clock, for tests of what watches it.
final class ScriptedTraffic: TrafficPort {
    private struct State {
        var total = 0.0
        var last: Date?
        var reads: [String] = []
        var server = "a"
        var fault: AnyFault?
    }

    private let clock: ManualClock
    private let state = Mutex(State())
    /// Transactions a second at an instant.
    private let rate: @Sendable (Date) -> Double

    init(_ clock: ManualClock, rate: @escaping @Sendable (Date) -> Double = { _ in 10 }) {
        self.clock = clock
        self.rate = rate
    }

    /// The targets that were read, in their order.
    var reads: [String] { state.withLock { $0.reads } }

    /// From now on reading fails with this, or with nothing any more.
    func fail(with fault: AnyFault?) { state.withLock { $0.fault = fault } }

    /// Another server answers from now on.
    func failOver() {
        state.withLock { state in
            state.server += "a"
            state.total = 1e12
        }
    }

    func read(_ target: Target) throws(AnyFault) -> TrafficReading {
        let now = clock.now
        let result: Result<TrafficReading, AnyFault> = state.withLock { state in
            state.reads.append(target.name)
            if let fault = state.fault { return .failure(fault) }
            state.total += rate(now) * now.timeIntervalSince(state.last ?? now)
            state.last = now
            return .success(
                TrafficReading(
                    at: now, server: state.server, reset: "", totals: [.transactions: state.total],
                    activeSessions: 1, ownSessions: 0))
        }
        return try result.get()
    }
}

/// Learned windows and weeks of tests.
enum TrafficSample {
    /// A Monday at noon, by UTC.
    static let now = Date(timeIntervalSince1970: 1_795_435_200)

    static func hours(_ name: String = "quiet", target: String = "main", zone: Zone = .utc) -> LearnedHours {
        LearnedHours(
            name: name,
            window: LearnedWindow(
                search: QuietSearch(
                    minutes: 180, within: Window.Opening(weekdays: Set(0...6), from: 1200, to: 480), days: 28),
                target: target, fallback: "nights",
                whileLearning: Window(openings: [Window.Opening(weekdays: Set(0...6), from: 1320, to: 360)])),
            zone: zone)
    }

    static func target(_ name: String = "main") -> Target {
        Target(name: name, connection: ConnectionInfo(parameters: []), origin: "test")
    }

    /// Days up to noon of ``now``, busy by day and quiet from three to six, on Sundays from one to four.
    static func quarters(days: Int = 28) -> [TrafficQuarter] {
        (0..<days * 96).map { index in
            let start = now.addingTimeInterval(Double(index - days * 96) * 900)
            return TrafficQuarter(
                start: start, seconds: 900, ownSeconds: 0,
                amounts: [.transactions: 900 * load(start), .walBytes: 90_000 * load(start)])
        }
    }

    private static func load(_ start: Date) -> Double {
        let index = WeekProfile.index(of: start) { _ in 0 }
        let (day, hour) = (index / 96, index % 96 / 4)
        let quiet = day == 0 ? 1..<4 : 3..<6
        if quiet.contains(hour) { return 0.04 }
        return hour < 8 || hour >= 22 ? 0.35 : 0.4 + 0.6 / (1 + abs(Double(hour) - 14))
    }
}
