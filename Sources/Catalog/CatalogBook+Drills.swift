import ArchiveFormat
package import Engine
package import Faults
package import FoundationEssentials
import Postgres

/// What drills have proved.
extension CatalogBook: DrillBook {
    package func record(_ drill: DrillRecord, report: String, lease: Lease?) async throws(AnyFault) {
        let values = try reading { () throws(CatalogFault) in
            try DrillRow.values(drill) + [.text(try DrillRow.checked(report).withoutZeros)]
        }
        try await write(DrillStatements.record, values + lease.values, of: drill.run)
    }

    package func drills(_ query: DrillQuery, limit: Int) async throws(AnyFault) -> [DrillRecord] {
        let values: [SQLValue] = [
            .optional(query.run?.uuidString.lowercased()), .optional(query.backup?.uuidString.lowercased()),
            .optional(query.target), .optional(query.database), .optional(query.verdict?.rawValue),
            .integer(Int64(max(0, limit))),
        ]
        return try await read(DrillStatements.drills, values) { row throws(CatalogFault) in
            try DrillRow.record(row)
        }
    }

    package func report(ofDrill ordinal: Int, of run: UUID) async throws(AnyFault) -> String? {
        try await read(DrillStatements.report, [.uuid(run), .integer(Int64(ordinal))]) {
            row throws(CatalogFault) in
            try row.string("report")
        }.first
    }
}

extension String {
    /// JSON text whose strings have no zero bytes, which jsonb does not take.
    ///
    /// JSON writes them as an escape only; a backslash before it makes it text, and is left alone.
    fileprivate var withoutZeros: String {
        guard contains("\\u0000") else { return self }
        var text = ""
        var rest = Substring(self)
        while let slash = rest.firstIndex(of: "\\") {
            text += rest[..<slash]
            let isZero = rest[slash...].hasPrefix("\\u0000")
            let escape = rest[slash...].prefix(isZero ? 6 : 2)
            text += isZero ? "\u{FFFD}" : String(escape)
            rest = rest[escape.endIndex...]
        }
        return text + rest
    }
}

/// A drill as it is stored.
private enum DrillRow {
    static func values(_ drill: DrillRecord) throws(CatalogFault) -> [SQLValue] {
        let findings = drill.findings.map { finding in
            DrillRecord.Finding(
                check: finding.check.storable, subject: finding.subject.storable,
                expected: finding.expected.storable, found: finding.found.storable, isFault: finding.isFault)
        }
        return [
            .uuid(drill.run), .integer(Int64(drill.ordinal)), .uuid(drill.backup), .text(drill.store),
            .text(drill.path), .text(drill.target), .text(drill.database), .microseconds(drill.slot),
            .microseconds(drill.takenAt), .microseconds(drill.startedAt), .microseconds(drill.endedAt),
            .text(drill.verdict.rawValue), .text(drill.level.rawValue),
            .optional(drill.recoverySeconds.map { "\($0)" }), try .json(drill.phases),
            .line(drill.serverVersion), .line(drill.summary), try .json(findings),
        ]
    }

    /// What is no JSON is refused here: the server's complaint would look like one that may pass.
    static func checked(_ report: String) throws(CatalogFault) -> String {
        do {
            _ = try JSONDecoder().decode(AnyJSON.self, from: Data(report.utf8))
            return report
        } catch {
            throw .unknownValue(column: "the report of a drill", value: String(report.prefix(200)))
        }
    }

    /// Whatever it is, if it is JSON at all.
    private struct AnyJSON: Decodable {
        init(from decoder: any Decoder) {}
    }

    static func record(_ row: Rows.Row) throws(CatalogFault) -> DrillRecord {
        DrillRecord(
            run: try row.uuid("run"), ordinal: Int(try row.whole("ordinal")), backup: try row.uuid("backup"),
            store: try row.string("store"), path: try row.string("path"), target: try row.string("target"),
            database: try row.string("database"), slot: try row.optionalDate("slot"),
            takenAt: try row.date("taken_at"), startedAt: try row.date("started_at"),
            endedAt: try row.date("ended_at"), verdict: try row.named("verdict"),
            level: try row.named("level"),
            recoverySeconds: try row.optionalString("recovery_seconds").flatMap(Double.init),
            phases: try row.optionalJSON("phases", [DrillRecord.Phase].self) ?? [],
            serverVersion: try row.string("server_version"), summary: try row.string("summary"),
            findings: try row.optionalJSON("findings", [DrillRecord.Finding].self) ?? [])
    }
}

/// The statements about drills; each is a file in `SQL/`, embedded in the program.
private enum DrillStatements {
    static let record = Statements.text(PackageResources.drill_record_sql)
    static let drills = Statements.text(PackageResources.drills_sql)
    static let report = Statements.text(PackageResources.drill_report_sql)
}
