package import Cron
package import FoundationEssentials
import Jobs
package import Policy

/// A target's week, as `traffic` and its `--json` show it; the keys are documented in `docs/json.md` and stay.
package struct TrafficView: Sendable, Equatable, Codable {
    package var target: String
    /// Whose clocks the week goes by.
    package var zone: String
    /// What was watched of the time that counts; nil without any.
    package var from: Date?
    package var until: Date?
    /// How many days of it count.
    package var days: Int
    /// How busy each quarter of an hour is from Sunday 00:00, of the busiest, 0 to 1; null where nobody knows.
    package var loads: [Double?]
    package var windows: [Window]

    /// A window of the target's jobs.
    package struct Window: Sendable, Equatable, Codable {
        package var name: String
        package var learned: Bool
        /// Where the hours of a learned window come from; nil for one that is written.
        package var reason: String?
        /// The dearest first.
        package var openings: [Opening]
    }

    /// One opening on one weekday, against the best of the same length near it.
    package struct Opening: Sendable, Equatable, Codable {
        /// As `Sat 22:00-01:00`.
        package var hours: String
        package var load: Double?
        package var best: String?
        package var bestLoad: Double?
        /// What it costs, where it could clearly be quieter.
        package var advice: String?

        init(_ cost: WindowCost) {
            hours = cost.opening.description
            load = cost.load
            best = cost.best?.opening.description
            bestLoad = cost.best?.load
            advice = cost.advice
        }
    }

    /// - Parameters:
    ///   - windows: The windows of the target's jobs, as they hold now.
    ///   - learned: Those that are learned from this target.
    ///   - zone: Whose clocks the week goes by where no window is learned.
    package init(
        target: String, quarters: [TrafficQuarter], windows: [Schedule.NamedWindow], learned: [LearnedHours],
        zone: Zone, now: Date
    ) {
        let (zone, days) = learned.first.map { ($0.zone, $0.window.search.days) } ?? (zone, 28)
        func week(_ zone: Zone) -> WeekProfile {
            WeekProfile(quarters, days: days, now: now) { zone.offset(at: $0) }
        }
        let profile = week(zone)
        self.target = target
        self.zone = zone.name
        self.days = days
        from = profile.watched?.lowerBound
        until = profile.watched?.upperBound
        loads = profile.loads
        self.windows = windows.map { named in
            let own = named.zone == zone ? profile : week(named.zone)
            return Window(
                name: named.name, learned: learned.contains { $0.name == named.name }, reason: named.note,
                openings: WindowCost.all(of: named.window.openings, in: own).map(Opening.init))
        }
    }
}
