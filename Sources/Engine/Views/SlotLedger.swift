package import Faults
package import FoundationEssentials

/// What the catalog knows of the slots of a job; reading only.
package protocol SlotLedger: Sendable {
    /// The schedules of a job that were ever seen.
    func schedules(ofJob job: String) async throws(AnyFault) -> [SeenSchedule]
    /// The runs of a job whose slots are in a range, or that stand for one that is, oldest slot first, at most 100.
    func runs(ofJob job: String, slots: ClosedRange<Date>) async throws(AnyFault) -> [RunRecord]
}

/// A schedule line that somebody has served, or that had a run.
package struct SeenSchedule: Sendable, Equatable {
    package var key: ScheduleKey
    package var firstSeen: Date
    /// Until when its slots have become rows; nil while nobody has served it.
    package var accountedUntil: Date?

    package init(key: ScheduleKey, firstSeen: Date, accountedUntil: Date?) {
        self.key = key
        self.firstSeen = firstSeen
        self.accountedUntil = accountedUntil
    }
}
