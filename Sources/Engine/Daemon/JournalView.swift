package import FoundationEssentials

/// What journals tell of runs, as it would stand in the catalog.
package struct JournalView: Sendable {
    private var rows: [UUID: RunRecord] = [:]
    private var tries: [UUID: [Int: AttemptRecord]] = [:]
    private var parts: [UUID: [Place: StepRecord]] = [:]
    /// Drills that wait, with their reports as JSON.
    package private(set) var drills: [(drill: DrillRecord, report: String)] = []
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
