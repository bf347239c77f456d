package import Faults

/// One database of one target: what a backup set is made of.
package struct BackupItem: Sendable, Equatable, Hashable, CustomStringConvertible {
    package var target: String
    package var database: String

    package init(target: String, database: String) {
        self.target = target
        self.database = database
    }

    package var description: String { "\(target)/\(database)" }
}

/// A database that the preflight found not to be savable, with the reason.
package struct RefusedItem: Sendable, Equatable {
    package var item: BackupItem
    package var fault: AnyFault

    package init(item: BackupItem, fault: AnyFault) {
        self.item = item
        self.fault = fault
    }
}

/// Why a run is to stop before its end.
package enum StopReason: Sendable, Equatable {
    case cancelled
    case timedOut
}

/// Keeps what became of each database of a run, and reckons the run's outcome from it.
struct BackupLedger: Sendable, Equatable {
    private struct Failure: Sendable, Equatable {
        var subject: String
        var target: String
        var fault: AnyFault
        var undecided: Bool
    }

    private var savedItems: [BackupItem] = []
    /// Failures of the attempt under way; a new attempt starts without those that it tries again.
    private var failures: [Failure] = []
    /// A record or a prune that failed after its set was published; no later attempt repeats it.
    private var afterwards: [String] = []

    mutating func beginAttempt() {
        failures.removeAll { $0.fault.mayPass }
    }

    mutating func saved(_ item: BackupItem) { savedItems.append(item) }

    mutating func itemFailed(_ item: BackupItem, _ fault: AnyFault, undecided: Bool = false) {
        failures.append(Failure(subject: "\(item)", target: item.target, fault: fault, undecided: undecided))
    }

    mutating func targetFailed(_ target: String, _ fault: AnyFault) {
        failures.append(Failure(subject: target, target: target, fault: fault, undecided: false))
    }

    mutating func afterwardFailed(_ item: BackupItem, _ step: StepName, _ fault: AnyFault) {
        afterwards.append("\(item) is saved, but \(step.rawValue) failed: \(fault.summary)")
    }

    func isSaved(_ item: BackupItem) -> Bool { savedItems.contains(item) }

    /// Whether anything that failed may succeed later by itself.
    var mayPass: Bool { failures.contains { $0.fault.mayPass } }

    func needsRetry(target: String) -> Bool { failures.contains { $0.target == target && $0.fault.mayPass } }

    /// The outcome with its one line for people.
    func outcome(stop: StopReason?) -> (Outcome, String) {
        let savedText = "\(savedItems.count) saved and verified"
        if let stop {
            return switch stop {
            case .cancelled: (.cancelled, "stopped on request; \(savedText)")
            case .timedOut: (.timedOut, "stopped at its timeout; \(savedText)")
            }
        }
        if failures.isEmpty, afterwards.isEmpty, !savedItems.isEmpty {
            let names = savedItems.map(\.description).joined(separator: ", ")
            return (.succeeded, savedItems.count == 1 ? "\(names) saved and verified" : "\(savedText): \(names)")
        }
        let reasons = failures.map { "\($0.subject): \($0.fault.summary)" } + afterwards
        let outcome: Outcome = failures.allSatisfy(\.undecided) && afterwards.isEmpty ? .couldNotVerify : .failed
        let counts = "\(savedText), \(failures.count) failed"
        return (failures.isEmpty && savedItems.isEmpty ? .failed : outcome, ([counts] + reasons).joined(separator: "; "))
    }
}
