#if canImport(Engine)
package import Engine
package import Faults
package import FoundationEssentials
package import Measures

/// The record of outcomes in memory: does what the catalog does, as `RunBookConformance` checks.
package actor MemoryRunBook: RunBook {
    private var runs: [RunRecord] = []
    private var attempts: [AttemptRecord] = []
    private var steps: [StepRecord] = []
    private var backups: [BackupRecord] = []
    private var removed: [UUID: String] = [:]
    private var outage: AnyFault?

    /// An empty book.
    package init() {}

    /// From now on every call throws this fault, as if the catalog were down; nil ends that.
    package func fail(with fault: AnyFault?) {
        outage = fault
    }

    /// Why a set was marked removed; nil unless it was.
    package func removal(of backup: UUID) -> String? { removed[backup] }

    package func begin(_ run: RunRecord) async throws(AnyFault) -> RunStart {
        try check()
        if runs.contains(where: { $0.id == run.id }) { return .begun }
        if case .slot = run.trigger, let holder = runs.first(where: { $0.trigger == run.trigger }) {
            return .slotTaken(by: holder.id)
        }
        var stored = run
        stored.summary = Self.storable(run.summary)
        runs.append(stored)
        return .begun
    }

    package func end(_ run: UUID, lease: Lease?, outcome: Outcome, summary: String, at: Date)
        async throws(AnyFault)
    {
        try check()
        guard let index = runs.firstIndex(where: { $0.id == run }) else { throw Self.unknown(run) }
        guard runs[index].state == .running else { return }
        runs[index].state = .ended(outcome)
        runs[index].summary = Self.storable(summary)
        runs[index].endedAt = at
    }

    package func record(_ attempt: AttemptRecord, lease: Lease?) async throws(AnyFault) {
        try check()
        guard runs.contains(where: { $0.id == attempt.run }) else { throw Self.unknown(attempt.run) }
        var stored = attempt
        stored.summary = Self.storable(attempt.summary)
        guard let index = attempts.firstIndex(where: { $0.run == attempt.run && $0.number == attempt.number })
        else {
            attempts.append(stored)
            return
        }
        if attempts[index].outcome == nil { attempts[index] = stored }
    }

    package func record(_ step: StepRecord, lease: Lease?) async throws(AnyFault) {
        try check()
        guard runs.contains(where: { $0.id == step.run }) else { throw Self.unknown(step.run) }
        var stored = step
        stored.detail = Self.storable(step.detail)
        let index = steps.firstIndex {
            $0.run == step.run && $0.attempt == step.attempt && $0.ordinal == step.ordinal
        }
        guard let index else {
            steps.append(stored)
            return
        }
        if steps[index].state == .running { steps[index] = stored }
    }

    package func record(_ backup: BackupRecord) async throws(AnyFault) {
        try check()
        removed[backup.id] = nil
        if !backups.contains(where: { $0.id == backup.id }) { backups.append(backup) }
    }

    package func markRemoved(_ backup: UUID, at: Date, reason: String) async throws(AnyFault) {
        try check()
        if removed[backup] == nil { removed[backup] = reason }
    }

    package func runs(_ query: RunQuery, limit: Int) async throws(AnyFault) -> [RunRecord] {
        try check()
        let matching = runs.filter { run in
            (query.job == nil || run.job == query.job)
                && (query.outcome == nil || run.state == query.outcome.map(RunState.ended))
                && (!query.unfinishedOnly || run.state == .running)
                && query.startedSince.map { run.startedAt >= $0 } ?? true
        }
        return Array(Self.newestFirst(matching).prefix(max(0, limit)))
    }

    package func runs(idPrefix prefix: String) async throws(AnyFault) -> [RunRecord] {
        try check()
        return Array(
            Self.newestFirst(runs.filter { $0.id.uuidString.lowercased().hasPrefix(prefix) }).prefix(2))
    }

    package func attempts(of run: UUID) async throws(AnyFault) -> [AttemptRecord] {
        try check()
        return attempts.filter { $0.run == run }.sorted { $0.number < $1.number }
    }

    package func steps(of run: UUID) async throws(AnyFault) -> [StepRecord] {
        try check()
        return steps.filter { $0.run == run }.sorted { ($0.attempt, $0.ordinal) < ($1.attempt, $1.ordinal) }
    }

    package func backups(target: String?) async throws(AnyFault) -> [BackupRecord] {
        try check()
        return Self.newestFirst(
            backups.filter { removed[$0.id] == nil && (target == nil || $0.target == target) })
    }

    package func durations(ofJob job: String, limit: Int) async throws(AnyFault) -> [Duration] {
        try check()
        let ended = Self.newestFirst(runs.filter { $0.job == job && $0.state == .ended(.succeeded) })
        return ended.prefix(max(0, limit)).compactMap { run in
            run.endedAt.map { .microseconds(Int64(($0.timeIntervalSince(run.startedAt) * 1e6).rounded())) }
        }
    }

    package func lastSize(target: String, database: String, job: String, partial: Bool)
        async throws(AnyFault) -> ByteCount?
    {
        try check()
        let matching = backups.filter {
            $0.target == target && $0.database == database && $0.job == job && $0.partial == partial
        }
        return Self.newestFirst(matching).first?.size
    }

    // MARK: Inside

    private func check() throws(AnyFault) {
        if let outage { throw outage }
    }

    private static func unknown(_ run: UUID) -> AnyFault {
        AnyFault(
            code: "catalog.run-unknown", summary: "the catalog has no run \(run.uuidString.lowercased())",
            remedy: "See 'pgvigil runs list' for those that there are.")
    }

    /// PostgreSQL stores no zero bytes.
    private static func storable(_ text: String) -> String { text.replacing("\0", with: "\u{FFFD}") }

    private static func newestFirst(_ runs: [RunRecord]) -> [RunRecord] {
        runs.sorted { ($1.startedAt, $1.id.uuidString) < ($0.startedAt, $0.id.uuidString) }
    }

    private static func newestFirst(_ backups: [BackupRecord]) -> [BackupRecord] {
        backups.sorted { ($1.startedAt, $1.id.uuidString) < ($0.startedAt, $0.id.uuidString) }
    }
}
#endif
