import ArchiveFormat
package import Faults
package import FoundationEssentials
package import Policy

/// What retention would do to the sets of one job and database; can be printed before anything is removed.
package struct PrunePlan: Sendable, Equatable {
    /// A set with what was decided of it.
    package struct Entry: Sendable, Equatable {
        package var set: StoredSet
        package var keep: Bool
        package var reasons: [String]
    }

    /// Newest first.
    package var entries: [Entry]

    /// - Parameters:
    ///   - sets: Everything in the store; only the sets of exactly this target, database and job are looked at, and
    ///     whole and partial ones counted apart.
    ///   - offset: Offset from UTC in seconds at an instant, in the zone that days are reckoned in.
    package init(
        sets: [StoredSet], target: String, database: String, job: String, keep: Retention, now: Date,
        offset: @Sendable (Date) -> Int
    ) {
        let group = sets.filter {
            $0.manifest.target == target && $0.manifest.database.name == database && $0.manifest.job == job
        }.sorted { $0.manifest.started > $1.manifest.started }
        let candidates = group.map { set in
            // Every published set was read back; one that was found damaged since then makes up for no other.
            RetentionCandidate(
                id: set.path, at: set.manifest.started,
                verified: set.manifest.isVerified && set.damaged == nil, proven: set.manifest.isProven,
                held: set.held != nil)
        }
        // Parts of a database make up for no whole one, so each kind is counted by itself.
        let partial = Set(group.filter { $0.manifest.partial != nil }.map(\.path))
        let planned = [false, true].flatMap { isPartial in
            keep.plan(
                candidates.filter { partial.contains($0.id) == isPartial }, now: now, offset: offset)
        }
        let decisions = Dictionary(planned.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        entries = group.map { set in
            // A set that the policy is silent about is kept.
            let decision = decisions[set.path]
            return Entry(set: set, keep: decision?.keep ?? true, reasons: decision?.reasons ?? [])
        }
    }

    /// What stays.
    package var kept: [Entry] { entries.filter(\.keep) }
    /// What goes.
    package var removed: [Entry] { entries.filter { !$0.keep } }
}

/// Carries a prune plan out.
package struct Pruning: Sendable {
    private let store: any BackupStore
    private let book: any RunBook
    private let ambient: Ambient

    package init(store: any BackupStore, book: any RunBook, ambient: Ambient) {
        self.store = store
        self.book = book
        self.ambient = ambient
    }

    /// Removes each set, then notes it in the record; one that fails does not stop the others.
    ///
    /// - Returns: What failed. A set that is gone and not noted is found by the next reconciliation.
    package func perform(_ plan: PrunePlan) async -> [AnyFault] {
        var failures: [AnyFault] = []
        for entry in plan.removed {
            do {
                try await store.remove(entry.set)
                try await book.markRemoved(
                    entry.set.manifest.id, at: ambient.wallTime(),
                    reason: entry.reasons.joined(separator: "; "))
            } catch {
                failures.append(error)
            }
        }
        return failures
    }
}
