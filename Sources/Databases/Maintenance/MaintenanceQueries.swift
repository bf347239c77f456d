/// What maintenance reads of a database; each statement is short, runs by itself, and runs from PostgreSQL 12 on.
///
/// The session's search path holds only `pg_catalog` (CVE-2018-1058). What 12 does not have is left out by version.
enum MaintenanceQueries {
    /// Settings of a session, those that the server does not know left out; `$1` names, `$2` values.
    static let settings = """
        SELECT pg_catalog.set_config(s.name, v.value, false)
        FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS v (name, value)
            JOIN pg_catalog.pg_settings s ON s.name OPERATOR(pg_catalog.=) v.name
        """

    static let server = """
        SELECT pg_catalog.pg_is_in_recovery() AS recovery,
            EXTRACT(EPOCH FROM pg_catalog.clock_timestamp()) AS now,
            pg_catalog.pg_backend_pid()::bigint AS pid
        """

    /// Settings of autovacuum and the like, as numbers in their own units.
    static let thresholds = """
        SELECT name, setting FROM pg_catalog.pg_settings
        WHERE name IN ('autovacuum_freeze_max_age', 'autovacuum_multixact_freeze_max_age',
            'vacuum_failsafe_age', 'vacuum_multixact_failsafe_age',
            'autovacuum_vacuum_threshold', 'autovacuum_vacuum_scale_factor', 'autovacuum_vacuum_max_threshold',
            'autovacuum_vacuum_insert_threshold', 'autovacuum_vacuum_insert_scale_factor',
            'autovacuum_analyze_threshold', 'autovacuum_analyze_scale_factor')
        """

    /// Bytes of a relation's first fork, from the file system unless somebody's exclusive lock would make us wait.
    static func size(measured: Bool) -> String {
        let estimate = "c.relpages::bigint * pg_catalog.current_setting('block_size')::bigint"
        guard measured else { return estimate }
        return """
            CASE WHEN c.oid IN (
                SELECT l.relation FROM pg_catalog.pg_locks l
                WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock') THEN \(estimate)
            ELSE COALESCE(pg_catalog.pg_relation_size(c.oid), 0) END
            """
    }

    /// What has a smaller number was made by initdb, as the tables of the information schema (`FirstNormalObjectId` in
    /// transam.h).
    private static let firstNormalNumber = 16_384

    /// Tables, materialized views, partitioned parents, their TOAST tables and the catalogs.
    ///
    /// A TOAST table without parameters of its own goes by those of its table (`do_autovacuum` in autovacuum.c).
    static func relations(major: Int, measured: Bool) -> String {
        let inserted = major >= 13 ? "pg_catalog.pg_stat_get_ins_since_vacuum(c.oid)" : "NULL::bigint"
        return """
            SELECT c.oid::bigint AS oid, n.nspname AS schema, c.relname AS name, c.relkind::text AS kind,
                c.relnamespace = 'pg_catalog'::pg_catalog.regnamespace OR c.oid < \(firstNormalNumber) AS catalog,
                c.relpersistence = 't' AS temporary, m.oid::bigint AS owner,
                CASE WHEN c.relkind = 'p' THEN 0 ELSE \(size(measured: measured)) END AS size,
                c.relpages::bigint AS pages, c.relallvisible::bigint AS visible, c.reltuples AS tuples,
                pg_catalog.pg_stat_get_dead_tuples(c.oid) AS dead,
                pg_catalog.pg_stat_get_mod_since_analyze(c.oid) AS modified, \(inserted) AS inserted,
                EXTRACT(EPOCH FROM GREATEST(pg_catalog.pg_stat_get_last_vacuum_time(c.oid),
                    pg_catalog.pg_stat_get_last_autovacuum_time(c.oid))) AS vacuumed,
                EXTRACT(EPOCH FROM pg_catalog.pg_stat_get_last_analyze_time(c.oid)) AS analyzed,
                EXTRACT(EPOCH FROM pg_catalog.pg_stat_get_last_autoanalyze_time(c.oid)) AS autoanalyzed,
                CASE WHEN c.relfrozenxid::text <> '0' THEN pg_catalog.age(c.relfrozenxid) END AS xid_age,
                CASE WHEN c.relminmxid::text <> '0' THEN pg_catalog.mxid_age(c.relminmxid) END AS multixact_age,
                pg_catalog.array_to_string(COALESCE(c.reloptions, m.reloptions), E'\\n') AS options,
                \(mayVacuum(major: major)) AS allowed
            FROM pg_catalog.pg_class c
                JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                LEFT JOIN pg_catalog.pg_class m ON m.reltoastrelid = c.oid AND c.relkind = 't'
            WHERE c.relkind IN ('r', 'm', 'p', 't')
            """
    }

    /// VACUUM and ANALYZE: the owner, superusers, the database's owner but for shared catalogs, and from 17 on who has
    /// MAINTAIN (manual, VACUUM, "Notes").
    private static func mayVacuum(major: Int) -> String {
        let own =
            major >= 17
            ? "pg_catalog.has_table_privilege(c.oid, 'MAINTAIN')"
            : "pg_catalog.pg_has_role(c.relowner, 'USAGE')"
        return """
            CASE WHEN \(superuser) THEN true
                ELSE (NOT c.relisshared AND (SELECT pg_catalog.pg_has_role(d.datdba, 'USAGE')
                    FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()))
                    OR COALESCE(\(own), false) END
            """
    }

    static let superuser = "(SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = CURRENT_USER)"

    /// Each partitioned parent with each of its leaves; by the catalog, which takes no locks on them.
    static let leaves = """
        WITH RECURSIVE tree (root, oid) AS (
            SELECT c.oid, c.oid FROM pg_catalog.pg_class c WHERE c.relkind = 'p'
            UNION ALL
            SELECT t.root, i.inhrelid FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid)
        SELECT t.root::bigint AS parent, t.oid::bigint AS leaf
        FROM tree t JOIN pg_catalog.pg_class c ON c.oid = t.oid
        WHERE c.relkind = 'r'
        """

    /// Relations on which somebody does maintenance or changes their definition now.
    ///
    /// The progress views hide from a role without `pg_read_all_stats` what others work on; `pg_locks` does not. VACUUM,
    /// ANALYZE and CREATE INDEX CONCURRENTLY all hold SHARE UPDATE EXCLUSIVE on the table.
    static let busy = """
        SELECT l.relation::bigint AS oid, l.pid,
            COALESCE(a.backend_type = 'autovacuum worker' OR a.query = '<insufficient privilege>'
                OR l.pid IN (SELECT v.pid FROM pg_catalog.pg_stat_progress_vacuum v), true)
                AND l.mode = 'ShareUpdateExclusiveLock' AS vacuums,
            COALESCE(a.query LIKE '%(to prevent wraparound)%', false) AS wraparound
        FROM pg_catalog.pg_locks l
            LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
        WHERE l.locktype = 'relation' AND l.granted AND l.pid <> pg_catalog.pg_backend_pid()
            AND l.mode IN ('ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock',
                'AccessExclusiveLock')
            AND (l.database = 0 OR l.database = \(thisDatabase))
        UNION ALL
        SELECT o.oid::bigint, p.pid, false, false
        FROM pg_catalog.pg_stat_progress_create_index p, unnest(ARRAY[p.relid, p.index_relid]) AS o (oid)
        WHERE p.datid = \(thisDatabase) AND o.oid <> 0 AND p.pid <> pg_catalog.pg_backend_pid()
        """

    private static let thisDatabase =
        "(SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())"
}
