package import Engine
package import Faults
package import FoundationEssentials
import Postgres

/// What maintenance did.
extension CatalogBook: MaintenanceBook {
    package func record(_ actions: [MaintenanceRecord], of run: UUID, lease: Lease?) async throws(AnyFault) {
        let stored = try reading { () throws(CatalogFault) in
            try SQLValue.json(actions.map { MaintenanceForm($0, clean: \.storable) })
        }
        try await write(MaintenanceStatements.record, [.uuid(run), stored] + lease.values, of: run)
    }

    package func maintenance(of run: UUID) async throws(AnyFault) -> [MaintenanceRecord] {
        try await read(MaintenanceStatements.ofRun, [.uuid(run)], Self.action)
    }

    package func maintenance(in item: BackupItem, since: Date, perObject: Int)
        async throws(AnyFault) -> [MaintenanceRecord]
    {
        try await read(MaintenanceStatements.history, Self.values(item, since, perObject), Self.action)
    }

    package func maintenance(beside item: BackupItem, since: Date, perClass: Int)
        async throws(AnyFault) -> [MaintenanceRecord]
    {
        try await read(MaintenanceStatements.beside, Self.values(item, since, perClass), Self.action)
    }

    private static func values(_ item: BackupItem, _ since: Date, _ most: Int) -> [SQLValue] {
        [
            .text(item.target), .text(item.database), .microseconds(since), .integer(Int64(max(0, most))),
        ]
    }

    private static func action(_ row: Rows.Row) throws(CatalogFault) -> MaintenanceRecord {
        guard let form = try row.optionalJSON("action", MaintenanceForm.self) else {
            throw .unknownValue(column: "action", value: "null")
        }
        return form.record(of: try row.uuid("run"))
    }
}

/// The statements about maintenance; each is a file in `SQL/`, embedded in the program.
private enum MaintenanceStatements {
    static let record = Statements.text(PackageResources.maintenance_record_sql)
    static let ofRun = filled(PackageResources.maintenance_of_run_sql)
    static let history = filled(PackageResources.maintenance_history_sql)
    static let beside = filled(PackageResources.maintenance_beside_sql)

    /// A statement with how an action is read.
    private static func filled(_ bytes: [UInt8]) -> String {
        Statements.text(bytes).replacing(
            "{action}", with: Statements.text(PackageResources.maintenance_json_sql))
    }
}
