import Faults
import FoundationEssentials

/// Tells the catalog entries, one after the other, and knows which of them it will never take.
struct JournalReplay: Sendable {
    /// What became of an entry.
    enum Answer: Sendable {
        case taken
        /// Another run has the slot; nothing more of this run is told, but its sets.
        case slotTaken(by: UUID)
        /// The catalog takes neither this nor, if it belongs to a run, anything more of that run.
        case refused(AnyFault)
        /// It belongs to a run of which nothing is taken, as was said before.
        case passedOver
    }

    /// What the catalog answers to a write with a lease that is no longer the run's.
    static let takenOver = "catalog.run-taken-over"

    /// What the catalog answers to an entry that is not its fault and does not pass: another daemon has the run by now,
    /// its row is gone, or the entry breaks a rule of the tables.
    static let refusals: Set<String> = [
        takenOver, "catalog.run-unknown", "catalog.unknown-value", "statement.constraint",
    ]

    let catalog: JournaledBook.Catalog
    /// Runs of which the catalog takes nothing, by the lease of the writer.
    private(set) var foreign: Set<RunClaim>

    /// The lease under which provisional entries are told.
    private let lease: Lease?

    init(_ catalog: JournaledBook.Catalog, foreign: Set<RunClaim>, lease: Lease?) {
        self.catalog = catalog
        self.foreign = foreign
        self.lease = lease
    }

    /// Tells one entry.
    ///
    /// - Throws: What may pass: then it is told again later.
    mutating func tell(_ entry: JournalEntry) async throws(AnyFault) -> Answer {
        let entry = entry.settled(under: lease)
        if let claim = entry.claim, foreign.contains(claim) { return .passedOver }
        do throws(AnyFault) {
            guard let other = try await put(entry) else { return .taken }
            if let claim = entry.claim { foreign.insert(claim) }
            return .slotTaken(by: other)
        } catch {
            guard Self.refusals.contains(error.code) else { throw error }
            if let claim = entry.claim { foreign.insert(claim) }
            return .refused(error)
        }
    }

    /// - Returns: The run that has the slot of a run that was to begin, if there is one.
    private func put(_ entry: JournalEntry) async throws(AnyFault) -> UUID? {
        let book = catalog.book
        switch entry {
        case .run(let run):
            guard case .slotTaken(let other) = try await book.begin(run) else { return nil }
            return other
        case .attempt(let attempt, let lease): try await book.record(attempt, lease: lease)
        case .step(let step, let lease): try await book.record(step, lease: lease)
        case .backup(let backup): try await book.record(backup)
        case .drill(let drill, let report, let lease):
            try await catalog.drills?.record(drill, report: report, lease: lease)
        case .maintenance(let run, let actions, let lease):
            try await catalog.maintenance?.record(actions, of: run, lease: lease)
        case .removal(let id, let at, let reason): try await book.markRemoved(id, at: at, reason: reason)
        case .end(let run, let lease, let outcome, let summary, let at):
            try await book.end(run, lease: lease, outcome: outcome, summary: summary, at: at)
        }
        return nil
    }
}
