/// What becomes of slots that came due while nobody was there, or while the clock stood still.
package enum CatchUp: Sendable, Equatable {
    /// The newest that may still start stands for all of them.
    case latest
    /// None of them runs.
    case none
    /// The newest so many that may still start run, one after the other; at least 1.
    case all(Int)
}

/// What becomes of a slot whose job is still busy with an earlier one; the raw value is the text in crontabs.
package enum Overlap: String, Sendable, Equatable, CaseIterable, Codable {
    /// It is recorded as skipped.
    case skip
    /// It waits, within `late`.
    case wait
    /// The earlier run is cancelled and this one takes its place.
    case replace
}
