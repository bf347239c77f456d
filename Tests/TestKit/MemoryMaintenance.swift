package import Engine
package import Faults
import FoundationEssentials
package import Jobs
import Measures
package import Policy
import Synchronization

/// Databases that need maintenance, in memory: what they show can be set, and what comes of each action told.
///
/// An action takes no time unless the test holds it up; one that is held up ends when the test lets it go, when its task is
/// cancelled, or when what it watches has a reason.
package final class MemoryMaintenance: MaintenancePort {
    private struct State {
        var facts: [BackupItem: MaintenanceFacts] = [:]
        var faults: [BackupItem: [AnyFault]] = [:]
        var effects: [String: [MaintenanceEffect]] = [:]
        var answers: [String: [Result<StatementEffect, AnyFault>]] = [:]
        var held: Set<String> = []
        var calls: [String] = []
        var underWay: Set<String> = []
        var mostAtOnce = 0
        var watchers: [String: @Sendable () async -> String?] = [:]
    }

    private let state = Mutex(State())

    /// No database at all; ``put(_:of:)`` adds them.
    package init() {}

    /// Adds a database, or changes what it shows.
    package func put(_ facts: MaintenanceFacts, of target: String) {
        state.withLock { $0.facts[BackupItem(target: target, database: facts.database)] = facts }
    }

    /// Makes the next looks at a database fail, one fault each.
    package func fail(_ item: BackupItem, with faults: AnyFault...) {
        state.withLock { $0.faults[item, default: []] += faults }
    }

    /// What comes of the next actions on an object, by its name; otherwise it is done.
    package func answer(_ object: String, _ effects: MaintenanceEffect...) {
        state.withLock { $0.effects[object, default: []] += effects }
    }

    /// What comes of the next times that a statement is sent; otherwise it changes no row.
    package func answer(_ sql: String, _ answers: Result<StatementEffect, AnyFault>...) {
        state.withLock { $0.answers[sql, default: []] += answers }
    }

    /// Holds up actions on an object, or a statement, until ``letGo(_:)``.
    package func hold(_ name: String) { _ = state.withLock { $0.held.insert(name) } }

    package func letGo(_ name: String) { _ = state.withLock { $0.held.remove(name) } }

    /// What was asked so far: `look shop`, `vacuum orders`, `sql …`.
    package var calls: [String] { state.withLock { $0.calls } }

    /// What is under way.
    package var underWay: Set<String> { state.withLock { $0.underWay } }

    /// As many actions were under way at the same time at most.
    package var mostAtOnce: Int { state.withLock { $0.mostAtOnce } }

    package func facts(of target: Target, database: String) async throws(AnyFault) -> MaintenanceFacts {
        let item = BackupItem(target: target.name, database: database)
        let (fault, facts) = state.withLock { state in
            state.calls.append("look \(database)")
            let fault = state.faults[item]?.isEmpty == false ? state.faults[item]?.removeFirst() : nil
            return (fault, state.facts[item])
        }
        if let fault { throw fault }
        guard let facts else { throw MemoryServer.unreachable("\(item)") }
        return facts
    }

    package func perform(
        _ action: MaintenanceAction, on target: Target, database: String, gently: Gentleness,
        watch: @escaping @Sendable () async -> String?
    ) async -> MaintenanceEffect {
        let name = action.object.name
        begin("\(action.kind.rawValue) \(name)", name)
        let stopped = await wait(for: name, watch)
        let effect = state.withLock { state -> MaintenanceEffect? in
            state.underWay.remove(name)
            return state.effects[name]?.isEmpty == false ? state.effects[name]?.removeFirst() : nil
        }
        if let stopped { return MaintenanceEffect(.cancelled, stopped) }
        return effect ?? Self.done(action)
    }

    package func perform(
        _ statement: UserStatement, on target: Target, database: String, gently: Gentleness
    ) async throws(AnyFault) -> StatementEffect {
        begin("sql \(database): \(statement.sql)", statement.sql)
        let stopped = await wait(for: statement.sql) { nil }
        let answer = state.withLock { state in
            state.underWay.remove(statement.sql)
            return state.answers[statement.sql]?.isEmpty == false
                ? state.answers[statement.sql]?.removeFirst() : nil
        }
        if stopped != nil { throw MemoryServer.unreachable("it") }
        switch answer {
        case .success(let effect): return effect
        case .failure(let fault): throw fault
        case nil: return StatementEffect(tag: "DELETE 0", rows: 0, took: .milliseconds(5))
        }
    }

    private func begin(_ call: String, _ name: String) {
        state.withLock { state in
            state.calls.append(call)
            state.underWay.insert(name)
            state.mostAtOnce = max(state.mostAtOnce, state.underWay.count)
        }
    }

    /// Waits as long as it is held up.
    ///
    /// - Returns: Why it was cancelled meanwhile.
    private func wait(for name: String, _ watch: @Sendable () async -> String?) async -> String? {
        while state.withLock({ $0.held.contains(name) }) {
            if Task.isCancelled { return "the run was stopped" }
            if let reason = await watch() { return reason }
            // Nothing tells of a manual clock that somebody moves.
            try? await Task.sleep(for: .milliseconds(2))
        }
        return Task.isCancelled ? "the run was stopped" : await watch()
    }

    private static func done(_ action: MaintenanceAction) -> MaintenanceEffect {
        let before = ObjectState(size: action.size, deadRows: 500, tuples: 10_000, xidAge: 9, fileNode: 1)
        let after = ObjectState(
            size: ByteCount(action.size.bytes / 2), deadRows: 0, tuples: 10_000, xidAge: 9, fileNode: 2)
        return MaintenanceEffect(
            .done, "half as large", before: before, after: after, took: .seconds(2),
            statement: "\(action.kind.rawValue.uppercased()) \(action.object.name)")
    }
}
