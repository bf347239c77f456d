/// One thing that a drill looked at: what was expected and what was found.
///
/// One line that is well may stand for many things, such as all tables; whatever is broken has a line of its own.
package struct DrillLine: Sendable, Equatable, Codable {
    package var check: Check
    /// What it is about: an object, or how many of them.
    package var subject: String
    package var expected: String?
    package var found: String?
    package var state: State
    /// How many things were compared for it; 0 for a line that compares nothing.
    package var count: Int

    package init(
        _ check: Check, _ subject: String, expected: String? = nil, found: String? = nil, state: State,
        count: Int = 1
    ) {
        self.check = check
        self.subject = subject
        self.expected = expected
        self.found = found
        self.state = state
        self.count = count
    }

    /// A line for something that a person should know and that decides nothing.
    package static func note(_ check: Check, _ subject: String, _ text: String) -> DrillLine {
        DrillLine(check, subject, found: text, state: .note, count: 0)
    }

    /// A line for something that could not be looked at.
    package static func unknown(_ check: Check, _ subject: String, _ why: String) -> DrillLine {
        DrillLine(check, subject, found: why, state: .unknown, count: 0)
    }

    /// What a drill looks at, in the order of a report.
    package enum Check: String, Sendable, Equatable, Codable, CaseIterable {
        case manifest
        case globals
        case database
        case restore
        case rows
        case content
        case largeObjects = "large objects"
        case definition
        case roles
        case settings
        case extensions
        case sequences
        case materializedViews = "materialized views"
        case constraints
        case indexes
        case amcheck
        case assertion
        case recoveryTime = "recovery time"
    }

    /// What a line came to.
    package enum State: String, Sendable, Equatable, Codable {
        case ok
        case broken
        case unknown
        case note
    }
}
