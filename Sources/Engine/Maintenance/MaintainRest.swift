import Policy

/// How long the server is left alone after a statement that nothing slows down.
///
/// A rebuild has no cost delay: it takes a core for as long as it lasts, and what waits meanwhile becomes a queue. One after
/// the other without a rest keep that queue standing.
enum MaintainRest {
    /// So many times what the statement took.
    static let share = 10
    /// A long one gives way by its watch; it would cost the window too much to rest as long.
    static let most = Duration.seconds(10)

    /// The rest that is owed after what was done, whatever came of it; zero after what paces itself, and emergencies.
    static func after(_ record: MaintenanceRecord, of action: MaintenanceAction) -> Duration {
        guard action.kind == .reindex, action.fit != .emergency else { return .zero }
        return min(record.took * share, most)
    }
}
