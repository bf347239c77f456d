import Faults
import Policy

/// Decides what the run of a command does next: events in, actions out, nothing touched.
struct CommandMachine: Sendable, Equatable {
    /// What has happened.
    enum Event: Sendable, Equatable {
        /// Nothing yet, but so many attempts that an earlier process made.
        case begin(attemptsMade: Int)
        /// The program has succeeded, or the wait is over.
        case done
        case failed(AnyFault)
        /// Another attempt may not begin, for this reason.
        case refused(because: String)
        case stopAsked(StopReason)
    }

    /// What to do.
    enum Action: Sendable, Equatable {
        case beginAttempt(Int)
        case run
        case endAttempt(Outcome, summary: String)
        case wait(Duration)
        /// Interrupt the program or the wait; its end arrives as an event.
        case interrupt
        case end(Outcome, summary: String)
    }

    private enum Phase: Sendable, Equatable {
        case idle, running, ended
        case waiting(Outcome, summary: String)
    }

    private let retry: RetryPolicy
    private let jitter: Double
    private var phase = Phase.idle
    private var attempt = 0
    private var stop: StopReason?

    /// - Parameter jitter: from 0 to 1, for the waits between attempts.
    init(retry: RetryPolicy, jitter: Double) {
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
            return end(reason.ending)
        case (.running, .done):
            // What has succeeded is not called stopped.
            return close((.succeeded, "the command ended with status 0"))
        case (.running, .failed(let fault)):
            return fail(fault)
        case (.running, .stopAsked(let reason)), (.waiting, .stopAsked(let reason)):
            guard stop == nil else { return [] }
            stop = reason
            return [.interrupt]
        case (.waiting, .done), (.waiting, .failed):
            return stop.map { end($0.ending) } ?? beginAttempt()
        case (.waiting(let outcome, let summary), .refused(let why)):
            return end(stop?.ending ?? (outcome, "\(summary); \(why)"))
        case (.idle, .done), (.idle, .failed), (.idle, .refused), (.running, .refused), (_, .begin),
            (.ended, _):
            return []
        }
    }

    private mutating func beginAttempt() -> [Action] {
        attempt += 1
        phase = .running
        return [.beginAttempt(attempt), .run]
    }

    private mutating func fail(_ fault: AnyFault) -> [Action] {
        if let stop { return close(stop.ending) }
        let outcome = fault.code == EngineFault.stepTimeoutCode ? Outcome.timedOut : .failed
        guard let pause = retry.wait(afterAttempt: attempt, mayPass: fault.mayPass, jitter: jitter) else {
            return close((outcome, fault.summary))
        }
        phase = .waiting(outcome, summary: fault.summary)
        return [.endAttempt(outcome, summary: fault.summary), .wait(pause)]
    }

    private mutating func close(_ ending: (outcome: Outcome, summary: String)) -> [Action] {
        [.endAttempt(ending.outcome, summary: ending.summary)] + end(ending)
    }

    private mutating func end(_ ending: (outcome: Outcome, summary: String)) -> [Action] {
        phase = .ended
        return [.end(ending.outcome, summary: ending.summary)]
    }
}
