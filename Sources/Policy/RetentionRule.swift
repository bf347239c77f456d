import FoundationEssentials

/// One rule while it counts: so many periods, and the newest set of each.
struct RetentionRule {
    /// What a rule counts.
    enum Period: String {
        case each = "last"
        case hour = "hourly"
        case day = "daily"
        case week = "weekly"
        case month = "monthly"
        case year = "yearly"
    }

    /// What a rule says to one set, with its reason.
    enum Verdict: Equatable {
        case keeps(String)
        case passes(String)
    }

    let period: Period
    let number: Int
    private var counted = 0
    /// Every period that has had its set; a set and not the last one, since local days can repeat in a zone
    /// that crosses the date line.
    private var seen: Set<String> = []

    init(period: Period, number: Int) {
        self.period = period
        self.number = number
    }

    /// Counts the next older set.
    mutating func count(_ civil: CivilTime, _ candidate: RetentionCandidate) -> Verdict {
        let label = self.label(civil)
        guard seen.insert(key(civil, candidate)).inserted else {
            return .passes("\(period.rawValue): a newer one of \(label) counts")
        }
        guard counted < number else {
            return .passes(
                period == .each
                    ? "not among the last \(number)" : "\(period.rawValue): \(number) newer ones count")
        }
        counted += 1
        let rank = "\(period.rawValue) \(counted) of \(number)"
        return .keeps(period == .each ? rank : "\(rank): \(label)")
    }

    private func label(_ civil: CivilTime) -> String {
        switch period {
        case .each: ""
        case .hour: civil.hourText
        case .day: civil.dayText
        case .week: civil.weekText
        case .month: civil.monthText
        case .year: civil.yearText
        }
    }

    /// Hours are told apart by the instant they began at: when clocks go back, 02:00 happens twice.
    private func key(_ civil: CivilTime, _ candidate: RetentionCandidate) -> String {
        switch period {
        case .each: candidate.id
        case .hour: "\(CivilTime.unixSeconds(candidate.at) - Int64(civil.secondOfDay % 3600))"
        case .day, .week, .month, .year: label(civil)
        }
    }
}
