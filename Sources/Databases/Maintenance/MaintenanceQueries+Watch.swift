/// What is read beside a statement of ours, and before and after it.
extension MaintenanceQueries {
    /// What the session `$1` builds, who waits for its locks, whom it waits for, and who has a snapshot here.
    ///
    /// `pg_blocking_pids` stops all locking for a moment, so it is asked only of those that wait for something that we
    /// hold. Of those that wait for a table, none but workers of autovacuum have no user, whatever we may see of them.
    static let watch = """
        WITH locks AS MATERIALIZED (SELECT * FROM pg_catalog.pg_locks),
            waiting AS (
                SELECT DISTINCT w.pid FROM locks w
                WHERE NOT w.granted AND w.pid <> $1::int AND EXISTS (
                        SELECT FROM locks h
                        WHERE h.pid = $1::int AND h.granted AND h.locktype = w.locktype
                            AND h.database IS NOT DISTINCT FROM w.database
                            AND h.relation IS NOT DISTINCT FROM w.relation
                            AND h.virtualxid IS NOT DISTINCT FROM w.virtualxid
                            AND h.transactionid IS NOT DISTINCT FROM w.transactionid)
                    AND $1::int = ANY (pg_catalog.pg_blocking_pids(w.pid))),
            holding AS (
                SELECT DISTINCT b.pid
                FROM locks w, unnest(pg_catalog.pg_blocking_pids($1::int)) AS b (pid)
                WHERE w.pid = $1::int AND NOT w.granted)
        SELECT 'phase' AS what, p.pid::bigint AS pid, p.phase AS name, '' AS role
        FROM pg_catalog.pg_stat_progress_create_index p WHERE p.pid = $1::int
        UNION ALL
        SELECT CASE WHEN a.pid IS NOT NULL AND a.usesysid IS NULL THEN 'autovacuum' ELSE 'waiter' END, w.pid,
            COALESCE(a.application_name, ''), COALESCE(a.usename, '')
        FROM waiting w LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = w.pid
        UNION ALL
        SELECT 'holder', h.pid, COALESCE(a.application_name, ''), COALESCE(a.usename, '')
        FROM holding h LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = h.pid
        UNION ALL
        SELECT 'snapshot', a.pid, a.application_name, COALESCE(a.usename, '')
        FROM pg_catalog.pg_stat_activity a
        WHERE a.backend_xmin IS NOT NULL AND a.pid <> $1::int AND a.pid <> pg_catalog.pg_backend_pid()
            AND a.datname = pg_catalog.current_database()
        """

    /// Who holds a lock on the relation `$1` that VACUUM cannot share.
    static let holders = """
        SELECT DISTINCT l.pid::bigint AS pid, COALESCE(a.application_name, '') AS name,
            COALESCE(a.usename, '') AS role
        FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
        WHERE l.locktype = 'relation' AND l.granted AND l.relation = $1::oid
            AND l.pid <> pg_catalog.pg_backend_pid()
            AND l.mode IN ('ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock',
                'AccessExclusiveLock')
        ORDER BY 1
        LIMIT 5
        """

    /// A table, or what is kept like one, by its number `$1`.
    static func table(measured: Bool) -> String {
        """
        SELECT n.nspname AS schema, c.relname AS name, c.relkind::text AS kind,
            c.relpersistence = 't' AS temporary, c.relallvisible::bigint AS visible,
            c.reltoastrelid::bigint AS toast,
            CASE WHEN c.relkind = 'p' THEN 0 ELSE \(size(measured: measured)) END AS size,
            c.reltuples AS tuples, pg_catalog.pg_stat_get_dead_tuples(c.oid) AS dead,
            CASE WHEN c.relfrozenxid::text <> '0' THEN pg_catalog.age(c.relfrozenxid) ELSE 0 END AS xid_age,
            CASE WHEN c.relminmxid::text <> '0' THEN pg_catalog.mxid_age(c.relminmxid) ELSE 0 END
                AS multixact_age,
            c.relfrozenxid::text AS frozen, c.relminmxid::text AS multixact,
            COALESCE(pg_catalog.pg_relation_filenode(c.oid), 0)::bigint AS file,
            pg_catalog.pg_stat_get_vacuum_count(c.oid) AS vacuums,
            pg_catalog.pg_stat_get_analyze_count(c.oid) AS analyzes,
            pg_catalog.current_setting('track_counts')::boolean AS counts
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.oid = $1::oid AND c.relkind IN ('r', 'm', 'p', 't')
        """
    }

    /// An index by `condition`.
    static func index(_ condition: String, measured: Bool) -> String {
        """
        SELECT c.oid::bigint AS oid, n.nspname AS schema, c.relname AS name, c.relkind::text AS kind,
            t.oid::bigint AS table_oid, t.relname AS table_name, i.indisvalid AS valid,
            i.indisexclusion AS exclusion, i.indexprs IS NOT NULL AS expression,
            t.relpersistence = 't' AS temporary, c.reltuples AS tuples,
            CASE WHEN c.relkind = 'I' THEN 0 ELSE \(size(measured: measured)) END AS size,
            COALESCE(pg_catalog.pg_relation_filenode(c.oid), 0)::bigint AS file,
            c.reltablespace::bigint AS tablespace
        FROM pg_catalog.pg_index i
            JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
        WHERE \(condition)
        """
    }

    static let byNumber = "c.oid = $1::oid"
    static let byName = "n.nspname = $1 AND c.relname = $2"
    static let invalidOfTable = "t.oid = $1::oid AND NOT i.indisvalid"

    static let isConnected =
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE pid = $1::int) AS here"
}
