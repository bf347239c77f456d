import Databases
import Jobs
import Postgres
import TestKit
import Testing

/// A table that nobody else can read, so that a dump waits at it for as long as a test wants.
struct Blockade {
    private let connection: Connection
    private let info: ConnectionInfo

    /// Locks a table, by default one of the sample.
    static func lock(_ info: ConnectionInfo, table: String = "public.customer") async throws -> Blockade {
        let connection = try await Connection.open(info.options(applicationName: "blockade"))
        try await connection.query("begin")
        try await connection.query("lock table \(table) in access exclusive mode")
        return Blockade(connection: connection, info: info)
    }

    /// Waits until somebody stands before the table.
    ///
    /// - Returns: The ids of the server's processes that wait.
    func arrivals(sourceLocation: SourceLocation = #_sourceLocation) async throws -> [Int64] {
        let watcher = try await Connection.open(
            info.with(database: "postgres").options(applicationName: "watcher"))
        let found = try await Fact.value {
            let rows = try await watcher.query(
                """
                select pid from pg_catalog.pg_stat_activity
                where wait_event_type = 'Lock' and application_name not in ('blockade', 'watcher')
                    and (datname = $1 or $1 is null)
                """, [.optional(info["dbname"])])
            return rows.isEmpty ? nil : try rows.map { try $0.integer("pid") }
        }
        await watcher.close()
        return try #require(found, "nobody came to the locked table", sourceLocation: sourceLocation)
    }

    /// A connection that does nothing but be there.
    static func connect(_ info: ConnectionInfo) async throws -> Connection {
        try await Connection.open(info.options(applicationName: "blockade"))
    }

    /// Lets everybody pass.
    func lift() async {
        await connection.close()
    }
}
