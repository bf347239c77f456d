package import FoundationEssentials
import Measures
import Policy

/// Actions of one run of maintenance as they stand in a journal, with the lease by which they were written.
struct JournalMaintenanceForm: Codable, Sendable {
    var run: UUID
    var lease: Lease?
    var actions: [MaintenanceForm]

    init(_ run: UUID, _ actions: [MaintenanceRecord], _ lease: Lease?) {
        self.run = run
        self.lease = lease
        self.actions = actions.map { MaintenanceForm($0) }
    }

    var records: [MaintenanceRecord] { actions.map { $0.record(of: run) } }
}

/// One action without its run, as journals and the catalog's statement take it; its keys stay.
package struct MaintenanceForm: Codable, Sendable {
    var attempt: Int
    var ordinal: Int
    var target: String
    var database: String
    var kind: MaintenanceClass
    var oid: UInt32
    var objectSchema: String
    var objectName: String
    var tableSchema: String
    var tableName: String
    var reason: String
    var emergency: Bool
    var size: Int64
    var predictedSeconds: Double?
    /// In microseconds since 1970.
    var startedAt: Int64
    var endedAt: Int64?
    var result: MaintenanceRecord.State
    var detail: String
    var code: String?
    var tookSeconds: Double
    var statement: String
    var before: Stood?
    var after: Stood?
    var leftovers: [String]?

    /// How an object stood.
    struct Stood: Codable, Sendable {
        var size: Int64
        var deadRows: Int64
        var tuples: Double
        var xidAge: Int64
        var multixactAge: Int64
        var fileNode: UInt32

        init(_ state: ObjectState) {
            size = state.size.bytes
            deadRows = state.deadRows
            tuples = state.tuples
            xidAge = state.xidAge
            multixactAge = state.multixactAge
            fileNode = state.fileNode
        }

        var state: ObjectState {
            ObjectState(
                size: ByteCount(size), deadRows: deadRows, tuples: tuples, xidAge: xidAge,
                multixactAge: multixactAge, fileNode: fileNode)
        }
    }

    /// - Parameter clean: Done to every text, since PostgreSQL cannot store each.
    package init(_ action: MaintenanceRecord, clean: (String) -> String = { $0 }) {
        attempt = action.attempt
        ordinal = action.ordinal
        target = clean(action.target)
        database = clean(action.database)
        kind = action.kind
        oid = action.oid
        objectSchema = clean(action.object.schema)
        objectName = clean(action.object.name)
        tableSchema = clean(action.table.schema)
        tableName = clean(action.table.name)
        reason = clean(action.reason)
        emergency = action.isEmergency
        size = action.size.bytes
        predictedSeconds = action.predicted.map { $0 / .seconds(1) }
        startedAt = Self.microseconds(action.startedAt)
        endedAt = action.endedAt.map(Self.microseconds)
        result = action.state
        detail = clean(action.detail)
        code = action.code.map(clean)
        tookSeconds = action.took / .seconds(1)
        statement = clean(action.statement)
        before = action.before.map(Stood.init)
        after = action.after.map(Stood.init)
        leftovers = action.leftovers?.map(clean)
    }

    /// The action as a record.
    package func record(of run: UUID) -> MaintenanceRecord {
        MaintenanceRecord(
            run: run, attempt: attempt, ordinal: ordinal, target: target, database: database, kind: kind,
            oid: oid, object: QualifiedName(objectSchema, objectName),
            table: QualifiedName(tableSchema, tableName), reason: reason, isEmergency: emergency,
            size: ByteCount(size), predicted: predictedSeconds.map(Self.duration),
            startedAt: Self.date(startedAt), endedAt: endedAt.map(Self.date), state: result, detail: detail,
            code: code, took: Self.duration(tookSeconds), statement: statement, before: before?.state,
            after: after?.state, leftovers: leftovers)
    }

    /// Seconds are kept to the millisecond: binary fractions of them would not come back as they were.
    private static func duration(_ seconds: Double) -> Duration {
        .milliseconds(Int64((min(max(seconds, 0), 1e9) * 1000).rounded()))
    }

    private static func microseconds(_ date: Date) -> Int64 {
        Int64((min(max(date.timeIntervalSince1970, -1e11), 1e11) * 1_000_000).rounded())
    }

    private static func date(_ microseconds: Int64) -> Date {
        Date(timeIntervalSince1970: Double(microseconds) / 1_000_000)
    }
}
