/// What the hours of one opening cost against the best of the same length near them.
package struct WindowCost: Sendable, Equatable {
    /// The opening on one weekday; its load is nil where a part of it was not watched.
    package var opening: Window.Opening
    package var load: Double?
    /// The quietest stretch of the same length that begins within half a day of it; nil where too little was watched.
    package var best: QuietStretch?

    package init(opening: Window.Opening, load: Double?, best: QuietStretch?) {
        self.opening = opening
        self.load = load
        self.best = best
    }

    /// The costs of every opening on each of its weekdays, the dearest first; those that nobody knows come last.
    package static func all(of openings: [Window.Opening], in profile: WeekProfile) -> [WindowCost] {
        openings.flatMap { opening in
            opening.weekdays.sorted().filter { (0...6).contains($0) }.map { cost($0, opening, profile) }
        }.sorted { ($0.load ?? -1) > ($1.load ?? -1) }
    }

    /// `you work Sat 22:00-01:00 at 61 % of the peak; Sun 03:00-06:00 is at 4 %`; nil where it is not known, or there
    /// is nothing to gain.
    package var advice: String? {
        guard let load, let best, best.isClearlyBetter(than: stretch(load)) else { return nil }
        return "you work \(opening.description) at \(Percent.text(load)) of the peak; "
            + "\(best.opening.description) is at \(Percent.text(best.load))"
    }

    private func stretch(_ load: Double) -> QuietStretch {
        QuietStretch(weekday: opening.weekdays.first ?? 0, start: opening.from, minutes: 0, load: load)
    }

    private static func cost(
        _ weekday: Int, _ opening: Window.Opening, _ profile: WeekProfile
    ) -> WindowCost {
        let minutes = opening.to > opening.from ? opening.to - opening.from : opening.to + 1440 - opening.from
        let from = weekday * 1440 + opening.from
        // On the quarters of an hour, which is what the profile knows.
        let first = (from - 720) / 15 * 15
        let starts = stride(from: first, through: from + 720, by: 15)
        let found = starts.compactMap { start in
            profile.load(from: start, minutes: minutes).map { (start: start, load: $0) }
        }
        let best = found.min { ($0.load, abs($0.start - from)) < ($1.load, abs($1.start - from)) }
        return WindowCost(
            opening: Window.Opening(weekdays: [weekday], from: opening.from, to: opening.to),
            load: profile.load(from: from, minutes: minutes),
            best: best.map { best in
                let week = WeekProfile.count * 15
                let start = ((best.start % week) + week) % week
                return QuietStretch(
                    weekday: start / 1440, start: start % 1440, minutes: minutes, load: best.load)
            })
    }
}
