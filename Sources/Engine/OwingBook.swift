package import Faults
package import FoundationEssentials
package import Measures

/// The record of outcomes as one run sees it: what the catalog does not take is owed to it, and written later.
///
/// The backup matters more than its record, so no write fails. Once a call has failed the catalog is left alone until
/// ``settle()``, for every try may take a connection's time limit.
package actor OwingBook: RunBook {
    /// One thing that the catalog is told.
    private enum Entry {
        case begin(RunRecord)
        case attempt(AttemptRecord, Lease?)
        case step(StepRecord, Lease?)
        case backup(BackupRecord)
        case removed(UUID, at: Date, reason: String)
        case end(UUID, Lease?, Outcome, summary: String, at: Date)

        /// Whether it stands without a run's row.
        var isOfSet: Bool {
            switch self {
            case .backup, .removed: true
            case .begin, .attempt, .step, .end: false
            }
        }
    }

    private let book: any RunBook
    private let onFault: @Sendable (AnyFault) -> Void
    private var owed: [Entry] = []
    /// Why the catalog lacks some of it; nil while it has all.
    private(set) package var missing: AnyFault?
    /// A call that failed since the last ``settle()``.
    private var outage: AnyFault?

    /// - Parameter onFault: Told of the first write that is owed.
    package init(_ book: any RunBook, onFault: @escaping @Sendable (AnyFault) -> Void) {
        self.book = book
        self.onFault = onFault
    }

    /// Writes what the catalog lacks, in its order, as far as it takes it now.
    ///
    /// - Returns: Why it still lacks some of it; nil when it has all.
    package func settle() async -> AnyFault? {
        outage = nil
        while let entry = owed.first {
            do throws(AnyFault) {
                if try await put(entry) == .begun {
                    owed.removeFirst()
                } else {
                    // Another run has the slot by now: its row stands, and this run has none. Its sets are there.
                    owed.removeAll { !$0.isOfSet }
                }
            } catch {
                outage = error
                missing = error
                return error
            }
        }
        missing = nil
        return nil
    }

    /// Writes an entry, or notes that it is owed.
    private func write(_ entry: Entry) async -> RunStart {
        if let outage {
            owe(entry, outage)
            return .begun
        }
        do throws(AnyFault) {
            return try await put(entry)
        } catch {
            outage = error
            owe(entry, error)
            return .begun
        }
    }

    private func owe(_ entry: Entry, _ fault: AnyFault) {
        owed.append(entry)
        guard missing == nil else { return }
        missing = fault
        onFault(fault)
    }

    private func put(_ entry: Entry) async throws(AnyFault) -> RunStart {
        switch entry {
        case .begin(let run): return try await book.begin(run)
        case .attempt(let attempt, let lease): try await book.record(attempt, lease: lease)
        case .step(let step, let lease): try await book.record(step, lease: lease)
        case .backup(let backup): try await book.record(backup)
        case .removed(let id, let at, let reason): try await book.markRemoved(id, at: at, reason: reason)
        case .end(let run, let lease, let outcome, let summary, let at):
            try await book.end(run, lease: lease, outcome: outcome, summary: summary, at: at)
        }
        return .begun
    }

    /// Asks the catalog, unless it has failed already.
    private func ask<Answer: Sendable>(
        _ question: (any RunBook) async throws(AnyFault) -> Answer
    ) async throws(AnyFault) -> Answer {
        if let outage { throw outage }
        do throws(AnyFault) {
            return try await question(book)
        } catch {
            outage = error
            throw error
        }
    }
}

// MARK: - What every record does

extension OwingBook {
    package func begin(_ run: RunRecord) async -> RunStart { await write(.begin(run)) }

    package func end(_ run: UUID, lease: Lease?, outcome: Outcome, summary: String, at: Date) async {
        _ = await write(.end(run, lease, outcome, summary: summary, at: at))
    }

    package func record(_ attempt: AttemptRecord, lease: Lease?) async {
        _ = await write(.attempt(attempt, lease))
    }

    package func record(_ step: StepRecord, lease: Lease?) async { _ = await write(.step(step, lease)) }

    package func record(_ backup: BackupRecord) async { _ = await write(.backup(backup)) }

    package func markRemoved(_ backup: UUID, at: Date, reason: String) async {
        _ = await write(.removed(backup, at: at, reason: reason))
    }

    package func runs(_ query: RunQuery, limit: Int) async throws(AnyFault) -> [RunRecord] {
        try await ask { book throws(AnyFault) in try await book.runs(query, limit: limit) }
    }

    package func runs(idPrefix prefix: String) async throws(AnyFault) -> [RunRecord] {
        try await ask { book throws(AnyFault) in try await book.runs(idPrefix: prefix) }
    }

    package func attempts(of run: UUID) async throws(AnyFault) -> [AttemptRecord] {
        try await ask { book throws(AnyFault) in try await book.attempts(of: run) }
    }

    package func steps(of run: UUID) async throws(AnyFault) -> [StepRecord] {
        try await ask { book throws(AnyFault) in try await book.steps(of: run) }
    }

    package func backups(target: String?) async throws(AnyFault) -> [BackupRecord] {
        try await ask { book throws(AnyFault) in try await book.backups(target: target) }
    }

    package func durations(ofJob job: String, limit: Int) async throws(AnyFault) -> [Duration] {
        try await ask { book throws(AnyFault) in try await book.durations(ofJob: job, limit: limit) }
    }

    package func lastSize(target: String, database: String, job: String, partial: Bool)
        async throws(AnyFault) -> ByteCount?
    {
        try await ask { book throws(AnyFault) in
            try await book.lastSize(target: target, database: database, job: job, partial: partial)
        }
    }
}
