package import Faults
package import FoundationEssentials
package import Measures

/// One named part of an attempt.
package struct StepRecord: Sendable, Equatable {
    package var run: UUID
    package var attempt: Int
    /// From 1, in the order of their starts within the attempt.
    package var ordinal: Int
    package var name: StepName
    /// Nil for a step that serves a whole target.
    package var target: String?
    package var database: String?
    package var startedAt: Date
    package var endedAt: Date?
    package var state: StepState
    /// One line for people: what was done or what went wrong.
    package var detail: String
    /// Why it failed; nil unless it did.
    package var fault: AnyFault?
    package var bytes: ByteCount?

    package init(
        run: UUID, attempt: Int, ordinal: Int, name: StepName, target: String?, database: String?,
        startedAt: Date,
        endedAt: Date? = nil, state: StepState = .running, detail: String = "", fault: AnyFault? = nil,
        bytes: ByteCount? = nil
    ) {
        self.run = run
        self.attempt = attempt
        self.ordinal = ordinal
        self.name = name
        self.target = target
        self.database = database
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.state = state
        self.detail = detail
        self.fault = fault
        self.bytes = bytes
    }
}

/// The named parts of an attempt, in their order; the raw value is the text in the catalog, in files and in JSON.
///
/// An attempt has those of its job's kind. The hooks stand around them: `before` in the first attempt, the others in the
/// last.
package enum StepName: String, Sendable, Equatable, CaseIterable, Codable {
    case before
    case preflight, globals, dump
    case publishCheck = "publish-check"
    case publish, record, prune
    case choose
    case checkSet = "check-set"
    case server, create, restore, analyze, prove, report, swap
    case verify
    case look, maintain
    case statement
    case command
    case onFailure = "on-failure"
    case after
}

/// How a step stands or ended; the raw value is the text in the catalog and in JSON.
package enum StepState: String, Sendable, Equatable, CaseIterable, Codable {
    case running, done, failed, cancelled
}
