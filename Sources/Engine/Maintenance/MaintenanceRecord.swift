import Faults
package import FoundationEssentials
package import Measures
package import Policy

/// What was done to one object, or why nothing was; a run of maintenance has one for everything that it ranked.
///
/// It is written twice: before the statement is sent, as what is intended, and with its end. A rebuild that a crash
/// interrupted stays `running`, by which its leftover is known for ours; one that has ended names what it left.
package struct MaintenanceRecord: Sendable, Equatable {
    package var run: UUID
    package var attempt: Int
    /// The place in the attempt, from 1: the most urgent of a database first.
    package var ordinal: Int
    package var target: String
    package var database: String
    package var kind: MaintenanceClass
    package var oid: UInt32
    package var object: QualifiedName
    /// The table that an index belongs to; the object itself otherwise.
    package var table: QualifiedName
    /// What was seen, against which limit.
    package var reason: String
    /// Done whatever the window says: the wraparound of transaction ids is near.
    package var isEmergency: Bool
    package var size: ByteCount
    package var predicted: Duration?
    package var startedAt: Date
    package var endedAt: Date?
    package var state: State
    /// What it changed, or why it did not.
    package var detail: String
    /// The stable code of what went wrong.
    package var code: String?
    /// On the server.
    package var took: Duration
    package var statement: String
    package var before: ObjectState?
    package var after: ObjectState?
    /// Invalid indexes that a rebuild left, in the schema of its index: no others are ours. Nil while it is running, and
    /// where nobody could look.
    package var leftovers: [String]?

    /// How it stands; the raw value is the text in the catalog and in JSON.
    package enum State: String, Sendable, Equatable, CaseIterable, Codable {
        case running, done
        case noEffect = "no effect"
        case skipped
        /// For another night: it did not fit in what was left.
        case waits
        case cancelled, failed

        init(_ result: MaintenanceResult) {
            switch result {
            case .done: self = .done
            case .noEffect: self = .noEffect
            case .skipped: self = .skipped
            case .cancelled: self = .cancelled
            case .failed: self = .failed
            }
        }
    }

    package init(
        run: UUID, attempt: Int, ordinal: Int, target: String, database: String, kind: MaintenanceClass,
        oid: UInt32, object: QualifiedName, table: QualifiedName, reason: String, isEmergency: Bool,
        size: ByteCount, predicted: Duration?, startedAt: Date, endedAt: Date? = nil,
        state: State = .running, detail: String = "", code: String? = nil, took: Duration = .zero,
        statement: String = "", before: ObjectState? = nil, after: ObjectState? = nil,
        leftovers: [String]? = nil
    ) {
        self.run = run
        self.attempt = attempt
        self.ordinal = ordinal
        self.target = target
        self.database = database
        self.kind = kind
        self.oid = oid
        self.object = object
        self.table = table
        self.reason = reason
        self.isEmergency = isEmergency
        self.size = size
        self.predicted = predicted
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.state = state
        self.detail = detail
        self.code = code
        self.took = took
        self.statement = statement
        self.before = before
        self.after = after
        self.leftovers = leftovers
    }
}

extension MaintenanceRecord {
    /// An action as it is planned, before anything is done.
    init(
        _ action: MaintenanceAction, run: UUID, attempt: Int, ordinal: Int, _ item: BackupItem, at now: Date
    ) {
        self.init(
            run: run, attempt: attempt, ordinal: ordinal, target: item.target, database: item.database,
            kind: action.kind, oid: action.oid, object: action.object, table: action.table,
            reason: action.reason, isEmergency: action.fit == .emergency, size: action.size,
            predicted: action.predicted, startedAt: now)
    }

    /// The same with what came of it.
    func ended(_ effect: MaintenanceEffect, at now: Date) -> MaintenanceRecord {
        var copy = ended(State(effect.result), effect.detail, at: now)
        copy.code = effect.fault?.code
        copy.took = effect.took
        copy.statement = effect.statement
        copy.before = effect.before
        copy.after = effect.after
        copy.leftovers = effect.leavesUnknown ? nil : effect.leftovers.map(\.name)
        return copy
    }

    /// The same, with nothing done.
    func ended(_ state: State, _ detail: String, at now: Date) -> MaintenanceRecord {
        var copy = self
        copy.state = state
        copy.detail = detail
        copy.endedAt = max(now, startedAt)
        copy.leftovers = []
        return copy
    }
}
