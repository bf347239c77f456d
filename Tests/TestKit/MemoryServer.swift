package import Engine
package import Faults
package import Jobs
import Measures
import Synchronization

/// Servers in memory: what they tell can be set and made to fail, and a call can be held up until it is cancelled.
package final class MemoryServer: ServerPort {
    private struct State {
        var servers: [String: ServerFacts] = [:]
        var databases: [BackupItem: DatabaseFacts] = [:]
        var targetFaults: [String: [AnyFault]] = [:]
        var itemFaults: [BackupItem: [AnyFault]] = [:]
        var heldUp = false
        var rows: [String: Int64] = ["public.orders": 1_200, "public.customers": 34]
        var snapshotFaults: [AnyFault] = []
        var countFaults: [AnyFault] = []
        var snapshots: Set<String> = []
        var calls: [String] = []
    }

    private let state = Mutex(State())

    /// No server at all; ``put(_:of:)`` adds them.
    package init() {}

    /// Adds a server, or changes what it tells; each of its databases gets facts.
    package func put(_ facts: ServerFacts, of target: String) {
        state.withLock { state in
            state.servers[target] = facts
            for database in facts.databases {
                let item = BackupItem(target: target, database: database)
                state.databases[item] = state.databases[item] ?? Self.database(database)
            }
        }
    }

    /// Changes what a server tells of one database.
    package func put(_ facts: DatabaseFacts, of target: String) {
        state.withLock { $0.databases[BackupItem(target: target, database: facts.name)] = facts }
    }

    /// Makes the next calls about a target fail, one fault each.
    package func fail(_ target: String, with faults: AnyFault...) {
        state.withLock { $0.targetFaults[target] = faults }
    }

    /// Makes the next calls about a database fail, one fault each.
    package func fail(_ item: BackupItem, with faults: AnyFault...) {
        state.withLock { $0.itemFaults[item] = faults }
    }

    /// Lets no call return any more before it is cancelled.
    package func holdUp() {
        state.withLock { $0.heldUp = true }
    }

    /// Sets how many rows a table has at the source; those of ``MemoryVerifier/sound(_:)`` are known.
    package func put(rows: Int64, of table: String) {
        state.withLock { $0.rows[table] = rows }
    }

    /// Makes the next snapshot, or the next count in one, fail.
    package func failSnapshot(with fault: AnyFault? = nil, countWith countFault: AnyFault? = nil) {
        state.withLock { state in
            state.snapshotFaults += [fault].compactMap { $0 }
            state.countFaults += [countFault].compactMap { $0 }
        }
    }

    /// Snapshots that are held now.
    package var snapshots: Set<String> { state.withLock { $0.snapshots } }

    /// No server in memory has several connections: what they read is tested on real ones.
    package func shareSnapshot(
        of target: Target, database: String, connections: Int
    ) async throws(AnyFault) -> any SharedSnapshot {
        throw EngineFault.snapshotPooled(item: "\(target.name)/\(database)").plain
    }

    package func holdSnapshot(of target: Target, database: String) async throws(AnyFault) -> any HeldSnapshot
    {
        let item = BackupItem(target: target.name, database: database)
        let (fault, id) = state.withLock { state in
            state.calls.append("snapshot \(item)")
            let id = "00000003-0000001B-\(state.calls.count)"
            let fault = state.snapshotFaults.isEmpty ? nil : state.snapshotFaults.removeFirst()
            if fault == nil { state.snapshots.insert(id) }
            return (fault, id)
        }
        if let fault { throw fault }
        return MemorySnapshot(server: self, id: id)
    }

    fileprivate func count(_ id: String, _ table: String) throws(AnyFault) -> Int64 {
        let (fault, rows, isHeld) = state.withLock { state in
            state.calls.append("count \(table)")
            let fault = state.countFaults.isEmpty ? nil : state.countFaults.removeFirst()
            return (fault, state.rows[table], state.snapshots.contains(id))
        }
        if let fault { throw fault }
        guard isHeld, let rows else { throw Self.unreachable(table) }
        return rows
    }

    fileprivate func release(_ id: String) {
        state.withLock { state in
            if state.snapshots.remove(id) != nil { state.calls.append("release") }
        }
    }

    /// What was asked so far: `target` or `target/database`.
    package var calls: [String] { state.withLock { $0.calls } }

    package func facts(of target: Target) async throws(AnyFault) -> ServerFacts {
        let (fault, facts, heldUp) = state.withLock { state in
            state.calls.append(target.name)
            var faults = state.targetFaults[target.name] ?? []
            let fault = faults.isEmpty ? nil : faults.removeFirst()
            state.targetFaults[target.name] = faults
            return (fault, state.servers[target.name], state.heldUp)
        }
        if heldUp { throw await Self.untilCancelled() }
        if let fault { throw fault }
        guard let facts else { throw Self.unreachable(target.name) }
        return facts
    }

    package func facts(of target: Target, database: String) async throws(AnyFault) -> DatabaseFacts {
        let item = BackupItem(target: target.name, database: database)
        let (fault, facts) = state.withLock { state in
            state.calls.append("\(item)")
            var faults = state.itemFaults[item] ?? []
            let fault = faults.isEmpty ? nil : faults.removeFirst()
            state.itemFaults[item] = faults
            return (fault, state.databases[item])
        }
        if let fault { throw fault }
        guard let facts else { throw Self.unreachable("\(item)") }
        return facts
    }

    /// A server of version 17 whose role may read everything.
    package static func server(databases: [String], major: Int = 17) -> ServerFacts {
        ServerFacts(
            versionNumber: major * 10_000 + 6, version: "\(major).6", systemIdentifier: "7412345678901234567",
            inRecovery: false, mayReadPasswords: true, databases: databases)
    }

    /// A database of 300 MiB with two tables.
    package static func database(_ name: String) -> DatabaseFacts {
        DatabaseFacts(
            name: name, size: ByteCount(300 << 20), owner: "shop", encoding: "UTF8", collate: "en_US.UTF-8",
            ctype: "en_US.UTF-8", settings: ["search_path=app, public"],
            extensions: [.init(name: "plpgsql", version: "1.0")],
            tables: [
                .init(schema: "public", name: "orders", bytes: 200 << 20, rows: 1_000_000),
                .init(schema: "public", name: "customers", bytes: 50 << 20, rows: 20_000),
            ])
    }

    /// What a server says that is not there; it may pass.
    package static func unreachable(_ name: String) -> AnyFault {
        AnyFault(
            code: "postgres.unreachable", summary: "\(name) does not answer", remedy: "Start the server.",
            exitStatus: .undetermined, mayPass: true)
    }

    private static func untilCancelled() async -> AnyFault {
        await ManualClock().sleep(.seconds(1))
        return AnyFault(
            code: "postgres.cancelled", summary: "cancelled", remedy: "None.", exitStatus: .interrupted)
    }
}

/// A state of a server in memory.
private struct MemorySnapshot: HeldSnapshot {
    let server: MemoryServer
    let id: String

    func count(schema: String, table: String) async throws(AnyFault) -> Int64 {
        try server.count(id, "\(schema).\(table)")
    }

    func release() async { server.release(id) }
}
