/// The quietest stretch of one night.
package struct QuietStretch: Sendable, Equatable, Codable {
    /// The day on which the night begins; 0 is Sunday.
    package var weekday: Int
    /// Minutes after that day's midnight; 1440 and more is on the following day.
    package var start: Int
    /// How long it is.
    package var minutes: Int
    /// How busy it is on the average, of the busiest quarter of an hour of the week.
    package var load: Double

    package init(weekday: Int, start: Int, minutes: Int, load: Double) {
        self.weekday = weekday
        self.start = start
        self.minutes = minutes
        self.load = load
    }

    static let days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    /// The opening that it makes.
    package var opening: Window.Opening {
        let from = start % 1440
        let end = from + minutes
        return Window.Opening(
            weekdays: [(weekday + start / 1440) % 7], from: from, to: end > 1440 ? end - 1440 : end)
    }

    /// `Sun 03:00-06:00 at 4 %`.
    package var description: String { "\(opening.description) at \(Percent.text(load))" }

    /// Whether it is worth to change habits for.
    func isClearlyBetter(than other: QuietStretch) -> Bool {
        load < other.load * QuietSearch.betterShare && other.load - load >= QuietSearch.betterMin
    }

    /// The openings of a week's stretches: nights that begin at the same time are one opening.
    package static func openings(_ stretches: [QuietStretch]) -> [Window.Opening] {
        var openings: [Window.Opening] = []
        for opening in stretches.map(\.opening) {
            if let index = openings.firstIndex(where: { $0.from == opening.from && $0.to == opening.to }) {
                openings[index].weekdays.formUnion(opening.weekdays)
            } else {
                openings.append(opening)
            }
        }
        return openings
    }
}

/// What a search came to.
package enum QuietDecision: Sendable, Equatable {
    /// One stretch for each night, Sunday's first.
    case learned([QuietStretch], because: String)
    /// Nothing can be said yet: the window that is written for this holds.
    case fallback(because: String)

    /// The reason, for people.
    package var reason: String {
        switch self {
        case .learned(_, let because), .fallback(let because): because
        }
    }
}

/// Shares as people read them.
package enum Percent {
    /// `4 %`, and `under 1 %` for what is little and not nothing.
    package static func text(_ share: Double) -> String {
        if share > 0, share < 0.01 { return "under 1 %" }
        return "\(Int((share * 100).rounded())) %"
    }
}
