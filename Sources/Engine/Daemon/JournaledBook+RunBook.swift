package import Faults
package import FoundationEssentials
package import Measures

/// Writes that never fail, and reads that ask the catalog.
extension JournaledBook: RunBook {
    /// Writes the row, or keeps it: then the slot counts as ours until the catalog knows better.
    ///
    /// A run that is another daemon's by now counts as begun; see ``watch(_:onTakenOver:)``.
    package func begin(_ run: RunRecord) async -> RunStart {
        underWay[run.id] = run
        let start = await write(.run(run))
        switch (start, run.state) {
        case (.begun, .waiting), (.begun, .running): break
        case (.slotTaken, _), (.begun, .ended): forget(run.id)
        }
        return start
    }

    package func end(_ run: UUID, lease: Lease?, outcome: Outcome, summary: String, at: Date) async {
        _ = await write(.end(run, lease, outcome, summary: summary, at: at))
        forget(run)
    }

    package func record(_ attempt: AttemptRecord, lease: Lease?) async {
        _ = await write(.attempt(attempt, lease))
    }

    package func record(_ step: StepRecord, lease: Lease?) async { _ = await write(.step(step, lease)) }

    package func record(_ backup: BackupRecord) async { _ = await write(.backup(backup)) }

    package func markRemoved(_ backup: UUID, at: Date, reason: String) async {
        _ = await write(.removal(backup, at: at, reason: reason))
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

    /// Asks the catalog, unless it has failed already.
    private func ask<Answer: Sendable>(
        _ question: (any RunBook) async throws(AnyFault) -> Answer
    ) async throws(AnyFault) -> Answer {
        if let outage { throw outage }
        do throws(AnyFault) {
            return try await question(try await open().book)
        } catch {
            if !JournalReplay.refusals.contains(error.code) { outage = error }
            throw error
        }
    }
}
