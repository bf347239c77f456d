package import Engine
package import Faults
package import Jobs
package import Measures
package import Policy
import Postgres

/// Maintenance of a target's databases over libpq: reads what they need, does one statement at a time, proves what it did.
package struct MaintenanceServer: MaintenancePort {
    let connectLimit: Duration
    let pace: MaintenancePace
    let freeSpace: @Sendable (String) -> ByteCount?

    /// - Parameters:
    ///   - connectLimit: The longest wait for an address of a target.
    ///   - freeSpace: Asked for the folders of servers that run on this machine; nil asks the machine.
    package init(
        connectLimit: Duration = .seconds(10), pace: MaintenancePace = MaintenancePace(),
        freeSpace: (@Sendable (String) -> ByteCount?)? = nil
    ) {
        self.connectLimit = connectLimit
        self.pace = pace
        self.freeSpace = freeSpace ?? { Machine.freeSpace(at: $0) }
    }

    package func facts(
        of target: Target, database: String
    ) async throws(AnyFault) -> MaintenanceFacts {
        do throws(DatabasesFault) {
            let connection = try await MaintenanceSession.open(
                target.connection.with(database: database), connectLimit: connectLimit,
                settings: MaintenanceSession.reading)
            let reader = MaintenanceReader(
                connection: connection, version: await connection.serverVersion, freeSpace: freeSpace)
            let facts: Result<MaintenanceFacts, PostgresFault>
            do throws(PostgresFault) { facts = .success(try await reader.facts(database)) } catch {
                facts = .failure(error)
            }
            await connection.close()
            return try facts.mapError { DatabasesFault.server($0) }.get()
        } catch {
            throw AnyFault(error)
        }
    }

    package func perform(
        _ action: MaintenanceAction, on target: Target, database: String, gently: Gentleness,
        watch: @escaping @Sendable () async -> String?
    ) async -> MaintenanceEffect {
        let note = StopNote()
        // The task's own cancelling must not cut off the statement at any point: the watch decides by phase.
        let work = Task {
            await MaintenanceWork(
                action: action, info: target.connection.with(database: database), gently: gently, note: note,
                watch: watch, connectLimit: connectLimit, pace: pace, freeSpace: freeSpace
            ).effect()
        }
        return await withTaskCancellationHandler {
            await work.value
        } onCancel: {
            note.tell(.told("the run was stopped"))
        }
    }

    package func perform(
        _ statement: UserStatement, on target: Target, database: String, gently: Gentleness
    ) async throws(AnyFault) -> StatementEffect {
        do throws(DatabasesFault) {
            let connection = try await MaintenanceSession.open(
                target.connection.with(database: database), connectLimit: connectLimit,
                settings: gently.settings(lockTimeout: statement.lockWait(gently)), pinsPath: false)
            let effect: Result<StatementEffect, PostgresFault>
            do throws(PostgresFault) {
                effect = .success(
                    try await Self.perform(
                        statement, connection, statement.timeout ?? gently.statementTimeout))
            } catch { effect = .failure(error) }
            await connection.close()
            return try effect.mapError { DatabasesFault.server($0) }.get()
        } catch {
            throw AnyFault(error)
        }
    }

    private static func perform(
        _ statement: UserStatement, _ connection: Connection, _ limit: Duration?
    ) async throws(PostgresFault) -> StatementEffect {
        let begun = ContinuousClock.now
        let rows = try await connection.query(statement.sql, limit: limit ?? MaintenanceSession.workLimit)
        let number = rows.tag.split(separator: " ").last.flatMap { Int64($0) }
        return StatementEffect(
            tag: rows.tag, rows: number, warnings: rows.notices.filter(\.isWarning).map(\.message),
            took: begun.duration(to: .now))
    }
}

extension UserStatement {
    /// A concurrent build waits for others' transactions, which counts as waiting for a lock; a short limit would throw
    /// away what it built.
    fileprivate func lockWait(_ gently: Gentleness) -> Duration {
        lockTimeout ?? (sql.lowercased().contains("concurrently") ? .zero : gently.lockTimeout)
    }
}

extension ServerMessage {
    var isWarning: Bool { severity == "WARNING" }
}

extension Gentleness {
    /// The settings of a session that works so; a lock timeout of zero is none.
    func settings(lockTimeout: Duration) -> [String: String] {
        [
            "lock_timeout": String(Int64((lockTimeout / .milliseconds(1)).rounded(.up))),
            "vacuum_cost_delay": String(max(0, min(100, costDelay))),
            "vacuum_cost_limit": String(max(1, min(10_000, costLimit))),
            // One process: what the server's machine has left is the others'.
            "max_parallel_maintenance_workers": "0",
        ]
    }
}
