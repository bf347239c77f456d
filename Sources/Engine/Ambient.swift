import Faults
package import FoundationEssentials

/// Everything that the surroundings tell, in one value made once: the clock, chance, and who we are.
package struct Ambient: Sendable {
    /// Civil time; due times are reckoned with it.
    package var wallTime: @Sendable () -> Date
    /// Waits; ends early only when the task is cancelled.
    package var sleep: @Sendable (Duration) async -> Void
    /// Monotonic time since some fixed moment; durations are measured with it.
    package var uptime: @Sendable () -> Duration
    package var makeID: @Sendable () -> UUID
    /// From 0 to 1, to spread waits.
    package var jitter: @Sendable () -> Double
    package var owner: Owner

    package init(
        wallTime: @escaping @Sendable () -> Date, sleep: @escaping @Sendable (Duration) async -> Void,
        uptime: @escaping @Sendable () -> Duration, makeID: @escaping @Sendable () -> UUID,
        jitter: @escaping @Sendable () -> Double, owner: Owner
    ) {
        self.wallTime = wallTime
        self.sleep = sleep
        self.uptime = uptime
        self.makeID = makeID
        self.jitter = jitter
        self.owner = owner
    }
}
