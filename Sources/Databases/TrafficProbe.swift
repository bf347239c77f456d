package import Engine
package import Faults
import FoundationEssentials
package import Jobs
package import Policy
import Postgres

/// Asks a target's server what it has counted, over a connection that is closed again at once.
///
/// One that stayed open would keep others from dropping, renaming or copying the database that it is in.
package struct TrafficProbe: TrafficPort {
    private let ambient: Ambient
    private let connectLimit: Duration

    /// - Parameter connectLimit: The longest wait for an address of a target.
    package init(ambient: Ambient, connectLimit: Duration = .seconds(10)) {
        self.ambient = ambient
        self.connectLimit = connectLimit
    }

    package func read(_ target: Target) async throws(AnyFault) -> TrafficReading {
        do throws(PostgresFault) {
            let database = target.connection["dbname"] ?? "postgres"
            var options = target.connection.with(database: database).options(statementLimit: .seconds(5))
            options.connectLimit = connectLimit
            let connection = try await Connection.open(options)
            let reading: Result<TrafficReading, PostgresFault>
            do throws(PostgresFault) {
                reading = .success(try await read(connection))
            } catch {
                reading = .failure(error)
            }
            await connection.close()
            return try reading.get()
        } catch {
            throw AnyFault(error)
        }
    }

    /// What a server of this version is asked, such as 160004.
    package static func question(serverVersion: Int) -> String {
        TrafficQueries.counters(hasActiveTime: serverVersion >= 140_000)
    }

    private func read(_ connection: Connection) async throws(PostgresFault) -> TrafficReading {
        let sql = Self.question(serverVersion: await connection.serverVersion)
        let row = try await connection.transaction(mode: "READ ONLY") {
            transaction throws(PostgresFault) in
            try await transaction.query(ProbeQueries.searchPath)
            return try await transaction.query(sql).one()
        }
        var totals: [TrafficSignal: Double] = [:]
        for signal in TrafficSignal.allCases where signal != .sessionSeconds {
            if try row.optionalText(signal.rawValue) != nil {
                totals[signal] = try row.number(signal.rawValue)
            }
        }
        return TrafficReading(
            at: ambient.wallTime(), server: try row.text("server"), reset: try row.text("reset"),
            totals: totals, activeSessions: Int(try row.integer("active_sessions")),
            ownSessions: Int(try row.integer("own_sessions")))
    }
}

/// What the sampler asks; it runs from PostgreSQL 12 on, on primaries and standbys, and everybody may ask it.
enum TrafficQueries {
    /// The counters of all databases together, with who counts.
    ///
    /// A server is told by when it was started, and by its timeline, which everybody may know; the system's identifier
    /// is kept from most. Whoever lacks `pg_read_all_stats` sees active sessions of its own role only. The sum over
    /// databases falls when one is dropped, which the reader sees.
    static func counters(hasActiveTime: Bool) -> String {
        let active = hasActiveTime ? "pg_catalog.sum(active_time) / 1000" : "NULL::double precision"
        return """
            SELECT d.*, s.active_sessions, s.own_sessions,
                EXTRACT(EPOCH FROM pg_catalog.pg_postmaster_start_time())::text || ' ' || CASE WHEN r.standby THEN 'standby'
                    ELSE pg_catalog.substr(
                        pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn()), 1, 8)
                    END AS server,
                CASE WHEN r.standby THEN pg_catalog.pg_last_wal_replay_lsn()
                    ELSE pg_catalog.pg_current_wal_insert_lsn() END - '0/0'::pg_catalog.pg_lsn AS wal_bytes
            FROM (SELECT pg_catalog.pg_is_in_recovery() AS standby) r,
                (SELECT pg_catalog.sum(xact_commit + xact_rollback) AS transactions,
                    pg_catalog.sum(tup_returned + tup_fetched) AS rows_read,
                    pg_catalog.sum(tup_inserted + tup_updated + tup_deleted) AS rows_written,
                    pg_catalog.sum(blks_read) AS blocks_read, \(active) AS active_seconds,
                    COALESCE(EXTRACT(EPOCH FROM pg_catalog.max(stats_reset))::text, '') AS reset
                FROM pg_catalog.pg_stat_database) d,
                (SELECT pg_catalog.count(*) FILTER (WHERE state = 'active' AND NOT own) AS active_sessions,
                    pg_catalog.count(*) FILTER (WHERE state <> 'idle' AND own) AS own_sessions
                FROM (
                    SELECT state, application_name = 'pgvigil' OR application_name ~ '^pgvigil/' AS own
                    FROM pg_catalog.pg_stat_activity
                    WHERE backend_type = 'client backend' AND pid <> pg_catalog.pg_backend_pid()) a) s
            """
    }
}
