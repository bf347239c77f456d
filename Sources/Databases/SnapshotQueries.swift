/// What is asked of the tables of a state that several connections read.
enum SnapshotQueries {
    /// One server process group and one database have one of these, whatever the session's settings: in microseconds,
    /// since a float's digits depend on them.
    static let origin = """
        SELECT pg_catalog.concat_ws('/',
            (EXTRACT(epoch FROM pg_catalog.pg_postmaster_start_time()) * 1000000)::bigint,
            pg_catalog.inet_server_addr(), pg_catalog.inet_server_port(), oid) AS origin
        FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()
        """

    /// Sizes of plain tables, whose ranges of pages can be read by themselves where they are heaps; a scan of such a
    /// range reads only it from version 14 on (release notes of 14, TID range scans).
    static func layouts(major: Int) -> String {
        """
        SELECT c.oid::text AS oid,
            pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::bigint AS pages,
            pg_catalog.pg_relation_size(c.oid)
                + CASE WHEN c.reltoastrelid = 0 THEN 0 ELSE pg_catalog.pg_relation_size(c.reltoastrelid) END AS bytes,
            COALESCE(a.amname = 'heap', false) AND \(major >= 14) AS divisible,
            e.condition AS condition
        FROM pg_catalog.pg_class c
        LEFT JOIN pg_catalog.pg_am a ON a.oid = c.relam
        LEFT JOIN (SELECT pg_catalog.unnest(extconfig) AS oid, pg_catalog.unnest(extcondition) AS condition
            FROM pg_catalog.pg_extension) e ON e.oid = c.oid
        WHERE c.relkind = 'r' AND c.relpersistence IN ('p', 'u')
        """
    }
}
