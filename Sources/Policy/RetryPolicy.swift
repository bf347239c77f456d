/// How often a run is tried, and how long it waits between.
package struct RetryPolicy: Sendable, Equatable {
    /// At least 1: the first try counts.
    package var attemptsMax: Int
    /// The wait before the second attempt; each further one waits twice as long.
    package var backoffMin: Duration
    package var backoffMax: Duration

    package init(
        attemptsMax: Int = 1, backoffMin: Duration = .seconds(60), backoffMax: Duration = .seconds(900)
    ) {
        self.attemptsMax = attemptsMax
        self.backoffMin = backoffMin
        self.backoffMax = backoffMax
    }

    /// What to do after attempt number `attempt` (from 1) has failed.
    ///
    /// - Parameter jitter: from 0 to 1; moves the wait by up to a fifth, so that many jobs that failed
    ///   together do not come back together.
    /// - Returns: how long to wait before the next attempt, or nil when there is none.
    package func wait(afterAttempt attempt: Int, mayPass: Bool, jitter: Double) -> Duration? {
        guard mayPass, attempt < attemptsMax else { return nil }
        var wait = backoffMin
        for _ in 1..<max(attempt, 1) where wait < backoffMax { wait = wait * 2 }
        return min(wait, backoffMax) * (0.8 + 0.2 * min(max(jitter, 0), 1))
    }
}
