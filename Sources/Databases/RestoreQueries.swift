/// What is asked of a server that is restored into; every statement runs from PostgreSQL 12 on.
///
/// Names are qualified, as in ``ProbeQueries``: what lies in a restored database is somebody else's.
enum RestoreQueries {
    /// Building an index takes as long as it takes, whatever the database's own settings say.
    static func patient(local: Bool = false) -> String {
        """
        SELECT pg_catalog.set_config(name, '0', \(local)) FROM pg_catalog.pg_settings
        WHERE name IN ('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')
        """
    }

    /// Keeps triggers of events from acting on what we make, where the role may: they fire on the origin only, unless
    /// they are set to fire always (manual, `session_replication_role`).
    static let silent = """
        SELECT pg_catalog.set_config('session_replication_role', 'replica', true)
        FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER AND rolsuper
        """

    static let server = """
        SELECT pg_catalog.current_setting('server_version_num')::bigint AS number,
            pg_catalog.current_setting('server_version') AS version,
            pg_catalog.pg_is_in_recovery() AS recovery,
            pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS control,
            r.rolname AS role, r.rolsuper AS superuser, r.rolsuper OR r.rolcreatedb AS creates
        FROM pg_catalog.pg_roles r
        WHERE r.rolname = CURRENT_USER
        """

    static let databases = "SELECT datname AS name FROM pg_catalog.pg_database ORDER BY datname"

    static let roles = "SELECT rolname AS name FROM pg_catalog.pg_roles"

    static let availableExtensions = """
        SELECT name, COALESCE(default_version, '') AS version FROM pg_catalog.pg_available_extensions
        """

    private static let othersSessions = """
        FROM pg_catalog.pg_stat_activity a
        WHERE a.datname = $1 AND a.pid <> pg_catalog.pg_backend_pid()
            AND a.backend_type IN ('client backend', 'walsender')
        """

    static let sessions = """
        SELECT a.pid, COALESCE(a.usename, '')::text AS role, COALESCE(a.application_name, '') AS application,
            COALESCE(pg_catalog.host(a.client_addr), '') AS address
        \(othersSessions)
        ORDER BY a.pid
        """

    /// From 14 on the server waits until they are gone; before, whoever drops the database waits for them.
    static func terminate(major: Int) -> String {
        let call = major >= 14 ? "pg_terminate_backend(a.pid, 5000)" : "pg_terminate_backend(a.pid)"
        return "SELECT pg_catalog.\(call) \(othersSessions)"
    }

    // MARK: Progress

    /// A table that the copying transaction has made itself has no name for us yet.
    private static let nameOfRelation =
        "COALESCE(n.nspname || '.' || c.relname, 'relation ' || p.relid::text)"

    private static func progress(_ view: String, _ columns: String, _ condition: String) -> String {
        """
        SELECT \(nameOfRelation) AS name\(columns)
        FROM pg_catalog.\(view) p
            LEFT JOIN pg_catalog.pg_class c ON c.oid = p.relid
            LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE p.datname = pg_catalog.current_database() \(condition)
        ORDER BY 1
        """
    }

    static let copying = progress(
        "pg_stat_progress_copy", ", p.bytes_processed AS bytes", "AND p.command = 'COPY FROM'")

    static let building = progress("pg_stat_progress_create_index", "", "")

    static let size = "SELECT pg_catalog.pg_database_size(pg_catalog.current_database()) AS size"

    // MARK: State

    /// The access list with its items sorted: their order is that of the grants, and means nothing.
    static let acl = """
        SELECT CASE WHEN d.datacl IS NULL THEN NULL
            ELSE (SELECT pg_catalog.array_agg(i.item ORDER BY i.item COLLATE "C")
                FROM pg_catalog.unnest(d.datacl::text[]) i (item))::text END AS acl
        FROM pg_catalog.pg_database d
        WHERE d.datname = pg_catalog.current_database()
        """

    /// What is neither the system's nor somebody's temporary thing.
    private static let lasting = """
        n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
        """

    static let materializedViews = """
        SELECT n.nspname || '.' || c.relname AS name, c.relispopulated AS populated
        FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'm' AND \(lasting)
        """

    static let invalidIndexes = """
        SELECT n.nspname || '.' || c.relname AS name
        FROM pg_catalog.pg_index i
            JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE NOT (i.indisvalid AND i.indisready AND i.indislive) AND \(lasting)
        ORDER BY 1
        """

    /// Of tables and of domains.
    static let notValidConstraints = """
        SELECT n.nspname || '.' || COALESCE(c.relname, t.typname) || '.' || k.conname AS name
        FROM pg_catalog.pg_constraint k
            JOIN pg_catalog.pg_namespace n ON n.oid = k.connamespace
            LEFT JOIN pg_catalog.pg_class c ON c.oid = k.conrelid AND k.conrelid <> 0
            LEFT JOIN pg_catalog.pg_type t ON t.oid = k.contypid AND k.contypid <> 0
        WHERE NOT k.convalidated AND \(lasting)
        ORDER BY 1
        """

    /// Sequences that pg_dump saves, with their names as SQL writes them.
    static let sequences = """
        SELECT n.nspname AS schema, c.relname AS name,
            pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS quoted
        \(ProbeQueries.saved) AND c.relkind = 'S'
        ORDER BY 1, 2
        """

    /// The values of sequences by their quoted names, in their order.
    ///
    /// `pg_sequences` says nothing of a sequence that was not called yet, and its value may have been set.
    static func sequenceValues(_ quoted: [String]) -> String {
        quoted.enumerated().map { index, name in
            "SELECT \(index) AS position, last_value AS value, is_called AS called FROM \(name)"
        }.joined(separator: " UNION ALL ") + " ORDER BY position"
    }

    // MARK: Indexes

    static let amcheckSchema = """
        SELECT n.nspname AS name
        FROM pg_catalog.pg_extension e
            JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
        WHERE e.extname = 'amcheck'
        """

    static let amcheckAvailable = """
        SELECT 1 FROM pg_catalog.pg_available_extensions WHERE name = 'amcheck'
        """

    /// The system's own are checked too: a restored database has its own catalogs.
    static let bTrees = """
        SELECT i.indexrelid::text AS oid, n.nspname || '.' || c.relname AS name
        FROM pg_catalog.pg_index i
            JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
            JOIN pg_catalog.pg_am m ON m.oid = c.relam
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE m.amname = 'btree' AND c.relkind = 'i' AND c.relpersistence <> 't'
            AND i.indisvalid AND i.indisready AND i.indislive
        ORDER BY 2
        """
}
