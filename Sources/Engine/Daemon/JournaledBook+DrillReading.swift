package import Faults
package import FoundationEssentials

/// Reads of drills, which ask the catalog as those of runs do.
extension JournaledBook {
    /// Drills, newest first, at most `limit`.
    package func drills(_ query: DrillQuery, limit: Int) async throws(AnyFault) -> [DrillRecord] {
        try await askDrills { book throws(AnyFault) in try await book.drills(query, limit: limit) } ?? []
    }

    /// The report of one drill as JSON; nil if there is none.
    package func report(ofDrill ordinal: Int, of run: UUID) async throws(AnyFault) -> String? {
        try await askDrills { book throws(AnyFault) in try await book.report(ofDrill: ordinal, of: run) }
            ?? nil
    }

    /// Asks the catalog, unless it has failed already; nil if it keeps no drills.
    private func askDrills<Answer: Sendable>(
        _ question: (any DrillBook) async throws(AnyFault) -> Answer
    ) async throws(AnyFault) -> Answer? {
        if let outage { throw outage }
        do throws(AnyFault) {
            guard let book = try await open().drills else { return nil }
            return try await question(book)
        } catch {
            if !JournalReplay.refusals.contains(error.code) { noteOutage(error) }
            throw error
        }
    }
}

extension DrillQuery {
    /// Whether a drill is one of those that are asked for.
    package func means(_ drill: DrillRecord) -> Bool {
        (run ?? drill.run) == drill.run && (backup ?? drill.backup) == drill.backup
            && (target ?? drill.target) == drill.target && (database ?? drill.database) == drill.database
            && (verdict ?? drill.verdict) == drill.verdict
    }
}
