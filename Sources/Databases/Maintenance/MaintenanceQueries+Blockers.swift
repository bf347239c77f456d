/// What is read of those who hold rows back.
extension MaintenanceQueries {
    /// Sessions with a snapshot or an id of their own, of this database or of none.
    ///
    /// VACUUM's own snapshot holds nothing back (`PROC_IN_VACUUM` in procarray.c), and a second of age is nobody's fault.
    static let snapshots = """
        SELECT a.pid::bigint AS pid, COALESCE(a.application_name, '') AS name,
            COALESCE(a.usename, '') AS role, a.datname AS database,
            COALESCE(a.backend_type, '') AS type, a.backend_xmin IS NOT NULL AS snapshot,
            EXTRACT(EPOCH FROM pg_catalog.clock_timestamp() - a.xact_start) AS seconds,
            GREATEST(pg_catalog.age(a.backend_xmin), pg_catalog.age(a.backend_xid), 0)::bigint AS age
        FROM pg_catalog.pg_stat_activity a
        WHERE (a.backend_xmin IS NOT NULL OR a.backend_xid IS NOT NULL)
            AND a.pid <> pg_catalog.pg_backend_pid()
            AND (a.datid IS NULL OR a.datname = pg_catalog.current_database() OR a.backend_type = 'walsender')
            AND a.backend_type NOT IN ('autovacuum worker', 'parallel worker')
            AND a.pid NOT IN (SELECT v.pid FROM pg_catalog.pg_stat_progress_vacuum v)
            AND COALESCE(a.xact_start, a.backend_start)
                < pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => $1::float8)
        """

    /// Sessions whose snapshot nobody without `pg_read_all_stats` sees.
    static let hidden = """
        SELECT pg_catalog.count(*) AS hidden FROM pg_catalog.pg_stat_activity
        WHERE query = '<insufficient privilege>' AND usesysid IS NOT NULL
            AND (datname = pg_catalog.current_database()
                OR pid IN (SELECT r.pid FROM pg_catalog.pg_stat_replication r))
        """

    static let prepared = """
        SELECT gid AS name, owner AS role, database,
            EXTRACT(EPOCH FROM pg_catalog.clock_timestamp() - prepared) AS seconds,
            pg_catalog.age(transaction)::bigint AS age
        FROM pg_catalog.pg_prepared_xacts
        WHERE database = pg_catalog.current_database()
        """

    static let slots = """
        SELECT slot_name AS name, active_pid::bigint AS pid, xmin IS NULL AS catalogs,
            COALESCE(pg_catalog.age(xmin), pg_catalog.age(catalog_xmin))::bigint AS age
        FROM pg_catalog.pg_replication_slots
        WHERE xmin IS NOT NULL OR catalog_xmin IS NOT NULL
        """
}
