/// What became of a slot, or of a run by hand; the raw value is the text in the catalog and in JSON.
package enum Outcome: String, Sendable, Equatable, CaseIterable, Codable {
    case succeeded
    case failed
    case couldNotVerify = "could not verify"
    case skipped
    case missed
    case cancelled
    case timedOut = "timed out"
}
