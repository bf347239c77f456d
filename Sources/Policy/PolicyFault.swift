import Faults

/// What can be wrong with a policy that somebody wrote.
package enum PolicyFault: Fault, Equatable {
    case notAnOpening(String)
    case notAWeekday(String, nearest: String?)

    package var code: String {
        switch self {
        case .notAnOpening: "window.not-an-opening"
        case .notAWeekday: "window.not-a-weekday"
        }
    }

    package var summary: String {
        switch self {
        case .notAnOpening(let text): "'\(text)' is not an opening of a window"
        case .notAWeekday(let text, _): "'\(text)' is not a day of the week"
        }
    }

    package var remedy: String {
        switch self {
        case .notAnOpening:
            "Write two times and, before them, the days if not all: 22:00-06:00, Mon-Fri 22:00-06:00, "
                + "Sat,Sun 00:00-24:00."
        case .notAWeekday(_, let nearest?): "Write \(nearest)."
        case .notAWeekday(_, nil): "Write Mon, Tue, Wed, Thu, Fri, Sat or Sun."
        }
    }
}
