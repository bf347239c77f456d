package import Faults
package import FoundationEssentials
package import Jobs
package import Policy

/// Reads what a target's server has counted.
package protocol TrafficPort: Sendable {
    /// One short question over a connection of its own, which takes under a millisecond of the server's time.
    ///
    /// - Throws: The target cannot be asked.
    func read(_ target: Target) async throws(AnyFault) -> TrafficReading
}

/// The record of traffic: what was counted, and what was chosen from it.
package protocol TrafficBook: Sendable {
    /// Takes the turn of a minute, which of all daemons of the catalog one gets.
    ///
    /// - Parameter minute: Minutes since 1970.
    func takeTurn(target: String, minute: Int64) async throws(AnyFault) -> TrafficTurn

    /// Keeps the reading of a turn, and adds what was done since the one before it.
    ///
    /// - Parameter quarter: Nil where that is not known.
    func record(
        _ reading: TrafficReading, of target: String, minute: Int64, quarter: TrafficQuarter?
    ) async throws(AnyFault)

    /// What was counted since an instant, the oldest first.
    func quarters(target: String, since: Date) async throws(AnyFault) -> [TrafficQuarter]

    /// The choices of every learned window, of one name or of all.
    func choices(window: String?) async throws(AnyFault) -> [TrafficChoice]

    /// Keeps a choice in place of the one of the same window and terms.
    func record(_ choice: TrafficChoice) async throws(AnyFault)

    /// Removes what was counted, and chosen, before an instant.
    func forgetTraffic(before: Date) async throws(AnyFault)
}

/// Who looks at a target in a minute.
package enum TrafficTurn: Sendable, Equatable {
    /// The caller; with the reading that was kept last, by whichever daemon.
    case mine(before: TrafficReading?)
    /// Another daemon has, or had, this minute.
    case others
}
