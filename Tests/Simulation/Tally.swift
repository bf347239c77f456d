import Engine
import Jobs

/// What happened in simulated worlds, so that one sees that something did.
package struct Tally: Sendable {
    package private(set) var counts: [String: Int] = [:]

    package init() {}

    package mutating func add(_ what: String, _ count: Int = 1) { counts[what, default: 0] += count }

    package mutating func add(_ other: Tally) { counts.merge(other.counts, uniquingKeysWith: +) }

    /// All that every larger number of seeds must have seen.
    package static let expected: [String] =
        [
            "nights", "slots", "runs", "crashes", "crashes after the effect", "takeovers", "outages",
            "outages at work",
            "lost answers",
            "clock steps", "freezes", "sleeps", "hand runs", "cancellations", "stops", "reloads",
            "full disks",
            "tripped guards", "fenced", "apart", "performed", "performed apart", "resumed", "journal replays",
            "sets published", "sets pruned", "damaged sets", "waits", "slots caught up", "hanging children",
            "runs in two places apart", "slots taken by others", "seats let go",
        ] + Outcome.allCases.map { "outcome \($0.rawValue)" }
}
