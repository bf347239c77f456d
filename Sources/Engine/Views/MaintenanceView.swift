package import FoundationEssentials
import Measures
package import Policy

/// What was done to one object, or what would be, as `--json` shows it; the keys are documented in `docs/json.md` and stay.
package struct MaintenanceView: Sendable, Equatable, Codable {
    package var target: String
    package var database: String
    /// `leftover`, `freeze`, `vacuum`, `analyze` or `reindex`.
    package var kind: String
    package var schema: String
    package var object: String
    /// The table that an index belongs to, as `schema.name`; nil for a table.
    package var table: String?
    package var reason: String
    /// True for what is done whatever the window says, else nil.
    package var emergency: Bool?
    package var bytes: Int64
    package var predictedSeconds: Double?
    /// True where nothing of the kind was ever measured there, else nil; only in plans.
    package var predictionGuessed: Bool?
    /// `planned`, `waits`, `skipped`; once it was its turn `running`, `done`, `no effect`, `cancelled` or `failed`.
    package var result: String
    /// What it changed, or why it did not; nil where there is nothing to say.
    package var detail: String?
    package var code: String?
    package var started: Date?
    package var ended: Date?
    /// How long the server worked on it.
    package var seconds: Double?
    package var statement: String?
    package var before: State?
    package var after: State?

    /// How an object stood.
    package struct State: Sendable, Equatable, Codable {
        package var bytes: Int64
        package var deadRows: Int64
        package var rows: Double
        package var xidAge: Int64
        package var multixactAge: Int64
        package var fileNode: UInt32

        init(_ state: ObjectState) {
            bytes = state.size.bytes
            deadRows = state.deadRows
            rows = state.tuples
            xidAge = state.xidAge
            multixactAge = state.multixactAge
            fileNode = state.fileNode
        }
    }

    /// What is recorded of an action.
    ///
    /// - Parameter isOver: Whether its run has ended: what still runs then was interrupted with its process.
    package init(_ record: MaintenanceRecord, isOver: Bool = false) {
        self.init(
            item: BackupItem(target: record.target, database: record.database), kind: record.kind,
            object: record.object, table: record.table, reason: record.reason,
            isEmergency: record.isEmergency, bytes: record.size.bytes, predicted: record.predicted)
        result = record.state.rawValue
        detail = record.detail.isEmpty ? nil : record.detail
        if record.state == .running, isOver {
            result = MaintenanceRecord.State.cancelled.rawValue
            detail = "its process ended in the middle of it"
        }
        code = record.code
        started = record.startedAt
        ended = record.endedAt
        seconds = record.took > .zero ? Durations.seconds(record.took) : nil
        statement = record.statement.isEmpty ? nil : record.statement
        before = record.before.map(State.init)
        after = record.after.map(State.init)
    }

    /// What is planned and not begun.
    package init(_ action: MaintenanceAction, of item: BackupItem) {
        self.init(
            item: item, kind: action.kind, object: action.object, table: action.table,
            reason: action.reason, isEmergency: action.fit == .emergency, bytes: action.size.bytes,
            predicted: action.predicted)
        predictionGuessed = action.isGuessed ? true : nil
        switch action.fit {
        case .now, .emergency: break
        case .waits(let why): (result, detail) = (MaintenanceRecord.State.waits.rawValue, why)
        case .skipped(let why): (result, detail) = (MaintenanceRecord.State.skipped.rawValue, why)
        }
    }

    private init(
        item: BackupItem, kind: MaintenanceClass, object: QualifiedName, table: QualifiedName, reason: String,
        isEmergency: Bool, bytes: Int64, predicted: Duration?
    ) {
        target = item.target
        database = item.database
        self.kind = kind.rawValue
        schema = object.schema
        self.object = object.name
        self.table = table == object ? nil : "\(table.schema).\(table.name)"
        self.reason = reason
        emergency = isEmergency ? true : nil
        self.bytes = bytes
        predictedSeconds = predicted.map(Durations.seconds)
        result = "planned"
    }

    /// `schema.name`.
    package var name: String { "\(schema).\(object)" }
}

/// The plan of one database, as `maintain --plan --json` shows it.
package struct MaintenancePlanView: Sendable, Equatable, Codable {
    package var target: String
    package var database: String
    package var serverVersion: Int
    package var looked: Date
    /// The most urgent first.
    package var actions: [MaintenanceView]
    package var notices: [String]
    /// Why nothing at all is done there; nil where something may be.
    package var refusal: String?

    package init(_ look: MaintenanceLook) {
        target = look.item.target
        database = look.item.database
        serverVersion = look.facts.version
        looked = look.facts.takenAt
        actions = look.actions.map { MaintenanceView($0, of: look.item) }
        notices = look.notices
        refusal = look.plan.refusal
    }
}
