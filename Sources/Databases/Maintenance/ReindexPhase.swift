/// How far a REINDEX CONCURRENTLY is, and what a cancel costs then.
///
/// The phases are those of `pg_stat_progress_create_index` (manual, "CREATE INDEX Progress Reporting"), the order that of
/// `ReindexRelationConcurrently` in indexcmds.c:
///
/// | phase | a cancel costs | so a reason to stop is obeyed |
/// |---|---|---|
/// | waits for its lock, initializing, waiting for writers before build | nothing | at once |
/// | building index | what was built so far, and the load goes on | at once |
/// | waiting for writers before validation, index validation, waiting for old snapshots | the whole build | after ``MaintenancePace/builtPatience`` |
/// | waiting for readers before marking dead, … before dropping | nothing is won: the new index is in use, the old one would stay | after ``MaintenancePace/swappedPatience`` |
///
/// A dump that begins before or in the build is a reason by itself: what is built would wait for its end.
///
/// Whoever waits for our lock is let in at once, but for the last ones: there we wait for the same sessions as they do.
enum ReindexPhase: Equatable {
    case before, building, built, swapped

    /// - Parameter progress: The view's text; nil while it shows nothing. One that we do not know costs nothing.
    init(_ progress: String?) {
        let text = progress ?? ""
        if text.hasPrefix("building index") {
            self = .building
        } else if text == "waiting for writers before validation" || text == "waiting for old snapshots"
            || text.hasPrefix("index validation")
        {
            self = .built
        } else if text.hasPrefix("waiting for readers") {
            self = .swapped
        } else {
            self = .before
        }
    }

    /// How long a guard, the window's end or a stop has to wait.
    func patience(_ pace: MaintenancePace) -> Duration {
        switch self {
        case .before, .building: .zero
        case .built: pace.builtPatience
        case .swapped: pace.swappedPatience
        }
    }

    /// Whether whoever waits for our lock makes us stop.
    var yields: Bool {
        switch self {
        case .before, .building, .built: true
        case .swapped: false
        }
    }
}
