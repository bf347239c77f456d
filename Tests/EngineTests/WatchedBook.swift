import Engine
import Faults
import FoundationEssentials
import Measures
import Synchronization
import TestKit

/// A record of outcomes in memory that can fail in one kind of call, and tells of each write before it is done.
final class WatchedBook: RunBook {
    /// The kinds of call that can fail on their own.
    enum Call: Hashable, Sendable {
        case begin, end, attempt, step, backup, markRemoved, runs, attempts, steps, backups, lastSize
    }

    /// What is about to be written.
    enum Write: Sendable {
        case begin(RunRecord)
        case end(Outcome)
        case attempt(AttemptRecord)
        case step(StepRecord)
        case backup(BackupRecord)
        case removed(UUID, reason: String)
    }

    let twin = MemoryRunBook()
    private let sizeQuestions = Mutex(0)
    /// How often ``lastSize`` was asked.
    var asked: Int { sizeQuestions.withLock { $0 } }
    private let failures = Mutex<[Call: AnyFault]>([:])
    private let watcher: Mutex<@Sendable (Write) async -> Void> = Mutex { _ in }

    static let down = AnyFault(
        code: "catalog.down", summary: "the catalog is down", remedy: "Start it.", exitStatus: .undetermined,
        mayPass: true)

    /// Makes calls fail from now on.
    func fail(_ calls: Call..., with fault: AnyFault = down) {
        failures.withLock { failures in for call in calls { failures[call] = fault } }
    }

    /// All calls work again.
    func heal() { failures.withLock { $0 = [:] } }

    /// Is told of every write before it is done, and may take its time.
    func watch(_ watcher: @escaping @Sendable (Write) async -> Void) {
        self.watcher.withLock { $0 = watcher }
    }

    private func come(_ call: Call, _ write: Write) async throws(AnyFault) {
        await watcher.withLock { $0 }(write)
        try check(call)
    }

    private func check(_ call: Call) throws(AnyFault) {
        if let fault = failures.withLock({ $0[call] }) { throw fault }
    }

    func begin(_ run: RunRecord) async throws(AnyFault) -> RunStart {
        try await come(.begin, .begin(run))
        return try await twin.begin(run)
    }

    func end(_ run: UUID, lease: Lease?, outcome: Outcome, summary: String, at: Date) async throws(AnyFault) {
        try await come(.end, .end(outcome))
        try await twin.end(run, lease: lease, outcome: outcome, summary: summary, at: at)
    }

    func record(_ attempt: AttemptRecord, lease: Lease?) async throws(AnyFault) {
        try await come(.attempt, .attempt(attempt))
        try await twin.record(attempt, lease: lease)
    }

    func record(_ step: StepRecord, lease: Lease?) async throws(AnyFault) {
        try await come(.step, .step(step))
        try await twin.record(step, lease: lease)
    }

    func record(_ backup: BackupRecord) async throws(AnyFault) {
        try await come(.backup, .backup(backup))
        try await twin.record(backup)
    }

    func markRemoved(_ backup: UUID, at: Date, reason: String) async throws(AnyFault) {
        try await come(.markRemoved, .removed(backup, reason: reason))
        try await twin.markRemoved(backup, at: at, reason: reason)
    }

    func runs(_ query: RunQuery, limit: Int) async throws(AnyFault) -> [RunRecord] {
        try check(.runs)
        return try await twin.runs(query, limit: limit)
    }

    func runs(idPrefix prefix: String) async throws(AnyFault) -> [RunRecord] {
        try await twin.runs(idPrefix: prefix)
    }

    func attempts(of run: UUID) async throws(AnyFault) -> [AttemptRecord] {
        try check(.attempts)
        return try await twin.attempts(of: run)
    }

    func steps(of run: UUID) async throws(AnyFault) -> [StepRecord] {
        try check(.steps)
        return try await twin.steps(of: run)
    }

    func backups(target: String?) async throws(AnyFault) -> [BackupRecord] {
        try check(.backups)
        return try await twin.backups(target: target)
    }

    func durations(ofJob job: String, limit: Int) async throws(AnyFault) -> [Duration] {
        try await twin.durations(ofJob: job, limit: limit)
    }

    func lastSize(target: String, database: String, job: String, partial: Bool)
        async throws(AnyFault) -> ByteCount?
    {
        sizeQuestions.withLock { $0 += 1 }
        try check(.lastSize)
        return try await twin.lastSize(target: target, database: database, job: job, partial: partial)
    }
}
