/// What guards ask a target's server; every statement runs from PostgreSQL 12 on, on primaries and standbys.
///
/// The rest of pgvigil's own sessions, its dumps above all, are not others: they are told by the name that they give.
enum GuardQueries {
    /// Client sessions of others.
    ///
    /// Whoever lacks `pg_read_all_stats` sees of the sessions of other roles no more than that they are there, with this
    /// text in place of the query; their type is hidden as well, so all that belong to a role count as hidden
    /// (`pg_stat_get_activity` in `src/backend/utils/adt/pgstatfuncs.c`).
    static let sessions = """
        SELECT pg_catalog.count(*) FILTER (WHERE backend_type = 'client backend' AND state = 'active') AS active,
            pg_catalog.count(*) FILTER (
                WHERE usesysid IS NOT NULL AND datid IS NOT NULL AND query = '<insufficient privilege>') AS hidden,
            COALESCE(EXTRACT(EPOCH FROM pg_catalog.clock_timestamp() - LEAST(
                pg_catalog.min(xact_start) FILTER (WHERE backend_type = 'client backend'),
                (SELECT pg_catalog.min(prepared) FROM pg_catalog.pg_prepared_xacts))), 0) AS oldest
        FROM pg_catalog.pg_stat_activity
        WHERE pid <> pg_catalog.pg_backend_pid()
            AND application_name <> 'pgvigil' AND application_name !~ '^pgvigil/'
        """

    /// Transactions that have ended since the statistics were last reset; everybody may ask.
    static let transactions = """
        SELECT pg_catalog.sum(xact_commit + xact_rollback)::bigint AS number
        FROM pg_catalog.pg_stat_database
        """

    /// Up to where the server has written its log, or a standby has replayed it, in bytes; everybody may ask.
    static let walPosition = """
        SELECT pg_catalog.pg_wal_lsn_diff(
            CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
                ELSE pg_catalog.pg_current_wal_insert_lsn() END, '0/0')::bigint AS number
        """

    static let inRecovery = "SELECT pg_catalog.pg_is_in_recovery() AS recovery"

    /// Standbys of a primary, or of a standby that passes on.
    ///
    /// `replay_lag` is null for one that is idle and has replayed all, and for one that has not told yet, which shows in
    /// its state (manual, "pg_stat_replication"). A base backup under way is no standby.
    static let standbys = """
        SELECT pg_catalog.count(*) FILTER (WHERE state IS NULL) AS hidden,
            pg_catalog.count(*) FILTER (
                WHERE state IN ('startup', 'catchup') AND replay_lag IS NULL) AS unknown,
            COALESCE(EXTRACT(EPOCH FROM pg_catalog.max(replay_lag)), 0) AS lag
        FROM pg_catalog.pg_stat_replication
        WHERE state IS DISTINCT FROM 'backup'
        """

    /// How far a standby is behind: not at all while it receives and has replayed what it received, else by the age of the
    /// last transaction that it replayed, which is null before the first.
    static let behind = """
        SELECT CASE
            WHEN pg_catalog.pg_last_wal_receive_lsn() = pg_catalog.pg_last_wal_replay_lsn()
                AND EXISTS (SELECT FROM pg_catalog.pg_stat_wal_receiver) THEN 0
            ELSE EXTRACT(EPOCH FROM
                pg_catalog.clock_timestamp() - pg_catalog.pg_last_xact_replay_timestamp()) END AS lag
        """
}
