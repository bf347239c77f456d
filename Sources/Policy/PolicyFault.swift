import Faults

/// What can be wrong with a policy that somebody wrote.
package enum PolicyFault: Fault, Equatable {
    case notAnOpening(String)
    case notAWeekday(String, nearest: String?)
    case notADay(String)
    case daysBackwards(String, instead: String)
    case notACatchUp(String, nearest: String?)
    case notAnOverlap(String, nearest: String?)

    package var code: String {
        switch self {
        case .notAnOpening: "window.not-an-opening"
        case .notAWeekday: "window.not-a-weekday"
        case .notADay: "window.not-a-day"
        case .daysBackwards: "window.days-backwards"
        case .notACatchUp: "schedule.not-a-catchup"
        case .notAnOverlap: "schedule.not-an-overlap"
        }
    }

    package var summary: String {
        switch self {
        case .notAnOpening(let text): "'\(text)' is not an opening of a window"
        case .notAWeekday(let text, _): "'\(text)' is not a day of the week"
        case .notADay(let text): "'\(text)' is not a day, nor a range of days"
        case .daysBackwards(let text, _): "'\(text)' ends before it begins"
        case .notACatchUp(let text, _): "'\(text)' is no way to catch up"
        case .notAnOverlap(let text, _): "'\(text)' is no answer to overlap"
        }
    }

    package var remedy: String {
        switch self {
        case .notAnOpening:
            "Write two times and, before them, the days if not all: 22:00-06:00, Mon-Fri 22:00-06:00, "
                + "Sat,Sun 00:00-24:00."
        case .notAWeekday(_, let nearest?): "Write \(nearest)."
        case .notAWeekday(_, nil): "Write Mon, Tue, Wed, Thu, Fri, Sat or Sun."
        case .notADay: "Write days such as 2026-12-24 or 2026-12-24..2026-12-26, of the years 1970 to 2199."
        case .daysBackwards(_, let instead): "Write \(instead)."
        case .notACatchUp(_, let nearest?): "Write catchup=\(nearest)."
        case .notACatchUp(_, nil):
            "Write catchup=latest, catchup=none, or catchup=all:3 with a number of 1 to 1000."
        case .notAnOverlap(_, let nearest?): "Write overlap=\(nearest)."
        case .notAnOverlap(_, nil): "Write overlap=skip, overlap=wait or overlap=replace."
        }
    }
}
