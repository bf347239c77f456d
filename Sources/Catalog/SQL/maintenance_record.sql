-- $1 run, $2 actions as JSON, $3 daemon and $4 epoch of the lease, null for any; one that has ended stays as it is
WITH mine AS (
    SELECT id FROM pgvigil.run
    WHERE id = $1::uuid AND ($3::uuid IS NULL OR (daemon = $3::uuid AND epoch = $4::bigint))
    -- Nobody takes the run over before this is written.
    FOR SHARE
), written AS (
    INSERT INTO pgvigil.maintenance_action AS m (
        run, attempt, ordinal, target, database, kind, oid, object_schema, object_name, table_schema, table_name,
        reason, emergency, size, predicted_seconds, started_at, ended_at, result, detail, code, took_seconds,
        statement, size_before, dead_rows_before, tuples_before, xid_age_before, multixact_age_before,
        file_node_before, size_after, dead_rows_after, tuples_after, xid_age_after, multixact_age_after,
        file_node_after, leftovers)
    SELECT mine.id, a.attempt, a.ordinal, a.target, a.database, a.kind, a.oid, a."objectSchema", a."objectName",
        a."tableSchema", a."tableName", a.reason, a.emergency, a.size, a."predictedSeconds",
        timestamptz 'epoch' + a."startedAt" * interval '1 microsecond',
        timestamptz 'epoch' + a."endedAt" * interval '1 microsecond', a.result, a.detail, a.code, a."tookSeconds",
        a.statement, (a.before ->> 'size')::bigint, (a.before ->> 'deadRows')::bigint,
        (a.before ->> 'tuples')::double precision, (a.before ->> 'xidAge')::bigint,
        (a.before ->> 'multixactAge')::bigint, (a.before ->> 'fileNode')::bigint, (a.after ->> 'size')::bigint,
        (a.after ->> 'deadRows')::bigint, (a.after ->> 'tuples')::double precision, (a.after ->> 'xidAge')::bigint,
        (a.after ->> 'multixactAge')::bigint, (a.after ->> 'fileNode')::bigint, a.leftovers
    FROM mine
        CROSS JOIN pg_catalog.jsonb_to_recordset($2::jsonb) AS a (
            attempt integer, ordinal integer, target text, database text, kind text, oid bigint,
            "objectSchema" text, "objectName" text, "tableSchema" text, "tableName" text, reason text,
            emergency boolean, size bigint, "predictedSeconds" double precision, "startedAt" bigint,
            "endedAt" bigint, result text, detail text, code text, "tookSeconds" double precision, statement text,
            before jsonb, after jsonb, leftovers text[])
    ON CONFLICT (run, attempt, ordinal) DO UPDATE
    SET started_at = EXCLUDED.started_at, ended_at = EXCLUDED.ended_at, result = EXCLUDED.result,
        detail = EXCLUDED.detail, code = EXCLUDED.code, took_seconds = EXCLUDED.took_seconds,
        statement = EXCLUDED.statement, size_before = EXCLUDED.size_before,
        dead_rows_before = EXCLUDED.dead_rows_before, tuples_before = EXCLUDED.tuples_before,
        xid_age_before = EXCLUDED.xid_age_before, multixact_age_before = EXCLUDED.multixact_age_before,
        file_node_before = EXCLUDED.file_node_before, size_after = EXCLUDED.size_after,
        dead_rows_after = EXCLUDED.dead_rows_after, tuples_after = EXCLUDED.tuples_after,
        xid_age_after = EXCLUDED.xid_age_after, multixact_age_after = EXCLUDED.multixact_age_after,
        file_node_after = EXCLUDED.file_node_after, leftovers = EXCLUDED.leftovers
    WHERE m.result = 'running'
)
SELECT EXISTS (SELECT FROM pgvigil.run WHERE id = $1::uuid) AS known, EXISTS (SELECT FROM mine) AS mine
