m.run, pg_catalog.json_build_object(
        'attempt', m.attempt, 'ordinal', m.ordinal, 'target', m.target, 'database', m.database, 'kind', m.kind,
        'oid', m.oid, 'objectSchema', m.object_schema, 'objectName', m.object_name,
        'tableSchema', m.table_schema, 'tableName', m.table_name, 'reason', m.reason, 'emergency', m.emergency,
        'size', m.size, 'predictedSeconds', m.predicted_seconds,
        'startedAt', (EXTRACT(epoch FROM m.started_at) * 1000000)::bigint,
        'endedAt', (EXTRACT(epoch FROM m.ended_at) * 1000000)::bigint, 'result', m.result, 'detail', m.detail,
        'code', m.code, 'tookSeconds', m.took_seconds, 'statement', m.statement,
        'before', CASE WHEN m.size_before IS NOT NULL THEN pg_catalog.json_build_object(
            'size', m.size_before, 'deadRows', m.dead_rows_before, 'tuples', m.tuples_before,
            'xidAge', m.xid_age_before, 'multixactAge', m.multixact_age_before,
            'fileNode', m.file_node_before) END,
        'after', CASE WHEN m.size_after IS NOT NULL THEN pg_catalog.json_build_object(
            'size', m.size_after, 'deadRows', m.dead_rows_after, 'tuples', m.tuples_after,
            'xidAge', m.xid_age_after, 'multixactAge', m.multixact_age_after,
            'fileNode', m.file_node_after) END,
        'leftovers', m.leftovers)::text AS action
