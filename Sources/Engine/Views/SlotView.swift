import Cron
package import FoundationEssentials
import Jobs
import Policy

/// A slot to come, as `plan` and its `--json` show it; the keys are documented in `docs/json.md` and stay.
package struct SlotView: Sendable, Equatable, Codable {
    package var at: Date
    package var job: String
    package var kind: String
    package var pattern: String
    package var zone: String
    package var window: String?
    /// Where the hours of a learned window come from; nil for one that is written.
    package var windowReason: String?
    /// Whether the window is open at that instant; true without a window.
    package var open: Bool
    /// The longest of nine in ten of the last successes; nil without any.
    package var expectedSeconds: Double?
    /// Nothing starts after this: the slot and `late` of its line.
    package var deadline: Date
    /// `latest`, `none` or `all:N`.
    package var catchup: String
    /// `skip`, `wait` or `replace`.
    package var overlap: String
    /// What will likely become of it: `start`, `wait` for its window, `skip` for its overlap, or `missed`.
    package var admission: String
    /// Until when it will wait for its window; for `wait` only.
    package var waitsUntil: Date?
    /// Why it will not start at once.
    package var reason: String?
    /// What it needs while it runs, such as `target/store`.
    package var seats: [String]
    /// Jobs of slots before it that are expected to have one of its seats still, with what they have.
    package var meets: [Meeting]

    /// A slot before that is expected to be in the way.
    package struct Meeting: Sendable, Equatable, Codable {
        package var job: String
        package var at: Date
        package var seat: String
    }

    /// The view of a slot with how long its job is expected to take.
    ///
    /// - Parameter expected: From its history; nil without any, and then the job's own word is taken.
    package init(
        _ slot: Slot, expected: Duration?, seats: [Seat] = [],
        render: InstantRendering = InstantRendering(zone: .utc)
    ) {
        at = slot.at
        job = slot.schedule.key.job
        kind = slot.schedule.job.kind.rawValue
        pattern = slot.schedule.key.pattern
        zone = slot.schedule.key.zone
        window = slot.schedule.window?.name
        windowReason = slot.schedule.window?.note
        open = slot.schedule.window?.contains(slot.at) ?? true
        expectedSeconds = expected.map(Durations.seconds)
        let deadline = slot.at.addingTimeInterval(Durations.seconds(slot.schedule.late))
        self.deadline = deadline
        catchup = slot.schedule.catchUp.description
        overlap = slot.schedule.overlap.rawValue
        self.seats = seats.map(\.key)
        meets = []
        let decision = slot.schedule.window?.admission(
            now: slot.at, deadline: deadline, expected: expected ?? slot.schedule.job.expected, render)
        switch decision ?? .start {
        case .start: admission = "start"
        case .wait(let until, let because):
            admission = "wait"
            waitsUntil = until
            reason = because
        case .never(let because):
            admission = "missed"
            reason = because
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
