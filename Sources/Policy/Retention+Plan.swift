package import FoundationEssentials
import Measures

/// Decides which backups stay; it deletes nothing, so that the plan can be printed first.
extension Retention {
    /// Whether no rule is set, which keeps everything.
    package var isEmpty: Bool { self == Retention() }

    /// What becomes of every set of one group (same target, database and job).
    ///
    /// As in restic's `ApplyPolicy`, the sets are walked from the newest to the oldest, and the newest set of
    /// each period counts for its rule until the rule has its number. Where we differ: only verified sets
    /// count; the newest verified set, the newest proven one and held ones always stay; a set that is not
    /// verified stays until a newer one is verified and `within` has passed; a set dated after `now` stays
    /// and does not count, since a clock that was wrong once must not push out every later backup.
    ///
    /// - Parameter offset: seconds east of UTC at an instant, for the zone whose days and weeks are meant.
    /// - Returns: one decision a candidate, the newest first.
    package func plan(
        _ candidates: [RetentionCandidate], now: Date, offset: (Date) -> Int
    ) -> [RetentionDecision] {
        let sorted = candidates.sorted { ($0.at, $0.id) > ($1.at, $1.id) }
        if isEmpty {
            return sorted.map {
                RetentionDecision(id: $0.id, keep: true, reasons: ["no rule in keep removes anything"])
            }
        }
        let newestVerified = sorted.first { $0.verified && $0.at <= now }
        let newestProven = sorted.first { $0.proven && $0.at <= now }
        // A set that was restored once and is found damaged now must not cost the one before it.
        let newestSoundProven = sorted.first { $0.proven && $0.verified && $0.at <= now }
        var rules = countingRules()
        return sorted.map { candidate in
            var keeping: [String] = []
            var removing: [String] = []
            if candidate.id == newestVerified?.id { keeping.append("newest verified") }
            if candidate.id == newestProven?.id || candidate.id == newestSoundProven?.id {
                keeping.append("newest proven")
            }
            if candidate.held { keeping.append("held") }
            if candidate.at > now {
                keeping.append("dated after now, does not count")
            } else if candidate.verified {
                judge(candidate, now: now, offset: offset, &rules, &keeping, &removing)
            } else {
                judgeUnverified(candidate, newestVerified, now: now, offset: offset, &keeping, &removing)
            }
            return keeping.isEmpty
                ? RetentionDecision(id: candidate.id, keep: false, reasons: removing)
                : RetentionDecision(id: candidate.id, keep: true, reasons: keeping)
        }
    }

    private func judge(
        _ candidate: RetentionCandidate, now: Date, offset: (Date) -> Int, _ rules: inout [RetentionRule],
        _ keeping: inout [String], _ removing: inout [String]
    ) {
        let civil = CivilTime(candidate.at, offset: offset)
        for index in rules.indices {
            switch rules[index].count(civil, candidate) {
            case .keeps(let reason): keeping.append(reason)
            case .passes(let reason): removing.append(reason)
            }
        }
        guard let within else { return }
        if isWithin(candidate, now) {
            keeping.append("within \(DurationText.written(within))")
        } else {
            removing.append("older than \(DurationText.written(within))")
        }
    }

    private func judgeUnverified(
        _ candidate: RetentionCandidate, _ newestVerified: RetentionCandidate?, now: Date,
        offset: (Date) -> Int,
        _ keeping: inout [String], _ removing: inout [String]
    ) {
        guard let newestVerified, newestVerified.at > candidate.at else {
            keeping.append("not verified, and no newer one is")
            return
        }
        if isWithin(candidate, now) {
            keeping.append("not verified, but within \(within.map(DurationText.written) ?? "")")
        } else {
            let day = CivilTime(newestVerified.at, offset: offset).dayText
            removing.append("not verified, and the one of \(day) is newer and verified")
        }
    }

    private func isWithin(_ candidate: RetentionCandidate, _ now: Date) -> Bool {
        guard let within else { return false }
        return now.timeIntervalSince(candidate.at) <= within / .seconds(1)
    }

    private func countingRules() -> [RetentionRule] {
        let numbers: [(RetentionRule.Period, Int?)] = [
            (.each, last), (.hour, hourly), (.day, daily), (.week, weekly), (.month, monthly),
            (.year, yearly),
        ]
        return numbers.compactMap { period, number in number.map { RetentionRule(period: period, number: $0) }
        }
    }
}
