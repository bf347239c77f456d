package import FoundationEssentials

/// Runs of the catalog and of the journals as one list.
package enum RunListing {
    /// A run, and whether something of it waits in a journal.
    package struct Entry: Sendable, Equatable {
        package var run: RunRecord
        package var isInJournal: Bool
    }

    /// Both lists as one, newest first, at most `limit`; of a run that is in both, what knows more of it counts.
    ///
    /// - Parameter recorded: What the catalog answered to the same query.
    package static func merge(
        _ recorded: [RunRecord], _ journal: JournalView, _ query: RunQuery, limit: Int
    ) -> [Entry] {
        var entries: [UUID: Entry] = [:]
        for run in recorded { entries[run.id] = Entry(run: run, isInJournal: false) }
        for run in journal.runs {
            let known = entries[run.id]?.run
            let isNews = known.map { progress(of: run) > progress(of: $0) } ?? true
            entries[run.id] = Entry(run: isNews ? run : known ?? run, isInJournal: true)
        }
        return Array(
            entries.values.filter { query.takes($0.run) }
                .sorted {
                    ($1.run.startedAt, $1.run.id.uuidString) < ($0.run.startedAt, $0.run.id.uuidString)
                }
                .prefix(limit))
    }

    /// States go one way only.
    private static func progress(of run: RunRecord) -> Int {
        switch run.state {
        case .waiting: 0
        case .running: 1
        case .ended: 2
        }
    }
}

extension RunQuery {
    /// Whether it asks for this run.
    func takes(_ run: RunRecord) -> Bool {
        if let job, run.job != job { return false }
        if let startedSince, run.startedAt < startedSince { return false }
        switch run.state {
        case .waiting: return outcome == nil
        case .running: return outcome == nil && !waitingOnly
        case .ended(let ended):
            return (outcome.map { $0 == ended } ?? true) && !unfinishedOnly && !waitingOnly
        }
    }
}

extension JournalView {
    /// The attempts of a run with those that only a journal knows, or knows the end of.
    package func merged(_ recorded: [AttemptRecord], of run: UUID) -> [AttemptRecord] {
        var all = Dictionary(recorded.map { ($0.number, $0) }) { _, last in last }
        for attempt in attempts(of: run) where all[attempt.number]?.outcome == nil {
            all[attempt.number] = attempt
        }
        return all.values.sorted { $0.number < $1.number }
    }

    /// The steps of a run with those that only a journal knows, or knows the end of.
    package func merged(_ recorded: [StepRecord], of run: UUID) -> [StepRecord] {
        var steps = recorded
        for step in self.steps(of: run) {
            let index = steps.firstIndex { $0.attempt == step.attempt && $0.ordinal == step.ordinal }
            guard let index else {
                steps.append(step)
                continue
            }
            if steps[index].state == .running { steps[index] = step }
        }
        return steps.sorted { ($0.attempt, $0.ordinal) < ($1.attempt, $1.ordinal) }
    }
}
