package import Cron
package import FoundationEssentials
package import Jobs
import Measures
package import Policy

/// A learned window with its name, and the zone whose clocks its hours go by.
package struct LearnedHours: Sendable, Equatable {
    package var name: String
    package var window: LearnedWindow
    package var zone: Zone

    package init(name: String, window: LearnedWindow, zone: Zone) {
        self.name = name
        self.window = window
        self.zone = zone
    }

    /// What is looked for and where: a choice that was made under other terms says nothing.
    package var terms: String {
        let search = window.search
        return "\(search.minutes) minutes within \(search.within.description) of \(search.days) days of "
            + "\(window.target) in \(zone.name)"
    }

    /// The week of its target.
    package func profile(_ quarters: [TrafficQuarter], now: Date) -> WeekProfile {
        WeekProfile(quarters, days: window.search.days, now: now) { [zone] in zone.offset(at: $0) }
    }

    /// Chooses from what is on record.
    ///
    /// - Parameter previous: What held until now.
    package func choose(
        from quarters: [TrafficQuarter], previous: TrafficChoice?, now: Date
    ) -> TrafficChoice {
        let held = previous?.terms == terms ? previous?.stretches ?? [] : []
        return TrafficChoice(
            window: name, terms: terms, target: window.target, decidedAt: now,
            decision: window.search.decide(profile(quarters, now: now), previous: held))
    }

    /// Whether it is time to choose anew: once a day, when the hours that are chosen for are over.
    package func isDue(_ last: TrafficChoice?, now: Date) -> Bool {
        guard let last, last.terms == terms, last.decidedAt <= now else { return true }
        return night(of: last.decidedAt) != night(of: now)
    }

    /// The number of the day whose hours end next.
    private func night(of instant: Date) -> Int {
        let seconds = Int(instant.timeIntervalSince1970.rounded(.down)) + zone.offset(at: instant)
        return CivilDay.floorDivide(seconds - window.search.within.to % 1440 * 60, CivilDay.seconds)
    }

    /// The window as it holds now, with where its hours come from.
    ///
    /// - Parameter line: The zone of the crontab line, for a fallback that names none.
    package func current(_ choice: TrafficChoice?, line: Schedule.NamedWindow) -> Schedule.NamedWindow {
        var named = line
        named.window = window.whileLearning
        guard let choice, choice.terms == terms else {
            named.note = "has the hours of \(window.fallback): nothing has been chosen yet"
            return named
        }
        switch choice.decision {
        case .learned(let stretches, let because):
            named.window = window.window(openings: QuietStretch.openings(stretches))
            named.zone = zone
            named.note = "is \(because): \(Self.hours(stretches))"
        case .fallback(let because):
            named.note = "has the hours of \(window.fallback): \(because)"
        }
        return named
    }

    /// The window as it holds now, where no schedule names it.
    ///
    /// - Parameter choices: What was chosen, of any window.
    package func current(among choices: [TrafficChoice]) -> Schedule.NamedWindow {
        let choice = choices.first { $0.window == name && $0.terms == terms }
        return current(
            choice, line: Schedule.NamedWindow(name: name, window: window.whileLearning, zone: zone))
    }

    /// `Mon,Tue 02:00-05:00 at 4 %, Sun 03:00-06:00 at 2 %`.
    static func hours(_ stretches: [QuietStretch]) -> String {
        QuietStretch.openings(stretches).map { opening in
            let loads = stretches.filter {
                $0.opening.from == opening.from && $0.opening.weekdays.isSubset(of: opening.weekdays)
            }.map(\.load)
            let most = loads.max() ?? 0
            return "\(opening.description) at \(loads.count > 1 ? "up to " : "")\(Percent.text(most))"
        }.joined(separator: ", ")
    }

    /// Schedules with the hours that their learned windows have now.
    package static func apply(
        _ choices: [TrafficChoice], _ learned: [LearnedHours], to schedules: [Schedule]
    ) -> [Schedule] {
        guard !learned.isEmpty else { return schedules }
        return schedules.map { schedule in
            guard let window = schedule.window, let hours = learned.first(where: { $0.name == window.name })
            else { return schedule }
            let choice = choices.first { $0.window == hours.name && $0.terms == hours.terms }
            var copy = schedule
            copy.window = hours.current(choice, line: window)
            return copy
        }
    }
}
