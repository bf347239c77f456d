/// What is read of indexes.
extension MaintenanceQueries {
    /// Below so many pages an estimate says nothing, and is not made.
    static let estimatePagesMin = 16

    /// Indexes that have storage; the name of the schema is the table's.
    ///
    /// A rebuild takes the owner (16 and before) or MAINTAIN on the table (17 and later); dropping what is invalid takes
    /// the owner always.
    static func indexes(major: Int, measured: Bool) -> String {
        let owns = "pg_catalog.pg_has_role(c.relowner, 'USAGE')"
        let may =
            major >= 17
            ? """
            CASE WHEN i.indisvalid THEN COALESCE(pg_catalog.has_table_privilege(i.indrelid, 'MAINTAIN'), false)
                ELSE \(owns) END
            """ : owns
        return """
            SELECT c.oid::bigint AS oid, c.relname AS name, i.indrelid::bigint AS "table", a.amname AS method,
                \(size(measured: measured)) AS size, c.reltuples AS tuples, i.indisvalid AS valid,
                i.indisexclusion AS exclusion, i.indexprs IS NOT NULL AS expression,
                CASE WHEN \(superuser) THEN true ELSE \(may) END AS allowed,
                c.reltablespace::bigint AS tablespace,
                CASE WHEN c.relfilenode <> 0 THEN c.relfilenode
                    ELSE COALESCE(pg_catalog.pg_relation_filenode(c.oid), 0) END::bigint AS file
            FROM pg_catalog.pg_index i
                JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
                JOIN pg_catalog.pg_am a ON a.oid = c.relam
            WHERE c.relkind = 'i'
            """
    }

    /// What `pg_stats` knows of the columns of B-trees, a line a column: width, length, alignment, nulls, distinct values,
    /// and whether equal values are the same bytes, which is what deduplication asks for (support function 4 from 13 on).
    static let widths = """
        SELECT c.oid::bigint AS oid, i.indisunique AS "unique", i.indnkeyatts < i.indnatts AS covers,
            c.reltuples AS tuples, pg_catalog.array_to_string(c.reloptions, E'\\n') AS options,
            pg_catalog.string_agg(pg_catalog.concat_ws(' ', s.avg_width, t.attlen, t.attalign, s.null_frac,
                s.n_distinct, EXISTS (
                    SELECT FROM pg_catalog.pg_opclass o
                        JOIN pg_catalog.pg_amproc p ON p.amprocfamily = o.opcfamily
                            AND p.amproclefttype = o.opcintype AND p.amprocnum = 4
                    WHERE o.oid = i.indclass[k.number::int - 1])::int), E'\\n' ORDER BY k.number) AS columns
        FROM pg_catalog.pg_index i
            JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
            JOIN pg_catalog.pg_class h ON h.oid = i.indrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = h.relnamespace
            JOIN pg_catalog.pg_am a ON a.oid = c.relam AND a.amname = 'btree'
            CROSS JOIN LATERAL pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attribute, number)
            JOIN pg_catalog.pg_attribute t ON t.attrelid = i.indrelid AND t.attnum = k.attribute
            LEFT JOIN pg_catalog.pg_stats s ON s.schemaname = n.nspname AND s.tablename = h.relname
                AND s.attname = t.attname AND NOT s.inherited
        WHERE c.relkind = 'i' AND i.indisvalid AND i.indexprs IS NULL AND c.relpages >= \(estimatePagesMin)
        GROUP BY c.oid, i.indisunique, i.indnkeyatts, i.indnatts, i.indnatts, c.reltuples, c.reloptions
        HAVING pg_catalog.count(s.avg_width) = i.indnatts
        """

    /// Where tablespaces lie, as far as the role may know; the database's own has the number 0 as well, as in `pg_class`.
    ///
    /// Only of a server that was reached by a socket of this machine.
    static let places = """
        SELECT t.oid::bigint AS oid, t.oid = d.dattablespace AS "default",
            CASE WHEN t.spcname IN ('pg_default', 'pg_global') THEN s.setting
                ELSE pg_catalog.pg_tablespace_location(t.oid) END AS place
        FROM pg_catalog.pg_tablespace t
            JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database()
            LEFT JOIN pg_catalog.pg_settings s ON s.name = 'data_directory'
        WHERE pg_catalog.inet_server_addr() IS NULL
        """

    /// In which schema `pgstatindex` of the extension is, if the role may call it; not anybody's function of that name.
    static let bloatReader = """
        SELECT n.nspname AS schema
        FROM pg_catalog.pg_extension e
            JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
            JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
                AND d.refobjid = e.oid AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.deptype = 'e'
            JOIN pg_catalog.pg_proc p ON p.oid = d.objid
        WHERE e.extname = 'pgstattuple' AND p.proname = 'pgstatindex' AND p.pronamespace = n.oid
            AND p.pronargs = 1 AND p.proargtypes[0] = 'pg_catalog.regclass'::pg_catalog.regtype
            AND pg_catalog.has_function_privilege(p.oid, 'EXECUTE')
            AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
        """

    /// How full an index is; reads every page of it.
    static func bloat(of index: UInt32, schema: String) -> String {
        """
        SELECT s.index_size AS size, s.leaf_pages AS leaves, s.internal_pages AS branches,
            s.avg_leaf_density AS density, s.leaf_fragmentation AS fragmentation,
            pg_catalog.array_to_string(c.reloptions, E'\\n') AS options
        FROM pg_catalog.pg_class c
            CROSS JOIN LATERAL \(SQLName.quote(schema)).pgstatindex(c.oid::pg_catalog.regclass) AS s
        WHERE c.oid = \(index)::pg_catalog.oid
        """
    }

    /// Collations of indexes whose version is not that of the library any more.
    ///
    /// Databases have a version from 15 on; that of their default collation (100) is theirs.
    static func staleCollations(major: Int) -> String {
        let ofDatabase =
            major >= 15
            ? """
            UNION ALL
            SELECT 100::bigint FROM pg_catalog.pg_database d
            WHERE d.datname = pg_catalog.current_database()
                AND d.datcollversion <> pg_catalog.pg_database_collation_actual_version(d.oid)
            """ : ""
        return """
            SELECT c.oid::bigint AS oid FROM pg_catalog.pg_collation c
            WHERE c.collversion IS NOT NULL AND c.oid IN (
                    SELECT pg_catalog.unnest(i.indcollation::oid[]) FROM pg_catalog.pg_index i
                    UNION SELECT d.refobjid FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                        AND d.refclassid = 'pg_catalog.pg_collation'::pg_catalog.regclass)
                AND c.collversion <> pg_catalog.pg_collation_actual_version(c.oid)
            \(ofDatabase)
            """
    }

    /// Indexes that sort by one of the collations `$1`, in a column, an expression or a condition.
    ///
    /// A hash does not sort, and the pattern classes compare bytes.
    static let ofCollations = """
        SELECT i.indexrelid::bigint AS oid
        FROM pg_catalog.pg_index i
            JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
            JOIN pg_catalog.pg_am a ON a.oid = c.relam
            CROSS JOIN LATERAL unnest(i.indcollation::oid[], i.indclass::oid[]) AS k (sorting, class)
            JOIN pg_catalog.pg_opclass o ON o.oid = k.class
        WHERE k.sorting = ANY ($1::oid[]) AND a.amname <> 'hash'
            AND o.opcname NOT IN ('text_pattern_ops', 'varchar_pattern_ops', 'bpchar_pattern_ops')
        UNION
        SELECT d.objid::bigint FROM pg_catalog.pg_depend d
            JOIN pg_catalog.pg_index i ON i.indexrelid = d.objid
        WHERE (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)
            AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
            AND d.refclassid = 'pg_catalog.pg_collation'::pg_catalog.regclass AND d.refobjid = ANY ($1::oid[])
        """
}
