package import Faults

/// What the engine itself finds wrong while it maintains databases, and does statements of the user's own.
package enum MaintainFault: Fault, Equatable {
    case nothingChosen(target: String)
    /// Nothing at all is done there: a standby, a version that is too old.
    case refused(item: String, why: String)
    case objectsFailed(item: String, count: Int, first: String)
    case statementFailed(item: String, number: Int, summary: String, code: String, mayPass: Bool)
    /// An earlier statement of the same database failed.
    case notReached(item: String, number: Int, mayPass: Bool)
    case notWritten(object: String, why: String)

    package var code: String {
        switch self {
        case .nothingChosen: "maintain.nothing-chosen"
        case .refused: "maintain.refused"
        case .objectsFailed: "maintain.objects-failed"
        case .statementFailed: "sql.statement-failed"
        case .notReached: "sql.not-reached"
        case .notWritten: "maintain.not-written"
        }
    }

    package var summary: String {
        switch self {
        case .nothingChosen(let target): "no database of target '\(target)' is chosen"
        case .refused(let item, let why): "\(item) is not maintained: \(why)"
        case .objectsFailed(let item, let count, let first):
            count == 1 ? "\(item): \(first)" : "\(item): \(first), and \(count - 1) more"
        case .statementFailed(let item, let number, let summary, _, _):
            "statement \(number) in \(item): \(summary)"
        case .notReached(let item, let number, _):
            "statement \(number) in \(item) was not sent, since one before it failed"
        case .notWritten(let object, let why):
            "\(object) is not rebuilt, since that could not be written down before: \(why)"
        }
    }

    package var remedy: String {
        switch self {
        case .nothingChosen:
            "Look at 'databases' and 'exclude' of the job, and at what 'pgvigil check --connect' lists."
        case .refused: "Name another server as 'target' of the job: the primary, of version 12 or newer."
        case .objectsFailed: "Run 'pgvigil runs show' for what became of each object; the others were done."
        case .statementFailed(_, _, _, let code, _):
            "It is \(code); correct the statement in the job, or the server."
        case .notReached: "Correct the one that failed, or set 'keep_going: true' in the job."
        case .notWritten:
            "Free space in the state directory, or bring the catalog back: see 'pgvigil status'."
        }
    }

    package var exitStatus: ExitStatus { .badResult }

    /// The fault as the ports carry it.
    var plain: AnyFault { AnyFault(self) }

    package var mayPass: Bool {
        switch self {
        case .nothingChosen, .refused, .objectsFailed, .notWritten: false
        case .statementFailed(_, _, _, _, let mayPass), .notReached(_, _, let mayPass): mayPass
        }
    }
}
