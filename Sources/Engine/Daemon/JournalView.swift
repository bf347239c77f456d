package import FoundationEssentials

/// What journals tell of runs, as it would stand in the catalog.
package struct JournalView: Sendable {
    private var rows: [UUID: RunRecord] = [:]
    private var tries: [UUID: [Int: AttemptRecord]] = [:]
    private var parts: [UUID: [Place: StepRecord]] = [:]
    /// Where each action stands in ``maintenance``.
    private var done: [UUID: [Place: Int]] = [:]
    /// Drills that wait, with their reports as JSON.
    package private(set) var drills: [(drill: DrillRecord, report: String)] = []
    /// What maintenance did and the catalog lacks, each as it was written last.
    package private(set) var maintenance: [MaintenanceRecord] = []
    /// Entries that the catalog lacks.
    package private(set) var entries = 0

    private struct Place: Hashable {
        var attempt: Int
        var ordinal: Int
    }

    /// Of no journal.
    package init() {}

    /// Takes in what one journal keeps; the order of journals does not matter.
    package mutating func add(_ entries: [JournalEntry]) {
        self.entries += entries.count
        for entry in entries {
            switch entry {
            case .run(let run): add(run)
            case .attempt(let attempt, _):
                if tries[attempt.run]?[attempt.number]?.outcome == nil {
                    tries[attempt.run, default: [:]][attempt.number] = attempt
                }
            case .step(let step, _):
                let place = Place(attempt: step.attempt, ordinal: step.ordinal)
                if parts[step.run]?[place]?.state ?? .running == .running {
                    parts[step.run, default: [:]][place] = step
                }
            case .end(let run, _, let outcome, let summary, let at): end(run, outcome, summary, at)
            case .drill(let drill, let report, _): drills.append((drill, report))
            case .maintenance(_, let actions, _):
                for action in actions { add(action) }
            case .backup, .removal: break
            }
        }
    }

    /// The runs that they know, newest first.
    package var runs: [RunRecord] {
        rows.values.sorted { ($1.startedAt, $1.id.uuidString) < ($0.startedAt, $0.id.uuidString) }
    }

    /// The attempts of a run that they know, in their order.
    package func attempts(of run: UUID) -> [AttemptRecord] {
        (tries[run] ?? [:]).values.sorted { $0.number < $1.number }
    }

    /// The steps of a run that they know, by attempt and ordinal.
    package func steps(of run: UUID) -> [StepRecord] {
        (parts[run] ?? [:]).values.sorted { ($0.attempt, $0.ordinal) < ($1.attempt, $1.ordinal) }
    }

    /// What maintenance did in a run: what the catalog has, with what it lacks, by attempt and ordinal.
    package func maintenance(_ recorded: [MaintenanceRecord], of run: UUID) -> [MaintenanceRecord] {
        var known: [Place: MaintenanceRecord] = [:]
        for action in maintenance.filter({ $0.run == run }) + recorded {
            let place = Place(attempt: action.attempt, ordinal: action.ordinal)
            if known[place]?.state ?? .running == .running { known[place] = action }
        }
        return known.values.sorted { ($0.attempt, $0.ordinal) < ($1.attempt, $1.ordinal) }
    }

    /// What maintenance did in a database: what the catalog has, with what it lacks, in no order.
    package func maintenance(_ recorded: [MaintenanceRecord], in item: BackupItem) -> [MaintenanceRecord] {
        let waiting = maintenance.filter { $0.target == item.target && $0.database == item.database }
        let runs = Set(waiting.map(\.run))
        let untouched = recorded.filter { !runs.contains($0.run) }
        return runs.reduce(into: untouched) { all, run in
            all += maintenance(recorded.filter { $0.run == run }, of: run).filter {
                $0.target == item.target && $0.database == item.database
            }
        }
    }

    private mutating func add(_ action: MaintenanceRecord) {
        let place = Place(attempt: action.attempt, ordinal: action.ordinal)
        guard let index = done[action.run]?[place] else {
            done[action.run, default: [:]][place] = maintenance.count
            return maintenance.append(action)
        }
        if maintenance[index].state == .running { maintenance[index] = action }
    }

    private mutating func add(_ run: RunRecord) {
        switch (rows[run.id]?.state, run.state) {
        case (nil, _), (.waiting, _), (.running, .ended), (.running, .running): rows[run.id] = run
        case (.running, .waiting), (.ended, _): break
        }
    }

    private mutating func end(_ run: UUID, _ outcome: Outcome, _ summary: String, _ at: Date) {
        guard var row = rows[run] else { return }
        switch row.state {
        case .ended: return
        case .waiting, .running: break
        }
        row.state = .ended(outcome)
        row.summary = summary
        row.endedAt = at
        rows[run] = row
    }
}
