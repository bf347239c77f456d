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

    /// Ends every run of this state directory whose process is gone, of those that no daemon will take over.
    ///
    /// Runs of slots that have a lease are the daemons' to resume or to end, by the catalog's clock; a run by hand is
    /// resumed by nobody.
    ///
    /// Runs of others are left alone: the locks that tell whether their process lives are not here. The id of the state
    /// directory decides, not its path and not the host, which both change from one container to the next.
    ///
    /// - Returns: The runs that were ended, as they are now.
    package func endAbandoned() async throws(AnyFault) -> [RunRecord] {
        var ended: [RunRecord] = []
        for run in try await book.runs(RunQuery(unfinishedOnly: true), limit: Self.runsMax) {
            guard run.lease == nil || run.trigger == .hand, run.owner.machine == ambient.owner.machine else {
                continue
            }
            if try await isAlive(run) { continue }
            ended.append(try await end(run))
        }
        return ended
    }

    /// A run that is under way is held by itself, and one that waits by its daemon.
    private func isAlive(_ run: RunRecord) async throws(AnyFault) -> Bool {
        if try await liveness.isAlive(run: run.id) { return true }
        guard let lease = run.lease else { return false }
        return try await liveness.isAlive(daemon: lease.daemon)
    }

    private func end(_ run: RunRecord) async throws(AnyFault) -> RunRecord {
        // The clock may have been set back since it started.
        let now = max(ambient.wallTime(), run.startedAt)
        var record = run
        record.summary = "process \(run.owner.pid) on \(run.owner.host) ended in the middle of it"
        record.state = .ended(.failed)
        record.endedAt = now
        _ = try await closeOpenParts(of: run, summary: record.summary)
        try await book.end(run.id, lease: run.lease, outcome: .failed, summary: record.summary, at: now)
        return record
    }

    /// Ends the steps and attempts that the former process of a run left open; the run itself goes on.
    ///
    /// - Parameters:
    ///   - run: With the lease of whoever has it now.
    ///   - summary: What became of the attempt, for people.
    /// - Returns: How many attempts were made: the one in the middle of which the process ended counts.
    package func closeOpenParts(of run: RunRecord, summary: String) async throws(AnyFault) -> Int {
        let now = ambient.wallTime()
        for step in try await book.steps(of: run.id) where step.state == .running {
            var step = step
            step.state = .cancelled
            step.endedAt = max(now, step.startedAt)
            step.detail = "its process is gone"
            try await book.record(step, lease: run.lease)
        }
        let attempts = try await book.attempts(of: run.id)
        for attempt in attempts where attempt.outcome == nil {
            var attempt = attempt
            attempt.outcome = .failed
            attempt.endedAt = max(now, attempt.startedAt)
            attempt.summary = summary
            try await book.record(attempt, lease: run.lease)
        }
        return attempts.map(\.number).max() ?? 0
    }

    /// Brings the record in line with what a store holds: unknown sets are recorded, vanished ones marked removed.
    ///
    /// - Returns: How many were added and how many marked.
    package func reconcile(_ store: any BackupStore) async throws(AnyFault) -> (added: Int, gone: Int) {
        let view = try await look(at: store)
        return (try await recordUnknown(view), try await markGone(view))
    }

    /// Records the sets of a store that the record does not list.
    ///
    /// - Returns: How many were added.
    package func recordUnknown(_ store: any BackupStore) async throws(AnyFault) -> Int {
        try await recordUnknown(look(at: store))
    }

    /// Marks the sets removed that the record lists and that their store holds no more.
    ///
    /// A store without any set is taken for one that is not mounted, and a set whose folder is there and cannot be
    /// read is not gone.
    ///
    /// - Returns: How many were marked.
    package func markGone(_ store: any BackupStore) async throws(AnyFault) -> Int {
        try await markGone(look(at: store))
    }

    private struct View {
        var known: [BackupRecord]
        var listing: StoreListing
    }

    private func look(at store: any BackupStore) async throws(AnyFault) -> View {
        // The record is read first: a set that is published meanwhile is then unknown and not vanished.
        let known = try await book.backups(target: nil).filter { $0.store == store.name }
        return View(known: known, listing: try await store.sets())
    }

    private func recordUnknown(_ view: View) async throws(AnyFault) -> Int {
        let known = Set(view.known.map(\.id))
        let unknown = view.listing.sets.filter { !known.contains($0.manifest.id) }
        for set in unknown { try await book.record(BackupRecord(set)) }
        return unknown.count
    }

    private func markGone(_ view: View) async throws(AnyFault) -> Int {
        guard !view.listing.sets.isEmpty else { return 0 }
        let present = Set(view.listing.sets.map(\.manifest.id))
        let gone = view.known.filter { backup in
            !present.contains(backup.id)
                && !view.listing.strangers.contains {
                    // A folder above it that cannot be read hides it as well.
                    backup.path == $0.path || backup.path.hasPrefix("\($0.path)/")
                }
        }
        for backup in gone {
            try await book.markRemoved(backup.id, at: ambient.wallTime(), reason: "not found in the store")
        }
        return gone.count
    }
}
