import Faults
import FoundationEssentials
import Measures

/// The catalog as one run sees it, which notices when the run is another daemon's by now.
///
/// From then on nothing of the run is written any more, and nothing is owed: the row tells what its new owner does.
final class RunFence: RunBook {
    /// What the catalog answers to a write with a lease that is no longer the run's.
    static let takenOverCode = "catalog.run-taken-over"

    private let book: any RunBook
    private let down = Guarded(false)
    private let onTakenOver: @Sendable () async -> Void

    /// - Parameter onTakenOver: Told once.
    init(_ book: any RunBook, onTakenOver: @escaping @Sendable () async -> Void) {
        self.book = book
        self.onTakenOver = onTakenOver
    }

    /// Whether the run is another daemon's.
    var isDown: Bool { down.withLock { $0 } }

    /// Writes, unless the run is not ours any more.
    private func write(_ body: () async throws(AnyFault) -> Void) async throws(AnyFault) {
        if isDown { return }
        do throws(AnyFault) {
            try await body()
        } catch {
            guard error.code == Self.takenOverCode else { throw error }
            let isFirst = down.withLock { down in
                defer { down = true }
                return !down
            }
            if isFirst { await onTakenOver() }
        }
    }

    func begin(_ run: RunRecord) async throws(AnyFault) -> RunStart {
        var start = RunStart.begun
        try await write { () async throws(AnyFault) in start = try await book.begin(run) }
        return start
    }

    func end(_ run: UUID, lease: Lease?, outcome: Outcome, summary: String, at: Date) async throws(AnyFault) {
        try await write { () async throws(AnyFault) in
            try await book.end(run, lease: lease, outcome: outcome, summary: summary, at: at)
        }
    }

    func record(_ attempt: AttemptRecord, lease: Lease?) async throws(AnyFault) {
        try await write { () async throws(AnyFault) in try await book.record(attempt, lease: lease) }
    }

    func record(_ step: StepRecord, lease: Lease?) async throws(AnyFault) {
        try await write { () async throws(AnyFault) in try await book.record(step, lease: lease) }
    }

    func record(_ backup: BackupRecord) async throws(AnyFault) { try await book.record(backup) }

    func markRemoved(_ backup: UUID, at: Date, reason: String) async throws(AnyFault) {
        try await book.markRemoved(backup, at: at, reason: reason)
    }

    func runs(_ query: RunQuery, limit: Int) async throws(AnyFault) -> [RunRecord] {
        try await book.runs(query, limit: limit)
    }

    func runs(idPrefix prefix: String) async throws(AnyFault) -> [RunRecord] {
        try await book.runs(idPrefix: prefix)
    }

    func attempts(of run: UUID) async throws(AnyFault) -> [AttemptRecord] { try await book.attempts(of: run) }

    func steps(of run: UUID) async throws(AnyFault) -> [StepRecord] { try await book.steps(of: run) }

    func backups(target: String?) async throws(AnyFault) -> [BackupRecord] {
        try await book.backups(target: target)
    }

    func durations(ofJob job: String, limit: Int) async throws(AnyFault) -> [Duration] {
        try await book.durations(ofJob: job, limit: limit)
    }

    func lastSize(target: String, database: String, job: String, partial: Bool)
        async throws(AnyFault) -> ByteCount?
    {
        try await book.lastSize(target: target, database: database, job: job, partial: partial)
    }
}
