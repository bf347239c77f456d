/// A thing that only so many runs may have at once: a target, a store, the job itself.
package struct Seat: Sendable, Equatable, Hashable, Codable {
    /// Such as `job/nightly-backup`, `target/main`, `store/local`, `drills`, `runs`.
    package var key: String
    /// At least 1.
    package var limit: Int
    /// Runs of another mode never have the seat at the same time; empty goes with every mode.
    package var mode: String
    /// Whether whoever came due earlier and waits keeps it free; otherwise only when it is full.
    package var queued: Bool

    package init(key: String, limit: Int, mode: String = "", queued: Bool = true) {
        self.key = key
        self.limit = limit
        self.mode = mode
        self.queued = queued
    }
}

/// The answer to the wish to take seats, all of them or none.
package enum TakeAnswer: Sendable, Equatable {
    case taken
    /// The runs in the way: those that have a seat, then those that wait for it longer.
    case busy([Blocker])
    /// The run is not ours any more, or has ended.
    case lost

    /// A run that is in the way.
    package struct Blocker: Sendable, Equatable {
        package var run: String
        package var job: String
        package var seat: String
        /// False for one that only waits, and came due earlier.
        package var has: Bool

        package init(run: String, job: String, seat: String, has: Bool) {
            self.run = run
            self.job = job
            self.seat = seat
            self.has = has
        }
    }
}
