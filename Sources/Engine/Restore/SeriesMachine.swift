import Faults
import Jobs
import Policy

/// Decides what a run over several backup sets does next, each through the same steps: drills, verifications, restores.
///
/// Events in, actions out, nothing touched. Whatever becomes of a set, what was made for it is tidied away before the
/// next one begins, and one set that fails does not keep the others from their turn.
struct SeriesMachine: Sendable, Equatable {
    /// What has happened.
    enum Event: Sendable, Equatable {
        /// Nothing yet, but so many attempts that an earlier process made.
        case begin(attemptsMade: Int)
        /// So many sets are to be gone through.
        case chose(Int)
        /// The step did what it should, or the wait is over.
        case done
        /// The step found that the set does not hold what it should.
        case broken(String)
        /// The step could not be done; that says nothing of the set.
        case failed(AnyFault)
        /// Another attempt may not begin, for this reason.
        case refused(because: String)
        case stopAsked(StopReason)
    }

    /// What to do; sets are told by their place in the choice.
    enum Action: Sendable, Equatable {
        case beginAttempt(Int)
        case choose
        case step(StepName, Int)
        /// Remove what was made for a set.
        case tidy(Int)
        case endAttempt(Outcome, summary: String)
        case wait(Duration)
        /// Interrupt the step or the wait; its end arrives as an event.
        case interrupt
        case end(Outcome, summary: String)
    }

    private enum Phase: Sendable, Equatable {
        case idle, choosing, ended
        case step(StepName, Int)
        case tidying(Int)
        case waiting
    }

    /// What became of one set.
    private enum Fate: Sendable, Equatable {
        case good
        case broken(String)
        case undecided(AnyFault)
    }

    private let steps: [StepName]
    private let words: Words
    private let retry: RetryPolicy
    private let jitter: Double
    private var phase = Phase.idle
    private var attempt = 0
    private var queue: [Int] = []
    private var fates: [Int: Fate] = [:]
    private var choiceFault: AnyFault?
    private var stop: StopReason?
    private var isAttemptOpen = false

    /// How a kind of work calls what it does, for its summary.
    struct Words: Sendable, Equatable {
        /// Such as `proven`.
        var good: String
        /// Such as `broken`.
        var broken: String
        /// What an undecided set is called, such as `not proven`.
        var undecided: String
        /// What undecided makes of a run: a drill could not verify, a restore failed.
        var undecidedOutcome: Outcome
        /// What a run is called that chose nothing: a drill that proved nothing is no success.
        var emptyOutcome: Outcome

        /// - Parameter emptyOutcome: As for what is undecided, unless something else is said.
        init(
            good: String, broken: String, undecided: String, undecidedOutcome: Outcome,
            emptyOutcome: Outcome? = nil
        ) {
            self.good = good
            self.broken = broken
            self.undecided = undecided
            self.undecidedOutcome = undecidedOutcome
            self.emptyOutcome = emptyOutcome ?? undecidedOutcome
        }
    }

    /// - Parameters:
    ///   - steps: What is done with each set, in this order.
    ///   - jitter: from 0 to 1, for the waits between attempts.
    init(steps: [StepName], words: Words, retry: RetryPolicy, jitter: Double) {
        self.steps = steps
        self.words = words
        self.retry = retry
        self.jitter = jitter
    }

    /// The answer to an event; late and repeated events get an empty one.
    mutating func handle(_ event: Event) -> [Action] {
        switch (phase, event) {
        case (.idle, .begin(let attemptsMade)):
            attempt = attemptsMade
            return beginAttempt()
        case (.idle, .stopAsked(let reason)):
            stop = reason
            return finish()
        case (.choosing, .chose(let count)):
            queue = Array(0..<max(0, count))
            choiceFault = nil
            return next()
        case (.choosing, .failed(let fault)):
            choiceFault = fault
            return finish()
        case (.step(let step, let item), .done):
            return advance(after: step, item)
        case (.step(_, let item), .broken(let finding)):
            return settle(item, .broken(finding))
        case (.step(_, let item), .failed(let fault)):
            return settle(item, stop == nil ? .undecided(fault) : nil)
        case (.tidying, .done), (.tidying, .failed), (.tidying, .broken):
            return next()
        case (.waiting, .done), (.waiting, .failed):
            return stop == nil ? beginAttempt() : finish()
        case (.waiting, .refused(let why)):
            return finish(refusal: why)
        case (.choosing, .stopAsked(let reason)), (.step, .stopAsked(let reason)),
            (.waiting, .stopAsked(let reason)), (.tidying, .stopAsked(let reason)):
            return askToStop(reason)
        case (.idle, .chose), (.idle, .done), (.idle, .broken), (.idle, .failed), (.idle, .refused),
            (.choosing, .done), (.choosing, .broken), (.choosing, .refused), (.step, .chose),
            (.step, .refused), (.tidying, .chose), (.tidying, .refused), (.waiting, .chose),
            (.waiting, .broken), (_, .begin), (.ended, _):
            return []
        }
    }

    private mutating func beginAttempt() -> [Action] {
        attempt += 1
        isAttemptOpen = true
        guard fates.isEmpty else {
            // Only what is not decided is tried again.
            queue = fates.filter { Self.mayPass($0.value) }.map(\.key).sorted()
            return [.beginAttempt(attempt)] + next()
        }
        phase = .choosing
        return [.beginAttempt(attempt), .choose]
    }

    private mutating func next() -> [Action] {
        guard stop == nil, !queue.isEmpty, let first = steps.first else { return finish() }
        let item = queue.removeFirst()
        phase = .step(first, item)
        return [.step(first, item)]
    }

    private mutating func advance(after step: StepName, _ item: Int) -> [Action] {
        guard let index = steps.firstIndex(of: step), index + 1 < steps.count else {
            return settle(item, .good)
        }
        guard stop == nil else { return settle(item, nil) }
        phase = .step(steps[index + 1], item)
        return [.step(steps[index + 1], item)]
    }

    private mutating func settle(_ item: Int, _ fate: Fate?) -> [Action] {
        if let fate { fates[item] = fate }
        phase = .tidying(item)
        return [.tidy(item)]
    }

    private mutating func askToStop(_ reason: StopReason) -> [Action] {
        guard stop == nil else {
            // That the run is not ours any more says more than any other reason.
            if reason.isLeaseLost { stop = reason }
            return []
        }
        stop = reason
        if case .tidying = phase { return [] }
        return [.interrupt]
    }

    private mutating func finish(refusal: String? = nil) -> [Action] {
        let (outcome, text) = result
        let closing: [Action] = isAttemptOpen ? [.endAttempt(outcome, summary: text)] : []
        isAttemptOpen = false
        let mayPass = choiceFault?.mayPass ?? fates.values.contains(where: Self.mayPass)
        let pause = retry.wait(afterAttempt: attempt, mayPass: mayPass, jitter: jitter)
        if stop == nil, refusal == nil, outcome != .succeeded, let pause {
            phase = .waiting
            return closing + [.wait(pause)]
        }
        phase = .ended
        return closing + [.end(outcome, summary: refusal.map { "\(text); \($0)" } ?? text)]
    }

    private var result: (outcome: Outcome, summary: String) {
        let counts = tally
        let first = firstFinding.map { ": \($0)" } ?? ""
        if let stop {
            let ending = stop.ending
            return (
                ending.outcome, counts.isEmpty ? ending.summary : "\(ending.summary); \(counts)\(first)"
            )
        }
        if let choiceFault {
            return (
                choiceFault.exitStatus == .undetermined ? words.undecidedOutcome : .failed,
                choiceFault.summary
            )
        }
        if !first.isEmpty { return (.failed, counts + first) }
        let faults = fates.sorted { $0.key < $1.key }.compactMap { _, fate -> AnyFault? in
            if case .undecided(let fault) = fate { fault } else { nil }
        }
        if let first = faults.first {
            let isTimeout = faults.allSatisfy { $0.code == EngineFault.stepTimeoutCode }
            return (isTimeout ? .timedOut : words.undecidedOutcome, "\(counts): \(first.summary)")
        }
        return fates.isEmpty ? (words.emptyOutcome, "nothing was to be done") : (.succeeded, counts)
    }

    /// What is wrong with the first set that is broken.
    private var firstFinding: String? {
        fates.sorted { $0.key < $1.key }.lazy.compactMap { _, fate -> String? in
            if case .broken(let finding) = fate { finding } else { nil }
        }.first
    }

    private var tally: String {
        let good = fates.values.count { $0 == .good }
        let broken = fates.values.count { if case .broken = $0 { true } else { false } }
        let undecided = fates.count - good - broken
        return [(good, words.good), (broken, words.broken), (undecided, words.undecided)]
            .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }

    private static func mayPass(_ fate: Fate) -> Bool {
        if case .undecided(let fault) = fate { fault.mayPass } else { false }
    }
}
