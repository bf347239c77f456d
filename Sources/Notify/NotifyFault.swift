package import Faults

/// Why a message did not arrive.
///
/// No case holds an address: whoever knows the one of a webhook may write to it.
package enum NotifyFault: Fault, Equatable {
    /// The address of a channel cannot be used, such as one of another scheme than HTTP.
    case badAddress(channel: String, reason: String)
    /// Nobody answered as HTTP asks: a name that is unknown, a connection refused or broken, a certificate.
    case noAnswer(channel: String, reason: String, mayPass: Bool)
    /// The answer is a refusal; the reason is the beginning of its body.
    case refused(channel: String, status: Int, reason: String)
    /// The answer leads to another scheme or too far.
    case redirected(channel: String, reason: String)
    /// A program ended with another status than 0.
    case programFailed(channel: String, program: String, end: String, reason: String)
    /// A program took too long and was stopped.
    case programTimedOut(channel: String, program: String, seconds: Int)

    package var code: String {
        switch self {
        case .badAddress: "notify.bad-address"
        case .noAnswer: "notify.no-answer"
        case .refused: "notify.refused"
        case .redirected: "notify.redirected"
        case .programFailed: "notify.program-failed"
        case .programTimedOut: "notify.program-timed-out"
        }
    }

    package var summary: String {
        switch self {
        case .badAddress(let channel, let reason):
            "the address of channel '\(channel)' cannot be used: \(reason)"
        case .noAnswer(let channel, let reason, _): "channel '\(channel)' does not answer: \(reason)"
        case .refused(let channel, let status, let reason):
            "channel '\(channel)' answered \(status)\(reason.isEmpty ? "" : ": " + reason)"
        case .redirected(let channel, let reason): "channel '\(channel)' leads elsewhere: \(reason)"
        case .programFailed(let channel, let program, let end, let reason):
            "\(program) of channel '\(channel)' \(end)\(reason.isEmpty ? "" : ": " + reason)"
        case .programTimedOut(let channel, let program, let seconds):
            "\(program) of channel '\(channel)' took more than \(seconds) s"
        }
    }

    package var remedy: String {
        switch self {
        case .badAddress(let channel, _), .redirected(let channel, _):
            "Correct 'url' of '\(channel)' under 'notify' in pgvigil.yaml."
        case .noAnswer: "It is tried again; see whether this machine reaches the service."
        case .refused(let channel, let status, _):
            passes(status)
                ? "It is tried again."
                : "Correct 'url' of '\(channel)' under 'notify' in pgvigil.yaml, or make a new one at the service."
        case .programFailed(let channel, _, _, _), .programTimedOut(let channel, _, _):
            "Run the program of '\(channel)' by hand, and see its log."
        }
    }

    package var exitStatus: ExitStatus { .badResult }

    package var mayPass: Bool {
        switch self {
        case .noAnswer(_, _, let mayPass): mayPass
        case .refused(_, let status, _): passes(status)
        case .programFailed, .programTimedOut: true
        case .badAddress, .redirected: false
        }
    }

    /// Too many requests, a time limit, or a fault of the service's own (RFC 9110, sections 15.5.9 and 15.6).
    private func passes(_ status: Int) -> Bool { status >= 500 || [408, 425, 429].contains(status) }
}
