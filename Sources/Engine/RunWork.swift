import FoundationEssentials

/// The work of one kind of job within a run, attempts and all.
protocol RunWork: Sendable {
    /// Does it, or nothing if it was stopped before; the last attempt stays open, so that hooks have a place in it.
    func perform() async -> RunVerdict
    /// Asks it to stop; ``perform()`` returns soon.
    func stop(_ reason: StopReason) async
}

/// What the work of a run came to.
struct RunVerdict: Sendable, Equatable {
    var outcome: Outcome
    var summary: String

    init(_ outcome: Outcome, _ summary: String) {
        self.outcome = outcome
        self.summary = summary
    }
}

/// The wait between two attempts, which the run's deadline may cut off.
struct RunWait: Sendable {
    private let deadline: Date?
    private let ambient: Ambient
    private let scribe: RunScribe

    init(_ run: RunRecord, _ ambient: Ambient, _ scribe: RunScribe) {
        deadline = run.deadline
        self.ambient = ambient
        self.scribe = scribe
    }

    /// Waits, if it is over before the deadline.
    ///
    /// - Returns: Whether another attempt may begin. The clock may have been set forward meanwhile.
    func pause(_ pause: Duration) async -> Bool {
        if isTooLate(in: pause) { return false }
        await scribe.pause(pause)
        return !isTooLate(in: .zero)
    }

    private func isTooLate(in pause: Duration) -> Bool {
        deadline.map { ambient.wallTime().addingTimeInterval(pause / .seconds(1)) > $0 } ?? false
    }
}
