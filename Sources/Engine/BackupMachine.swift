package import Faults
package import Policy

/// Decides what a backup run does next: events in, actions out, nothing touched.
///
/// One action is under way at a time. A fault of one database never stops the others; what failed for a reason
/// that may pass is tried again after a wait, what was saved is not saved twice.
package struct BackupMachine: Sendable, Equatable {
    /// What has happened.
    package enum Event: Sendable, Equatable {
        case begin
        /// As `begin`, for a run of which an earlier process made so many attempts and saved these databases.
        case resume(attemptsMade: Int, saved: [BackupItem])
        /// The preflight of a target found these databases, those that cannot be saved with their faults.
        case foundDatabases([BackupItem], refused: [RefusedItem])
        /// The action under way is done.
        case done
        /// The action under way has failed.
        case failed(AnyFault)
        /// The check ran and could not tell whether the archive is sound.
        case undecided(AnyFault)
        /// The wait for the next attempt would end after the time until which the run may begin one.
        case tooLate
        /// Another attempt may not begin, for this reason.
        case refused(because: String)
        case stopAsked(StopReason)
    }

    /// What to do.
    package enum Action: Sendable, Equatable {
        case preflight(target: String)
        case step(StepName, BackupItem)
        /// Remove what has been written for this database and not published.
        case discard(BackupItem)
        case beginAttempt(Int)
        case endAttempt(Int, Outcome, summary: String)
        case wait(Duration)
        /// Interrupt the action under way; its end arrives as an event.
        case interrupt
        case end(Outcome, summary: String)
    }

    private enum Phase: Sendable, Equatable {
        case idle
        case preflight(target: String)
        case step(StepName, BackupItem)
        case discarding(BackupItem)
        case waiting
        case ended
    }

    private let targets: [String]
    private let retry: RetryPolicy
    private let jitter: Double
    private var phase = Phase.idle
    private var attempt = 0
    private var attemptIsOpen = false
    private var targetsToProbe: [String] = []
    private var queue: [BackupItem] = []
    private var ledger = BackupLedger()
    private var stop: StopReason?

    /// - Parameter jitter: from 0 to 1, for the waits between attempts.
    package init(targets: [String], retry: RetryPolicy, jitter: Double) {
        self.targets = targets
        self.retry = retry
        self.jitter = jitter
    }

    /// The answer to an event; late and repeated events get an empty one.
    package mutating func handle(_ event: Event) -> [Action] {
        switch (phase, event) {
        case (.idle, .begin):
            targetsToProbe = targets
            return beginAttempt()
        case (.idle, .resume(let attemptsMade, let saved)):
            attempt = attemptsMade
            for item in saved { ledger.saved(item) }
            targetsToProbe = targets
            return beginAttempt()
        case (.idle, .stopAsked(let reason)):
            stop = reason
            return finish()
        case (.waiting, .tooLate):
            return finish(refusal: Self.tooLate)
        case (.waiting, .refused(let why)):
            return finish(refusal: why)
        case (.preflight(let target), .foundDatabases(let items, let refused)):
            return queueItems(of: target, items, refused)
        case (.preflight(let target), .failed(let fault)), (.preflight(let target), .undecided(let fault)):
            ledger.targetFailed(target, fault)
            return next()
        case (.step(let step, let item), .done):
            return advance(after: step, item)
        case (.step(let step, let item), .failed(let fault)):
            return fail(step, item, fault, undecided: false)
        case (.step(let step, let item), .undecided(let fault)):
            return fail(step, item, fault, undecided: true)
        case (.discarding, .done), (.discarding, .failed), (.discarding, .undecided):
            return next()
        case (.waiting, .done), (.waiting, .failed), (.waiting, .undecided):
            return stop == nil ? beginAttempt() : finish()
        case (.preflight, .stopAsked(let reason)), (.step, .stopAsked(let reason)),
            (.waiting, .stopAsked(let reason)), (.discarding, .stopAsked(let reason)):
            return askToStop(reason)
        case (.preflight, .done), (.step, .foundDatabases), (.discarding, .foundDatabases),
            (.waiting, .foundDatabases), (.idle, .foundDatabases), (.idle, .done), (.idle, .failed),
            (.idle, .undecided), (.idle, .tooLate), (.preflight, .tooLate), (.step, .tooLate),
            (.discarding, .tooLate), (.idle, .refused), (.preflight, .refused), (.step, .refused),
            (.discarding, .refused), (_, .begin), (_, .resume), (.ended, _):
            return []
        }
    }

    private mutating func beginAttempt() -> [Action] {
        attempt += 1
        attemptIsOpen = true
        return [.beginAttempt(attempt)] + next()
    }

    private mutating func queueItems(of target: String, _ items: [BackupItem], _ refused: [RefusedItem])
        -> [Action]
    {
        ledger.triesAgain(target, items + refused.map(\.item))
        for refusal in refused where !ledger.isSettled(refusal.item) {
            ledger.itemFailed(refusal.item, refusal.fault)
        }
        if items.isEmpty, refused.isEmpty {
            ledger.targetFailed(target, EngineFault.nothingToSave(target: target).plain)
        }
        for item in items where !ledger.isSettled(item) && !queue.contains(item) { queue.append(item) }
        return next()
    }

    /// The step after `step` of the same database; after the last the database is done.
    private mutating func advance(after step: StepName, _ item: BackupItem) -> [Action] {
        if step == .publish { ledger.saved(item) }
        // Once a stop is asked for, what is published is still recorded; nothing else is begun.
        let mayGoOn = stop == nil || step == .publish
        guard mayGoOn, let following = step.following else {
            return stop == nil || ledger.isSaved(item) ? next() : discard(item)
        }
        phase = .step(following, item)
        return [.step(following, item)]
    }

    private mutating func fail(_ step: StepName, _ item: BackupItem, _ fault: AnyFault, undecided: Bool)
        -> [Action]
    {
        switch step {
        case .preflight, .globals, .dump, .publishCheck, .publish:
            if stop == nil { ledger.itemFailed(item, fault, undecided: undecided) }
            return discard(item)
        case .record, .prune, .choose, .checkSet, .server, .create, .restore, .analyze, .prove, .report,
            .swap, .verify, .look, .maintain, .statement, .before, .command, .onFailure, .after:
            ledger.afterwardFailed(item, step, fault)
            return advance(after: step, item)
        }
    }

    private mutating func discard(_ item: BackupItem) -> [Action] {
        phase = .discarding(item)
        return [.discard(item)]
    }

    private mutating func askToStop(_ reason: StopReason) -> [Action] {
        if case .leaseLost = reason, stop != reason {
            // The one reason that outweighs another: nothing may go on, not even a publication.
            stop = reason
            if case .discarding = phase { return [] }
            return [.interrupt]
        }
        guard stop == nil else { return [] }
        stop = reason
        if case .discarding = phase { return [] }
        // A set that is complete is published and recorded even so: it takes a moment and is worth keeping.
        if case .step(let step, _) = phase, step == .publish || step == .record { return [] }
        return [.interrupt]
    }

    /// What comes next when no action is under way.
    private mutating func next() -> [Action] {
        guard stop == nil else { return finish() }
        if !queue.isEmpty {
            let item = queue.removeFirst()
            phase = .step(.globals, item)
            return [.step(.globals, item)]
        }
        if !targetsToProbe.isEmpty {
            let target = targetsToProbe.removeFirst()
            phase = .preflight(target: target)
            return [.preflight(target: target)]
        }
        return finish()
    }

    private mutating func finish(refusal: String? = nil) -> [Action] {
        let (outcome, summary) = ledger.outcome(stop: stop)
        let closing: [Action] = attemptIsOpen ? [.endAttempt(attempt, outcome, summary: summary)] : []
        attemptIsOpen = false
        let pause = retry.wait(afterAttempt: attempt, mayPass: ledger.mayPass, jitter: jitter)
        if stop == nil, refusal == nil, outcome != .succeeded, let pause {
            targetsToProbe = targets.filter { ledger.needsRetry(target: $0) }
            phase = .waiting
            return closing + [.wait(pause)]
        }
        phase = .ended
        let reason = stop == nil ? refusal.map { "; \($0)" } ?? "" : ""
        return closing + [.end(outcome, summary: summary + reason)]
    }

    /// Why there is no further attempt although one might succeed.
    static let tooLate = "late= has run out for another attempt"
}

extension StepName {
    /// The next step of the same database; nil after the last.
    fileprivate var following: StepName? {
        switch self {
        case .preflight: .globals
        case .globals: .dump
        case .dump: .publishCheck
        case .publishCheck: .publish
        case .publish: .record
        case .record: .prune
        case .prune, .choose, .checkSet, .server, .create, .restore, .analyze, .prove, .report, .swap,
            .verify, .look, .maintain, .statement, .before, .command, .onFailure, .after:
            nil
        }
    }
}
