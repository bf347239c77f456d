/// What is looked for in the week: the quietest so many minutes on end of each night.
package struct QuietSearch: Sendable, Equatable {
    /// How long the stretch is: a multiple of 15 minutes, at most as long as `within`.
    package var minutes: Int
    /// Where it may lie, on every day; an end that is not after the beginning is on the next day.
    package var within: Window.Opening
    /// How many days of traffic count.
    package var days: Int

    package init(minutes: Int, within: Window.Opening, days: Int) {
        self.minutes = minutes
        self.within = within
        self.days = days
    }

    /// Days of traffic that are needed before anything is chosen.
    package static let daysMin = 14
    /// How many days may count: longer ago, people did other things.
    package static let daysMax = 56
    /// How many times a quarter of an hour must have been watched before it counts as known.
    static let observationsMin = 2
    /// The share of the quarters of an hour of every night that must be known.
    static let coverageMin = 0.8
    /// A new stretch takes the place of the old one if it has less than so large a share of the old one's load…
    static let betterShare = 0.9
    /// … and the difference is at least so large a share of the peak.
    static let betterMin = 0.01

    /// Minutes from the beginning of `within` to its end.
    package var span: Int {
        within.to > within.from ? within.to - within.from : within.to + 1440 - within.from
    }

    /// Whether there is room for such a stretch at all.
    package var hasRoom: Bool { !starts.isEmpty }

    /// Where a stretch may begin: minutes after the midnight before `within`, on the quarter of an hour.
    var starts: [Int] {
        let first = (within.from + 14) / 15 * 15
        return Array(stride(from: first, through: within.from + span - minutes, by: 15))
    }

    /// Chooses, with the reason in words.
    ///
    /// - Parameter previous: What held until now, which stays wherever the new is not clearly better.
    package func decide(_ profile: WeekProfile, previous: [QuietStretch] = []) -> QuietDecision {
        if let lack = lack(in: profile) { return .fallback(because: lack) }
        var stretches: [QuietStretch] = []
        for weekday in 0...6 {
            let found = starts.compactMap { start in stretch(weekday, start, profile) }
            guard let best = found.min(by: { ($0.load, $0.start) < ($1.load, $1.start) }) else {
                let name = QuietStretch.days[weekday]
                return .fallback(because: "no \(minutes) minutes on end of \(name) have been watched")
            }
            let old = previous.first { $0.weekday == weekday }.flatMap { old in
                found.first { $0.start == old.start }
            }
            stretches.append(old.map { best.isClearlyBetter(than: $0) ? best : $0 } ?? best)
        }
        let watched = min(days, profile.daysWatched)
        return .learned(stretches, because: "learned from \(watched) days of traffic")
    }

    private func stretch(_ weekday: Int, _ start: Int, _ profile: WeekProfile) -> QuietStretch? {
        profile.load(from: weekday * 1440 + start, minutes: minutes).map {
            QuietStretch(weekday: weekday, start: start, minutes: minutes, load: $0)
        }
    }

    /// Why the traffic on record is not enough; nil if it is.
    private func lack(in profile: WeekProfile) -> String? {
        guard profile.watched != nil else { return "no traffic is on record yet" }
        guard profile.daysWatched >= Self.daysMin else {
            return
                "only \(profile.daysWatched) of the \(Self.daysMin) days of traffic that it takes are on record"
        }
        for weekday in 0...6 {
            let known = profile.coverage(from: weekday * 1440 + within.from, minutes: span)
            guard known < Self.coverageMin else { continue }
            let night = "the night of \(QuietStretch.days[weekday])"
            return "only \(Int(known * 100)) % of \(night) have been watched at least "
                + "\(Self.observationsMin) times, and \(Int(Self.coverageMin * 100)) % are needed"
        }
        return nil
    }
}
