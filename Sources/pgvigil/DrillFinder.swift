import ArchiveFormat
import Engine
import Faults
import FoundationEssentials
import Wiring

/// Finds drills and their reports, in the catalog and in the journals.
struct DrillFinder {
    /// More drills of one run are not looked for.
    private static let ofRunMax = 10_000

    let reader: RecordReader

    /// Drills, newest first, and why the catalog did not answer, if it did not.
    func drills(_ query: DrillQuery, limit: Int) async -> ([DrillRecord], AnyFault?) {
        let (recorded, fault) = await reader.ask(or: []) { () async throws(AnyFault) in
            try await reader.system.book.drills(query, limit: limit)
        }
        let waiting = reader.journal.drills.map(\.drill).filter { drill in
            query.means(drill) && !recorded.contains { $0.run == drill.run && $0.ordinal == drill.ordinal }
        }
        let all = (recorded + waiting).sorted { ($0.startedAt, $0.ordinal) > ($1.startedAt, $1.ordinal) }
        return (Array(all.prefix(limit)), fault)
    }

    /// The drills of the run that a person means, in their order: `latest`, the beginning of an id, or one of them as
    /// `ID/2`.
    ///
    /// - Throws: ``WiringFault/noSuchDrill(_:)`` and what ``RunFinder`` throws.
    func find(_ text: String) async throws -> [DrillRecord] {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let ordinal = parts.count > 1 ? Int(parts[1]) : nil
        guard let name = parts.first, parts.count == 1 || ordinal != nil else {
            throw WiringFault.noSuchDrill(text)
        }
        let run: UUID
        if name == "latest" {
            let (newest, fault) = await drills(DrillQuery(), limit: 1)
            guard let newest = newest.first else { throw fault ?? AnyFault(WiringFault.noSuchDrill(text)) }
            run = newest.run
        } else {
            run = try await RunFinder(reader: reader).find(String(name)).run.id
        }
        let (drills, fault) = await ofRun(run)
        let found = drills.filter { ordinal ?? $0.ordinal == $0.ordinal }
        guard !found.isEmpty else { throw fault ?? AnyFault(WiringFault.noSuchDrill(text)) }
        return found
    }

    /// The drills of a run in their order, and why the catalog did not answer, if it did not.
    func ofRun(_ run: UUID) async -> ([DrillRecord], AnyFault?) {
        let (drills, fault) = await drills(DrillQuery(run: run), limit: Self.ofRunMax)
        return (drills.sorted { $0.ordinal < $1.ordinal }, fault)
    }

    /// The report of a drill as JSON.
    func report(of drill: DrillRecord) async throws -> String {
        let waiting = reader.journal.drills.first {
            $0.drill.run == drill.run && $0.drill.ordinal == drill.ordinal
        }
        if let waiting { return waiting.report }
        guard let report = try await reader.system.book.report(ofDrill: drill.ordinal, of: drill.run) else {
            throw WiringFault.reportUnreadable(drill: DrillView(drill).id)
        }
        return report
    }

    /// Ends with the worst of the verdicts.
    static func end(_ drills: [DrillRecord]) throws {
        let verdicts = Set(drills.map(\.verdict))
        if verdicts.contains(.broken) { throw Ending(status: .badResult) }
        if verdicts.contains(.couldNotVerify) { throw Ending(status: .undetermined) }
    }
}
