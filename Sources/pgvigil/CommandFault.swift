import Faults

/// What can be wrong with what was typed or piped in.
enum CommandFault: Fault, Equatable {
    case notAnInstant(String)
    case notThreeFields

    var code: String {
        switch self {
        case .notAnInstant: "command.not-an-instant"
        case .notThreeFields: "command.not-three-fields"
        }
    }

    var summary: String {
        switch self {
        case .notAnInstant(let text): "'\(text)' is not an instant"
        case .notThreeFields: "the line is not PATTERN, ZONE and AFTER"
        }
    }

    var remedy: String {
        switch self {
        case .notAnInstant: "Write it like 2026-11-22T00:30:00Z."
        case .notThreeFields: "Separate the three by single tabs."
        }
    }
}
