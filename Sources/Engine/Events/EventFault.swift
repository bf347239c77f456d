package import Faults

/// What can go wrong with telling people.
package enum EventFault: Fault, Equatable {
    /// A message was given up; the reason is the summary of the last try's fault, without secrets.
    case undelivered(title: String, channel: String, reason: String)

    package var code: String {
        switch self {
        case .undelivered: "notify.undelivered"
        }
    }

    package var summary: String {
        switch self {
        case .undelivered(let title, let channel, let reason):
            "the message '\(title)' did not get through channel '\(channel)' and was given up: \(reason)"
        }
    }

    package var remedy: String {
        switch self {
        case .undelivered(_, let channel, _): "Correct '\(channel)' under 'notify' in pgvigil.yaml."
        }
    }

    package var exitStatus: ExitStatus { .badResult }
}
