package import Engine
package import FoundationEssentials
package import Measures

// MARK: - Reading runs

extension MemoryCatalog {
    /// Every run, in no order.
    package var allRuns: [RunRecord] { rows.values.map(\.run) }

    /// Runs that have not ended, in no order.
    package var unfinishedRuns: [RunRecord] { unfinished.compactMap { rows[$0]?.run } }

    /// One run, by its whole id.
    package func run(_ id: UUID) -> RunRecord? { rows[id]?.run }

    /// The run of a slot.
    package func run(of key: ScheduleKey, slot: Date) -> RunRecord? {
        guard let number = schedules[key] else { return nil }
        return slots[SlotKey(schedule: number, slot: slot)].flatMap { rows[$0]?.run }
    }

    package func runs(_ query: RunQuery, limit: Int) -> [RunRecord] {
        let candidates = query.unfinishedOnly || query.waitingOnly ? unfinishedRuns : allRuns
        let matching = candidates.filter { run in
            (query.job == nil || run.job == query.job)
                && (query.outcome == nil || run.state == query.outcome.map(RunState.ended))
                && (!query.waitingOnly || run.state == .waiting)
                && query.startedSince.map { run.startedAt >= $0 } ?? true
        }
        return Array(Self.newestFirst(matching).prefix(max(0, limit)))
    }

    package func runs(idPrefix prefix: String) -> [RunRecord] {
        let matching = rows.values.filter { $0.run.id.uuidString.lowercased().hasPrefix(prefix) }
        return Array(Self.newestFirst(matching.map(\.run)).prefix(2))
    }

    package func attempts(of run: UUID) -> [AttemptRecord] {
        (tries[run] ?? [:]).values.sorted { $0.number < $1.number }
    }

    package func steps(of run: UUID) -> [StepRecord] {
        (parts[run] ?? [:]).values.sorted { ($0.attempt, $0.ordinal) < ($1.attempt, $1.ordinal) }
    }

    package func durations(ofJob job: String, limit: Int) -> [Duration] {
        (successes[job] ?? []).prefix(max(0, limit)).map(\.took)
    }

    /// Jobs that never succeeded are not in it.
    package func durations(ofJobs jobs: [String], limit: Int) -> [String: [Duration]] {
        var durations: [String: [Duration]] = [:]
        for job in jobs {
            let took = self.durations(ofJob: job, limit: limit)
            if !took.isEmpty { durations[job] = took }
        }
        return durations
    }

    private static func newestFirst(_ runs: [RunRecord]) -> [RunRecord] {
        runs.sorted { ($1.startedAt, $1.id) < ($0.startedAt, $0.id) }
    }
}

// MARK: - Sets

extension MemoryCatalog {
    /// Why a set was marked removed; nil unless it was.
    package func removal(of backup: UUID) -> String? { removals[backup] }

    package mutating func record(_ backup: BackupRecord, now: Date) {
        removals[backup.id] = nil
        if !sets.contains(where: { $0.id == backup.id }) { sets.append(backup) }
    }

    package mutating func markRemoved(_ backup: UUID, at: Date, reason: String, now: Date) {
        if removals[backup] == nil { removals[backup] = reason }
    }

    package func backups(target: String?) -> [BackupRecord] {
        newestFirst(sets.filter { removals[$0.id] == nil && (target == nil || $0.target == target) })
    }

    package func lastSize(target: String, database: String, job: String, partial: Bool) -> ByteCount? {
        let matching = sets.filter {
            $0.target == target && $0.database == database && $0.job == job && $0.partial == partial
        }
        return newestFirst(matching).first?.size
    }

    private func newestFirst(_ backups: [BackupRecord]) -> [BackupRecord] {
        backups.sorted { ($1.startedAt, $1.id) < ($0.startedAt, $0.id) }
    }
}
