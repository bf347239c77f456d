import Measures

/// How long an action will take, by what is known of it.
struct MaintenanceForecast: Sendable, Equatable {
    var duration: Duration
    /// Nothing of the kind was ever finished: it is reckoned from what such work does on an ordinary disk, and from how
    /// long tries ran that were cut short.
    var isGuessed: Bool

    /// Sends a statement, reads the proof; every action takes so long at least, in seconds.
    static let overhead = 0.1

    /// Bytes a second where nothing is known: VACUUM at its default cost limits writes 40 MB/s at most
    /// (`vacuum_cost_limit` 200 at 20 a dirtied page each 2 ms), and a build reads its table and sorts as well.
    private static func assumedRate(_ kind: MaintenanceClass) -> Double {
        switch kind {
        case .freeze, .vacuum: 20_000_000
        case .analyze: 20_000_000
        case .reindex: 10_000_000
        case .leftover: .infinity
        }
    }

    /// ANALYZE reads 300 pages for each unit of the statistics target, 100 by default, and no more of a larger table
    /// (`std_typanalyze` in src/backend/commands/analyze.c).
    private static let sampleMax = Double(300 * 100 * 8192)

    /// What of an object's size the work grows with.
    static func work(_ kind: MaintenanceClass, _ size: ByteCount) -> Double {
        let bytes = Double(max(size.bytes, 0))
        return switch kind {
        case .analyze: min(bytes, sampleMax)
        case .leftover: 0
        case .freeze, .vacuum, .reindex: bytes
        }
    }

    /// By the object's own history, else by that of its class on the target, else by a guess.
    init(
        _ kind: MaintenanceClass, _ object: QualifiedName, size: ByteCount, history: MaintenanceHistory
    ) {
        let subject = MaintenanceHistory.Subject(kind, object)
        let work = Self.work(kind, size)
        let known =
            history.paces[subject]?.seconds(for: work)
            ?? history.classPaces[kind]?.seconds(for: work).map { $0 + Self.overhead }
        let seconds = known ?? (work / Self.assumedRate(kind) + Self.overhead)
        let cancelled = history.cancelledAfter[subject] ?? .zero
        // A try that was cut short says only how long it takes at least. Beyond a year nobody waits, and a Duration
        // ends somewhere.
        duration = max(.milliseconds(Int64((min(seconds, 31_536_000) * 1000).rounded(.up))), cancelled)
        isGuessed = known == nil
    }
}
