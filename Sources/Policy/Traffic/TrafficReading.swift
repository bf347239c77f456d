package import FoundationEssentials

/// What a server had counted at an instant.
package struct TrafficReading: Sendable, Equatable, Codable {
    package var at: Date
    /// Who counts: another after a restart, a crash of the whole server, or a failover.
    package var server: String
    /// When somebody last set counters to zero; empty for never.
    package var reset: String
    /// Sums since some beginning that nobody knows; those that this server does not tell are left out.
    package var totals: [TrafficSignal: Double]
    /// Sessions of others that are in a statement.
    package var activeSessions: Int
    /// Sessions of pgvigil that are at work: what is counted meanwhile says nothing of others.
    package var ownSessions: Int

    package init(
        at: Date, server: String, reset: String, totals: [TrafficSignal: Double], activeSessions: Int,
        ownSessions: Int
    ) {
        self.at = at
        self.server = server
        self.reset = reset
        self.totals = totals
        self.activeSessions = activeSessions
        self.ownSessions = ownSessions
    }

    /// Two readings further apart say nothing of when it was that they differ.
    package static let gapMax: Double = 300
    /// Two readings nearer to each other say little.
    package static let apartMin: Double = 5

    /// What was done since an earlier reading, for the quarter of an hour that lies in the middle.
    ///
    /// Whatever cannot be told for certain is dropped: one missing minute is worth less than a peak that never was.
    package func step(since earlier: TrafficReading?) -> TrafficStep {
        guard let earlier else { return .dropped(.first) }
        let seconds = at.timeIntervalSince(earlier.at)
        guard seconds >= Self.apartMin else { return .dropped(.clock) }
        guard seconds <= Self.gapMax else { return .dropped(.gap) }
        guard server == earlier.server else { return .dropped(.otherServer) }
        guard reset == earlier.reset else { return .dropped(.reset) }
        var amounts: [TrafficSignal: Double] = [:]
        for (signal, total) in totals {
            guard let before = earlier.totals[signal] else { continue }
            guard total >= before else { return .dropped(.backwards) }
            amounts[signal] = total - before
        }
        amounts[.sessionSeconds] = Double(activeSessions) * seconds
        let quarter = TrafficQuarter.start(of: earlier.at.addingTimeInterval(seconds / 2))
        guard ownSessions == 0, earlier.ownSessions == 0 else {
            return .counted(TrafficQuarter(start: quarter, seconds: 0, ownSeconds: seconds, amounts: [:]))
        }
        return .counted(TrafficQuarter(start: quarter, seconds: seconds, ownSeconds: 0, amounts: amounts))
    }
}

/// What two readings come to.
package enum TrafficStep: Sendable, Equatable {
    case counted(TrafficQuarter)
    case dropped(TrafficDrop)
}

/// Why the difference of two readings is not taken.
package enum TrafficDrop: String, Sendable, Equatable, CaseIterable {
    case first = "there is no reading before it"
    case clock = "the clock went back, or the readings are too near to each other"
    case gap = "too much time went by since the reading before it"
    case otherServer = "the server was restarted, or another one answers"
    case reset = "the server's statistics were reset"
    case backwards = "a counter went backwards"
}

/// What was done in a quarter of an hour, as far as somebody looked.
///
/// The offsets of all zones in use are multiples of a quarter of an hour, so that a quarter by UTC is one by every clock.
package struct TrafficQuarter: Sendable, Equatable {
    /// Seconds in a quarter of an hour.
    package static let length = 900

    /// When it begins, by UTC.
    package var start: Date
    /// Seconds that others' work was counted in.
    package var seconds: Double
    /// Seconds in which pgvigil was at work itself, so that nothing was counted.
    package var ownSeconds: Double
    /// What was done in `seconds`.
    package var amounts: [TrafficSignal: Double]

    package init(start: Date, seconds: Double, ownSeconds: Double, amounts: [TrafficSignal: Double]) {
        self.start = start
        self.seconds = seconds
        self.ownSeconds = ownSeconds
        self.amounts = amounts
    }

    /// The beginning of the quarter of an hour that an instant lies in.
    package static func start(of instant: Date) -> Date {
        let seconds = CivilTime.unixSeconds(instant)
        return Date(timeIntervalSince1970: Double(seconds - ((seconds % 900) + 900) % 900))
    }
}

extension TrafficQuarter {
    /// Adds what was seen in another part of the same quarter.
    package mutating func add(_ other: TrafficQuarter) {
        seconds += other.seconds
        ownSeconds += other.ownSeconds
        amounts.merge(other.amounts, uniquingKeysWith: +)
    }
}
