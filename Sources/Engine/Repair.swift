import ArchiveFormat
package import Faults
import FoundationEssentials

/// Puts right what processes left behind that died in the middle of a run.
package struct Repair: Sendable {
    /// More unfinished runs than this are looked at on the next start.
    private static let runsMax = 1000

    private let book: any RunBook
    private let liveness: any LivenessPort
    private let ambient: Ambient

    package init(book: any RunBook, liveness: any LivenessPort, ambient: Ambient) {
        self.book = book
        self.liveness = liveness
        self.ambient = ambient
    }

    /// Ends every run of this machine and state directory whose process is gone.
    ///
    /// Runs of other machines are left alone: whether their process lives cannot be told from here.
    ///
    /// - Returns: The runs that were ended, as they are now.
    package func endAbandoned() async throws(AnyFault) -> [RunRecord] {
        var ended: [RunRecord] = []
        for run in try await book.runs(RunQuery(unfinishedOnly: true), limit: Self.runsMax) {
            guard run.owner.machine == ambient.owner.machine,
                run.owner.stateDirectory == ambient.owner.stateDirectory
            else { continue }
            if try await liveness.isAlive(run: run.id) { continue }
            ended.append(try await end(run))
        }
        return ended
    }

    private func end(_ run: RunRecord) async throws(AnyFault) -> RunRecord {
        // The clock may have been set back since it started.
        let now = max(ambient.wallTime(), run.startedAt)
        var record = run
        record.summary = "process \(run.owner.pid) on \(run.owner.host) ended in the middle of it"
        record.state = .ended(.failed)
        record.endedAt = now
        for step in try await book.steps(of: run.id) where step.state == .running {
            var step = step
            step.state = .cancelled
            step.endedAt = max(now, step.startedAt)
            step.detail = "its process is gone"
            try await book.record(step)
        }
        for attempt in try await book.attempts(of: run.id) where attempt.outcome == nil {
            var attempt = attempt
            attempt.outcome = .failed
            attempt.endedAt = max(now, attempt.startedAt)
            attempt.summary = record.summary
            try await book.record(attempt)
        }
        try await book.end(run.id, outcome: .failed, summary: record.summary, at: now)
        return record
    }

    /// Brings the record in line with what a store holds: unknown sets are recorded, vanished ones marked removed.
    ///
    /// - Returns: How many were added and how many marked.
    package func reconcile(_ store: any BackupStore) async throws(AnyFault) -> (added: Int, gone: Int) {
        // The record is read first: a set that is published meanwhile is then unknown and not vanished.
        let known = try await book.backups(target: nil).filter { $0.store == store.name }
        let sets = try await store.sets().sets
        let knownIDs = Set(known.map(\.id))
        let present = Set(sets.map(\.manifest.id))
        var added = 0
        for set in sets where !knownIDs.contains(set.manifest.id) {
            try await book.record(BackupRecord(set))
            added += 1
        }
        let gone = known.filter { !present.contains($0.id) }
        for backup in gone {
            try await book.markRemoved(backup.id, at: ambient.wallTime(), reason: "not found in the store")
        }
        return (added, gone.count)
    }
}
