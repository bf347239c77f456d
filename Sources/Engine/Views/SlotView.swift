package import FoundationEssentials
import Jobs

/// A slot to come, as `plan` and its `--json` show it; the keys are documented in `docs/json.md` and stay.
package struct SlotView: Sendable, Equatable, Codable {
    package var at: Date
    package var job: String
    package var kind: String
    package var pattern: String
    package var zone: String
    package var window: String?
    /// Whether the window is open at that instant; true without a window.
    package var open: Bool
    /// The longest of nine in ten of the last successes; nil without any.
    package var expectedSeconds: Double?

    /// The view of a slot with how long its job is expected to take.
    package init(_ slot: Slot, expected: Duration?) {
        at = slot.at
        job = slot.schedule.key.job
        kind = slot.schedule.job.kind.rawValue
        pattern = slot.schedule.key.pattern
        zone = slot.schedule.key.zone
        window = slot.schedule.window?.name
        open = slot.schedule.window?.contains(slot.at) ?? true
        expectedSeconds = expected.map {
            (Double($0.components.seconds) * 1000 + Double($0.components.attoseconds / 1_000_000_000_000_000))
                / 1000
        }
    }
}

/// Guesses how long a job will take from how long it took.
package enum Expectation {
    /// How many of the last successes count.
    package static let sampleMax = 20

    /// The 90th percentile of the last durations: the shortest time that at least nine in ten of them kept within.
    package static func duration(_ past: [Duration]) -> Duration? {
        guard !past.isEmpty else { return nil }
        let sorted = past.prefix(sampleMax).sorted()
        return sorted[(sorted.count * 9 + 9) / 10 - 1]
    }
}
