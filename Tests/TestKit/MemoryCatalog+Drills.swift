package import Engine
package import Faults
package import FoundationEssentials

/// What drills have proved.
extension MemoryCatalog {
    struct Drill: Sendable {
        var record: DrillRecord
        var report: String
    }

    package mutating func record(_ drill: DrillRecord, report: String, lease: Lease?, now: Date)
        throws(AnyFault)
    {
        try check(drill.run, lease)
        guard !drilled.contains(where: { $0.record.run == drill.run && $0.record.ordinal == drill.ordinal })
        else { return }
        var stored = drill
        stored.summary = Self.storable(drill.summary)
        stored.serverVersion = Self.storable(drill.serverVersion)
        stored.findings = drill.findings.map { finding in
            DrillRecord.Finding(
                check: Self.storable(finding.check), subject: Self.storable(finding.subject),
                expected: Self.storable(finding.expected), found: Self.storable(finding.found),
                isFault: finding.isFault)
        }
        drilled.append(Drill(record: stored, report: report))
    }

    package func drills(_ query: DrillQuery, limit: Int) -> [DrillRecord] {
        let found = drilled.map(\.record).filter { drill in
            (query.run.map { $0 == drill.run } ?? true) && (query.backup.map { $0 == drill.backup } ?? true)
                && (query.target.map { $0 == drill.target } ?? true)
                && (query.database.map { $0 == drill.database } ?? true)
                && (query.verdict.map { $0 == drill.verdict } ?? true)
        }
        let sorted = found.sorted {
            ($0.endedAt, $0.run.uuidString, $0.ordinal) > ($1.endedAt, $1.run.uuidString, $1.ordinal)
        }
        return Array(sorted.prefix(max(0, limit)))
    }

    package func report(ofDrill ordinal: Int, of run: UUID) -> String? {
        drilled.first { $0.record.run == run && $0.record.ordinal == ordinal }?.report
    }
}

extension MemoryRunBook: DrillBook {
    package func record(_ drill: DrillRecord, report: String, lease: Lease?) async throws(AnyFault) {
        try check()
        try catalog.record(drill, report: report, lease: lease, now: clock())
    }

    package func drills(_ query: DrillQuery, limit: Int) async throws(AnyFault) -> [DrillRecord] {
        try check()
        return catalog.drills(query, limit: limit)
    }

    package func report(ofDrill ordinal: Int, of run: UUID) async throws(AnyFault) -> String? {
        try check()
        return catalog.report(ofDrill: ordinal, of: run)
    }
}
