package import Engine
package import Faults
package import Jobs
import Postgres

/// Several connections that see one state of a database.
extension ServerProbe {
    package func shareSnapshot(
        of target: Target, database: String, connections: Int
    ) async throws(AnyFault) -> any SharedSnapshot {
        var options = target.connection.with(database: database).options(statementLimit: statementLimit)
        options.connectLimit = connectLimit
        var opened: [Connection] = []
        let snapshot: PostgresSharedSnapshot?
        do throws(PostgresFault) {
            snapshot = try await Self.share(options, max(2, connections), &opened)
        } catch {
            for connection in opened { await connection.close() }
            throw AnyFault(error)
        }
        guard let snapshot else {
            for connection in opened { await connection.close() }
            throw EngineFault.snapshotPooled(item: "\(target.name)/\(database)").plain
        }
        return snapshot
    }

    /// - Parameter opened: Gets each connection as soon as it is there.
    /// - Returns: Nil where they do not all come to one server's own sessions.
    private static func share(
        _ options: ConnectionOptions, _ count: Int, _ opened: inout [Connection]
    ) async throws(PostgresFault) -> PostgresSharedSnapshot? {
        let first = try await Connection.open(options)
        opened.append(first)
        guard let id = try await export(first) else { return nil }
        let origin = try await origin(first)
        for _ in 1..<count {
            let other = try await Connection.open(options)
            opened.append(other)
            // The same name may mean another state on another server behind the same address.
            guard try await join(other, id), try await Self.origin(other) == origin else { return nil }
        }
        var encoding = ""
        for connection in opened {
            encoding = try await DumpSession.dress([:]) { (sql, values) throws(PostgresFault) in
                try await connection.query(sql, values)
            }
        }
        return PostgresSharedSnapshot(
            connections: opened, id: id, encoding: encoding, major: await first.serverVersion / 10_000)
    }

    private static func origin(_ connection: Connection) async throws(PostgresFault) -> String {
        try await connection.query(SnapshotQueries.origin).one().text("origin")
    }
}
