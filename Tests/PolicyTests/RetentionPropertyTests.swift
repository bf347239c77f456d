import FoundationEssentials
import Policy
import Testing

/// What must hold for every set of rules and every history; the seed of a failure is in its name.
@Suite struct `Retention, whatever the history` {
    private static let seeds: ClosedRange<UInt64> = 1...150
    private static let now = Date(timeIntervalSince1970: 1_790_000_000)

    private static func rule(_ random: inout SplitMix) -> Int? {
        Bool.random(using: &random) ? Int.random(in: 0...6, using: &random) : nil
    }

    private static func rules(_ random: inout SplitMix) -> Retention {
        Retention(
            last: rule(&random), hourly: rule(&random), daily: rule(&random), weekly: rule(&random),
            monthly: rule(&random), yearly: rule(&random),
            within: rule(&random).map { .seconds($0 * 200_000 + 1) })
    }

    private static func history(_ random: inout SplitMix) -> [RetentionCandidate] {
        let spread = [3600.0, 86_400, 1e7, 1e8][Int.random(in: 0...3, using: &random)]
        return (0..<Int.random(in: 0...60, using: &random)).map { index in
            candidate("set-\(index)", before: now, spread: spread, &random)
        }
    }

    private static func candidate(
        _ id: String, before: Date, spread: Double, _ random: inout SplitMix
    ) -> RetentionCandidate {
        RetentionCandidate(
            id: id, at: before.addingTimeInterval(-Double.random(in: -spread / 40...spread, using: &random)),
            verified: Int.random(in: 0...3, using: &random) > 0,
            proven: Int.random(in: 0...9, using: &random) == 0,
            held: Int.random(in: 0...19, using: &random) == 0)
    }

    private static func plan(
        _ rules: Retention, _ sets: [RetentionCandidate], now: Date = now
    ) -> [RetentionDecision] {
        rules.plan(sets, now: now) { _ in -5 * 3600 }
    }

    private static func removed(_ plan: [RetentionDecision]) -> Set<String> {
        Set(plan.filter { !$0.keep }.map(\.id))
    }

    @Test(arguments: seeds)
    func `never removes the newest verified, the newest proven, a held or a future set`(_ seed: UInt64) {
        var random = SplitMix(seed: seed)
        let rules = Self.rules(&random)
        let sets = Self.history(&random)
        let gone = Self.removed(Self.plan(rules, sets))
        let past = sets.filter { $0.at <= Self.now }
        let newest = { (wanted: (RetentionCandidate) -> Bool) in past.filter(wanted).max { $0.at < $1.at }?.id
        }
        #expect(!gone.contains(newest(\.verified) ?? ""))
        #expect(!gone.contains(newest(\.proven) ?? ""))
        #expect(gone.isDisjoint(with: sets.filter { $0.held || $0.at > Self.now }.map(\.id)))
    }

    @Test(arguments: seeds)
    func `removes nothing more when it plans again`(_ seed: UInt64) {
        var random = SplitMix(seed: seed)
        let rules = Self.rules(&random)
        let sets = Self.history(&random)
        let gone = Self.removed(Self.plan(rules, sets))
        let left = sets.filter { !gone.contains($0.id) }
        #expect(Self.removed(Self.plan(rules, left)).isEmpty)
    }

    @Test(arguments: seeds)
    func `what may go may go later, with newer backups, too`(_ seed: UInt64) {
        var random = SplitMix(seed: seed)
        let rules = Self.rules(&random)
        let sets = Self.history(&random)
        let gone = Self.removed(Self.plan(rules, sets))
        let later = Self.now.addingTimeInterval(2e6)
        let newer = (0..<5).map { index in
            var candidate = Self.candidate("newer-\(index)", before: later, spread: 1, &random)
            candidate.at = later.addingTimeInterval(-Double(index) * 3e5)
            return candidate
        }
        #expect(gone.isSubset(of: Self.removed(Self.plan(rules, sets + newer, now: later))))
    }

    @Test(arguments: seeds)
    func `keeps as many verified sets as each rule has numbers, if there are as many periods`(_ seed: UInt64)
    {
        var random = SplitMix(seed: seed)
        let rules = Self.rules(&random)
        let sets = Self.history(&random)
        let kept = Self.plan(rules, sets).filter(\.keep)
        let counting = sets.filter { $0.verified && $0.at <= Self.now }
        let lasts = kept.filter { $0.reasons.contains { $0.hasPrefix("last ") } }
        #expect(rules.isEmpty || lasts.count == min(max(rules.last ?? 0, 0), counting.count))
        let days = Set(counting.map { Int(($0.at.timeIntervalSince1970 - 5 * 3600) / 86_400) })
        let dailies = kept.filter { $0.reasons.contains { $0.hasPrefix("daily ") } }
        #expect(rules.isEmpty || dailies.count == min(rules.daily ?? 0, days.count))
    }

    @Test(arguments: seeds)
    func `does not depend on the order of the list`(_ seed: UInt64) {
        var random = SplitMix(seed: seed)
        let rules = Self.rules(&random)
        let sets = Self.history(&random)
        #expect(Self.plan(rules, sets) == Self.plan(rules, sets.shuffled(using: &random)))
    }

    @Test(arguments: seeds)
    func `a damaged set takes no verified set's place`(_ seed: UInt64) {
        var random = SplitMix(seed: seed)
        let rules = Self.rules(&random)
        let sets = Self.history(&random)
        let whole = Self.removed(Self.plan(rules, sets.filter(\.verified)))
        let mixed = Self.removed(Self.plan(rules, sets))
        let verified = Set(sets.filter(\.verified).map(\.id))
        #expect(mixed.intersection(verified).isSubset(of: whole))
    }
}
