/// The words of connection strings.
enum ConnectionKeywords {
    /// libpq's own up to PostgreSQL 18: "Parameter Key Words", section 34.1.2 of the manual.
    static let all: Set<String> = [
        "application_name", "channel_binding", "client_encoding", "connect_timeout", "dbname",
        "fallback_application_name", "gssdelegation", "gssencmode", "gsslib", "host", "hostaddr",
        "keepalives",
        "keepalives_count", "keepalives_idle", "keepalives_interval", "krbsrvname", "load_balance_hosts",
        "max_protocol_version", "min_protocol_version", "oauth_client_id", "oauth_client_secret",
        "oauth_issuer",
        "oauth_scope", "options", "passfile", "password", "port", "replication", "require_auth",
        "requirepeer",
        "requiressl", "scram_client_key", "scram_server_key", "service", "ssl_max_protocol_version",
        "ssl_min_protocol_version", "sslcert", "sslcertmode", "sslcompression", "sslcrl", "sslcrldir",
        "sslkey",
        "sslkeylogfile", "sslmode", "sslnegotiation", "sslpassword", "sslrootcert", "sslsni",
        "target_session_attrs", "tcp_user_timeout", "user",
    ]

    /// Those besides `password` whose values must not be seen.
    static let secret: Set<String> = [
        "oauth_client_secret", "scram_client_key", "scram_server_key", "sslpassword",
    ]

    /// Other drivers' names of libpq's keywords: JDBC's and dj-database-url's.
    static let aliases: [String: String] = [
        "ApplicationName": "application_name", "database": "dbname", "username": "user",
    ]

    /// Parameters by which frameworks tune their own pools and caches; they change nothing for a backup.
    static let ignored: Set<String> = [
        // Prisma
        "schema", "connection_limit", "pool_timeout", "pgbouncer", "socket_timeout", "statement_cache_size",
        "sslaccept", "sslidentity", "directConnection",
        // node-postgres, knex, TypeORM, MikroORM
        "uselibpqcompat", "pool_min", "pool_max", "pool", "max", "min", "idleTimeoutMillis", "idle_timeout",
        "connectionTimeoutMillis", "statement_timeout", "query_timeout", "lock_timeout",
        "idle_in_transaction_session_timeout", "prepare", "max_lifetime", "backoff", "fetch_types",
        // pgx and database/sql
        "pool_max_conns", "pool_min_conns", "pool_max_conn_lifetime", "pool_max_conn_idle_time",
        "pool_health_check_period", "pool_max_conn_lifetime_jitter", "default_query_exec_mode",
        "statement_cache_capacity", "description_cache_capacity", "binary_parameters", "search_path",
        // Rails, Django, SQLAlchemy, Doctrine
        "reaping_frequency", "checkout_timeout", "prepared_statements", "advisory_locks", "variables",
        "timeout",
        "conn_max_age", "conn_health_checks", "async_fallback", "prepared_statement_cache_size",
        "serverVersion",
        "charset", "encoding",
        // JDBC
        "currentSchema", "prepareThreshold", "preparedStatementCacheQueries", "reWriteBatchedInserts",
        "tcpKeepAlive", "loginTimeout", "connectTimeout", "socketTimeout", "sslfactory",
        "targetServerType",
        // hosting platforms
        "supa", "workaround", "pooler", "reconnect",
    ]

    static let sslModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]

    /// Keywords of which libpq knows every value.
    static let values: [(keyword: String, allowed: [String])] = [
        ("sslmode", sslModes),
        ("gssencmode", ["disable", "prefer", "require"]),
        ("channel_binding", ["disable", "prefer", "require"]),
        ("sslnegotiation", ["postgres", "direct"]),
        ("load_balance_hosts", ["disable", "random"]),
        (
            "target_session_attrs",
            ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"]
        ),
    ]
}
