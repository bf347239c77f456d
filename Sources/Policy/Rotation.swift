package import FoundationEssentials
import Measures

/// Chooses the backup sets that a drill proves, or that a verification reads again: pure, with reasons.
package struct Rotation: Sendable, Equatable {
    /// What a turn is called in reasons.
    package enum Turn: String, Sendable, Equatable {
        case proven, verified
    }

    package var turn: Turn

    package init(_ turn: Turn) {
        self.turn = turn
    }

    /// The newest set of each database, by target and database.
    package func latest(_ candidates: [RotationCandidate]) -> [RotationChoice] {
        groups(candidates).compactMap { group in
            group.max { ($0.started, $0.id) < ($1.started, $1.id) }.map {
                RotationChoice(id: $0.id, reason: "the newest of \($0.subject)")
            }
        }
    }

    /// One set of each database.
    ///
    /// - Parameter chance: A number from 0 to below 1, asked once for each database.
    package func random(_ candidates: [RotationCandidate], chance: () -> Double) -> [RotationChoice] {
        groups(candidates).compactMap { group in
            let sorted = group.sorted { ($0.started, $0.id) < ($1.started, $1.id) }
            let place = Int(min(max(chance(), 0), 1) * Double(sorted.count))
            guard let chosen = sorted.dropFirst(min(place, sorted.count - 1)).first else { return nil }
            return RotationChoice(id: chosen.id, reason: "by chance, of \(sorted.count) of \(chosen.subject)")
        }
    }

    /// So large a share of all sets together, rounded up: first those that never had a turn, the oldest first, for they
    /// leave first; then those whose last turn is longest ago.
    ///
    /// With m sets that stay, every one of them has had its turn after `whole / share` times, rounded up. A set that comes
    /// in meanwhile goes before those that had theirs, and takes the place that a leaving one gives up.
    /// - Parameters:
    ///   - share: at least 1.
    ///   - whole: at least `share`.
    package func rotate(
        _ candidates: [RotationCandidate], share: Int, of whole: Int, now: Date
    ) -> [RotationChoice] {
        let sound = candidates.filter { !$0.isDamaged }.sorted {
            ($0.lastTurn ?? .distantPast, $0.started, $0.id) < (
                $1.lastTurn ?? .distantPast, $1.started, $1.id
            )
        }
        let parts = max(1, whole)
        let (product, isHuge) = sound.count.multipliedReportingOverflow(by: max(1, share))
        let count = isHuge ? sound.count : min(sound.count, (product + parts - 1) / parts)
        return sound.prefix(count).enumerated().map { index, candidate in
            let since = candidate.lastTurn.map { last in
                let age = DurationText.render(.seconds(max(0, now.timeIntervalSince(last)).rounded()))
                return "last \(turn.rawValue) \(age) ago"
            }
            let held = candidate.isHeld ? ", held" : ""
            return RotationChoice(
                id: candidate.id,
                reason: "\(since ?? "never \(turn.rawValue)")\(held); \(index + 1) of \(count) this time, "
                    + "\(sound.count) in all")
        }
    }

    /// The sound ones of each database, in the order of target and database.
    private func groups(_ candidates: [RotationCandidate]) -> [[RotationCandidate]] {
        let sound = candidates.filter { !$0.isDamaged }
        let groups = Dictionary(grouping: sound) { [$0.target, $0.database] }
        return groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
    }
}

extension RotationCandidate {
    fileprivate var subject: String { "\(target)/\(database)" }
}
