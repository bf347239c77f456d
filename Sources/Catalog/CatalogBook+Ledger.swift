package import Engine
package import Faults
package import FoundationEssentials
import Postgres

/// What is known of the slots of a job.
extension CatalogBook: SlotLedger {
    /// More schedules, and more runs of one slot, are not told of.
    private static let rowsMax: Int64 = 100

    package func schedules(ofJob job: String) async throws(AnyFault) -> [SeenSchedule] {
        try await read(LedgerStatements.schedules, [.text(job), .integer(Self.rowsMax)]) {
            row throws(CatalogFault) in
            SeenSchedule(
                key: ScheduleKey(
                    job: try row.string("job"), zone: try row.string("zone"),
                    pattern: try row.string("pattern")),
                firstSeen: try row.date("first_seen_at"),
                accountedUntil: try row.optionalDate("accounted_until"))
        }
    }

    package func runs(ofJob job: String, slots: ClosedRange<Date>) async throws(AnyFault) -> [RunRecord] {
        let values: [SQLValue] = [
            .text(job), .microseconds(slots.lowerBound), .microseconds(slots.upperBound),
            .integer(Self.rowsMax),
        ]
        return try await read(LedgerStatements.runs, values) { row throws(CatalogFault) in
            try RunRow.record(row)
        }
    }
}

/// The statements of the ledger; each is a file in `SQL/`, embedded in the program.
private enum LedgerStatements {
    static let schedules = Statements.text(PackageResources.schedules_of_job_sql)
    static let runs = Statements.text(PackageResources.runs_of_slots_sql)
        .replacing("{run}", with: Statements.text(PackageResources.run_columns_sql))
}
