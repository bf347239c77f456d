/// What is asked of a target's server; every statement runs from PostgreSQL 12 on, on primaries and standbys.
///
/// Names are qualified and the search path holds only `pg_catalog`, so that nothing that lies in a database of somebody
/// else's is executed (CVE-2018-1058).
enum ProbeQueries {
    /// Lasts as long as the transaction, so it leaves nothing behind in a pooler's connection.
    static let searchPath = "SELECT pg_catalog.set_config('search_path', 'pg_catalog', true)"

    static let server = """
        SELECT pg_catalog.current_setting('server_version_num')::bigint AS number,
            pg_catalog.current_setting('server_version') AS version,
            pg_catalog.pg_is_in_recovery() AS recovery,
            pg_catalog.has_table_privilege('pg_catalog.pg_authid', 'SELECT') AS passwords,
            pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS control
        """

    static let systemIdentifier =
        "SELECT system_identifier::text AS identifier FROM pg_catalog.pg_control_system()"

    /// A database whose DROP was interrupted has -2 as its limit of connections (16 and later) and lets nobody in.
    static let databases = """
        SELECT datname AS name
        FROM pg_catalog.pg_database
        WHERE datallowconn AND NOT datistemplate AND datconnlimit <> -2
        ORDER BY datname
        """

    /// `pg_database` got a provider in 15, and its `daticulocale` became `datlocale` in 17.
    static func database(major: Int) -> String {
        let provider = major >= 15 ? "datlocprovider::text" : "'c'::text"
        let locale = major >= 17 ? "datlocale::text" : major >= 15 ? "daticulocale::text" : "NULL::text"
        let version = major >= 15 ? "datcollversion" : "NULL::text"
        return """
            SELECT pg_catalog.pg_database_size(oid) AS size,
                pg_catalog.pg_get_userbyid(datdba) AS owner,
                pg_catalog.pg_encoding_to_char(encoding) AS encoding,
                datcollate AS collate, datctype AS ctype, \(provider) AS provider, \(locale) AS locale,
                \(version) AS collation_version, datacl::text AS acl
            FROM pg_catalog.pg_database
            WHERE datname = pg_catalog.current_database()
            """
    }

    static let settings = """
        SELECT s.setting
        FROM pg_catalog.pg_db_role_setting r
            JOIN pg_catalog.pg_database d ON d.oid = r.setdatabase
            CROSS JOIN LATERAL pg_catalog.unnest(r.setconfig) AS s (setting)
        WHERE r.setrole = 0 AND d.datname = pg_catalog.current_database()
        ORDER BY s.setting
        """

    static let roleSettings = """
        SELECT pg_catalog.pg_get_userbyid(r.setrole) AS role, s.setting
        FROM pg_catalog.pg_db_role_setting r
            JOIN pg_catalog.pg_database d ON d.oid = r.setdatabase
            CROSS JOIN LATERAL pg_catalog.unnest(r.setconfig) AS s (setting)
        WHERE r.setrole <> 0 AND d.datname = pg_catalog.current_database()
        ORDER BY role, s.setting
        """

    static let extensions = """
        SELECT extname AS name, extversion AS version FROM pg_catalog.pg_extension ORDER BY extname
        """

    /// Relations that pg_dump saves: not the system's, nobody's temporary ones, and of those that belong to an
    /// extension only its configuration tables (`getTables` and `processExtensionTables` in pg_dump.c).
    static let saved = """
        FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relpersistence <> 't'
            AND (
                NOT EXISTS (
                    SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
                        AND d.objsubid = 0 AND d.deptype = 'e')
                OR EXISTS (SELECT FROM pg_catalog.pg_extension e WHERE c.oid = ANY (e.extconfig)))
        """

    /// Tables with data by the statistics: pages of the table and of its TOAST table.
    ///
    /// - Parameter measured: Ask the file system for tables that were never analysed. That takes their locks.
    static func tables(measured: Bool) -> String {
        let estimate = """
            (c.relpages::bigint + COALESCE(
                (SELECT t.relpages FROM pg_catalog.pg_class t WHERE t.oid = c.reltoastrelid), 0)::bigint)
                * pg_catalog.current_setting('block_size')::bigint
            """
        let bytes =
            measured
            ? "CASE WHEN c.relpages = 0 THEN COALESCE(pg_catalog.pg_table_size(c.oid), 0) ELSE \(estimate) END"
            : estimate
        return """
            SELECT n.nspname AS schema, c.relname AS name, \(bytes) AS bytes,
                GREATEST(c.reltuples, 0)::bigint AS rows
            \(saved) AND c.relkind = 'r'
            ORDER BY 3 DESC, 1, 2
            """
    }

    /// pg_dump locks tables, which takes SELECT, and reads sequences.
    static let unreadableRelations = """
        SELECT n.nspname AS schema, c.relname AS name,
            CASE WHEN c.relkind = 'S' THEN 'sequence' ELSE 'table' END AS kind
        \(saved) AND c.relkind IN ('r', 'p', 'S')
            AND NOT CASE
                WHEN c.relkind = 'S' THEN pg_catalog.has_sequence_privilege(c.oid, 'SELECT')
                ELSE pg_catalog.has_table_privilege(c.oid, 'SELECT') END
        ORDER BY 1, 2
        LIMIT 1000
        """

    static let closedSchemas = """
        SELECT n.nspname AS name
        FROM pg_catalog.pg_namespace n
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
            AND NOT pg_catalog.has_schema_privilege(n.oid, 'USAGE')
            AND NOT EXISTS (
                SELECT FROM pg_catalog.pg_depend d
                WHERE d.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND d.objid = n.oid
                    AND d.deptype = 'e')
        ORDER BY 1
        LIMIT 1000
        """

    /// `has_largeobject_privilege` exists only from 18 on, so this says the same with older means.
    static let unreadableLargeObjects = """
        SELECT l.oid::text AS name
        FROM pg_catalog.pg_largeobject_metadata l
        WHERE NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER)
            AND NOT pg_catalog.pg_has_role(l.lomowner, 'USAGE')
            AND NOT EXISTS (
                SELECT FROM pg_catalog.aclexplode(l.lomacl) a
                WHERE a.privilege_type = 'SELECT'
                    AND (a.grantee = 0 OR pg_catalog.pg_has_role(a.grantee, 'USAGE')))
        ORDER BY l.oid
        LIMIT 100
        """

    /// Tables of which row-level security hides rows from this role; pg_dump refuses them, which is right.
    static let rowSecurity = """
        SELECT n.nspname AS schema, c.relname AS name
        \(saved) AND c.relkind = 'r' AND c.relrowsecurity AND pg_catalog.row_security_active(c.oid)
        ORDER BY 1, 2
        LIMIT 1000
        """
}
