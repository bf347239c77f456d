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
    /// Somebody wants it to end, at the terminal or by a signal.
    case cancelled
    case timedOut
    /// The daemon has its reason: a window that closes, `runs cancel`; the run ends as cancelled.
    case stopped(because: String)
    /// The run is not ours any more, or soon will not be: all of it stops at once, hooks included, and nothing more is
    /// published. It ends as cancelled, which the catalog only takes from whoever still has the lease.
    case leaseLost(because: String)

    /// Whether the run is no longer ours.
    var isLeaseLost: Bool {
        switch self {
        case .leaseLost: true
        case .cancelled, .timedOut, .stopped: false
        }
    }

    /// What a run that is stopped for it ends with.
    var ending: (outcome: Outcome, summary: String) {
        switch self {
        case .cancelled: (.cancelled, "stopped on request")
        case .stopped(let why), .leaseLost(let why): (.cancelled, why)
        case .timedOut: (.timedOut, "stopped at its timeout")
        }
    }
}

/// Keeps what became of each database of a run, and reckons the run's outcome from it.
struct BackupLedger: Sendable, Equatable {
    private struct Failure: Sendable, Equatable {
        var target: String
        /// Nil when the target as a whole failed.
        var item: BackupItem?
        var fault: AnyFault
        var undecided: Bool
        /// Which step after the publication it was; nil if nothing was published.
        var afterward: StepName?

        var text: String {
            let subject = item?.description ?? target
            if let afterward {
                return "\(subject) is saved, but \(afterward.rawValue) failed: \(fault.summary)"
            }
            return "\(subject): \(fault.summary)"
        }
    }

    private var savedItems: [BackupItem] = []
    /// What failed last of each database and target; what is tried again leaves the list.
    private var failures: [Failure] = []
    /// A record or a prune that failed after its set was published; no later attempt repeats it.
    private var afterwards: [Failure] = []

    /// Forgets what is overtaken by a preflight that found these databases: that the target failed, and what may pass
    /// of a database that is tried again.
    ///
    /// What failed of a database that is gone by now stays: nobody saved it.
    mutating func triesAgain(_ target: String, _ items: [BackupItem]) {
        failures.removeAll { failure in
            guard failure.target == target, let item = failure.item else { return failure.target == target }
            return failure.fault.mayPass && items.contains(item)
        }
    }

    mutating func saved(_ item: BackupItem) { savedItems.append(item) }

    mutating func itemFailed(_ item: BackupItem, _ fault: AnyFault, undecided: Bool = false) {
        failures.append(Failure(target: item.target, item: item, fault: fault, undecided: undecided))
    }

    mutating func targetFailed(_ target: String, _ fault: AnyFault) {
        failures.removeAll { $0.target == target && $0.item == nil }
        failures.append(Failure(target: target, fault: fault, undecided: false))
    }

    mutating func afterwardFailed(_ item: BackupItem, _ step: StepName, _ fault: AnyFault) {
        afterwards.append(
            Failure(target: item.target, item: item, fault: fault, undecided: false, afterward: step))
    }

    func isSaved(_ item: BackupItem) -> Bool { savedItems.contains(item) }

    /// Whether there is nothing left to try of a database: it is saved, or failed for good.
    func isSettled(_ item: BackupItem) -> Bool { isSaved(item) || failures.contains { $0.item == item } }

    /// Whether anything that failed may succeed later by itself.
    var mayPass: Bool { failures.contains { needsRetry(target: $0.target) } }

    /// Whether something of a target may pass, and the target itself did not fail for good.
    func needsRetry(target: String) -> Bool {
        let own = failures.filter { $0.target == target }
        return own.contains { $0.fault.mayPass } && !own.contains { $0.item == nil && !$0.fault.mayPass }
    }

    /// The outcome with its one line for people.
    func outcome(stop: StopReason?) -> (Outcome, String) {
        let savedText = "\(savedItems.count) saved and verified"
        if let stop {
            let ending = stop.ending
            return (ending.outcome, "\(ending.summary); \(savedText)")
        }
        if failures.isEmpty, afterwards.isEmpty, !savedItems.isEmpty {
            let names = savedItems.map(\.description).joined(separator: ", ")
            return (
                .succeeded, savedItems.count == 1 ? "\(names) saved and verified" : "\(savedText): \(names)"
            )
        }
        let counts = "\(savedText), \(failures.count) failed"
        return (outcomeOfFailures, ([counts] + (failures + afterwards).map(\.text)).joined(separator: "; "))
    }

    private var outcomeOfFailures: Outcome {
        let all = failures + afterwards
        // Nothing saved and nothing failed is not green either.
        if all.isEmpty { return .failed }
        if all.allSatisfy(\.undecided) { return .couldNotVerify }
        return all.allSatisfy { $0.fault.code == EngineFault.stepTimeoutCode } ? .timedOut : .failed
    }
}
