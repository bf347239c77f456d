/// What a test breaks on purpose, to see that it is noticed.
enum Sabotage: CaseIterable {
    /// Marks move on, and the rows of their slots are not written.
    case rowsAreLost
    /// Seats are given away though they are full.
    case everySeatIsFree
    /// Daemons know nothing of windows.
    case windowsAreForgotten
    /// A run publishes nothing and goes on as if it had.
    case setsVanish
    /// Retention takes the newest.
    case newestIsRemoved
    /// Children ignore every signal.
    case childrenNeverDie
    /// Children go on when their daemon has lost its lease.
    case childrenOutliveTheLease
    /// A daemon never hears that it is to end.
    case deafToStop

    /// Some of what is reported then.
    var symptom: String {
        switch self {
        case .rowsAreLost: "has no outcome"
        case .everySeatIsFree: "starts without its seat"
        case .windowsAreForgotten: "starts outside its window"
        case .setsVanish: "succeeded without a set"
        case .newestIsRemoved: "the newest verified set"
        case .childrenOutliveTheLease: "is under way already"
        case .childrenNeverDie, .deafToStop: "does not end"
        }
    }
}
