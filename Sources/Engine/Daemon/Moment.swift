package import FoundationEssentials

/// An instant as a daemon lives it: civil time for what is due, monotonic time for what is waited for.
package struct Moment: Sendable, Equatable {
    package var wall: Date
    /// Monotonic time since some fixed moment of this process; a machine's sleep counts.
    package var uptime: Duration
    /// From 0 to 1: chance, to spread what many would do at once.
    package var chance: Double

    package init(wall: Date, uptime: Duration, chance: Double) {
        self.wall = wall
        self.uptime = uptime
        self.chance = chance
    }
}

extension Ambient {
    /// Now, by this ambient's clocks and chance.
    package var moment: Moment { Moment(wall: wallTime(), uptime: uptime(), chance: jitter()) }
}
