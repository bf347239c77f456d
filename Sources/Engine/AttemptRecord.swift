package import FoundationEssentials

/// One try of a run.
package struct AttemptRecord: Sendable, Equatable {
    package var run: UUID
    /// From 1.
    package var number: Int
    package var startedAt: Date
    package var endedAt: Date?
    package var outcome: Outcome?
    package var summary: String

    package init(
        run: UUID, number: Int, startedAt: Date, endedAt: Date? = nil, outcome: Outcome? = nil,
        summary: String = ""
    ) {
        self.run = run
        self.number = number
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.outcome = outcome
        self.summary = summary
    }
}
