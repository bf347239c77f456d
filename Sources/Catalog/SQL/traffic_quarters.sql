-- $1 target, $2 since in microseconds
SELECT (EXTRACT(epoch FROM start) * 1000000)::bigint AS start, seconds, own_seconds,
    pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('transactions', transactions, 'rows_read', rows_read,
        'rows_written', rows_written, 'blocks_read', blocks_read, 'wal_bytes', wal_bytes,
        'active_seconds', active_seconds, 'session_seconds', session_seconds))::text AS amounts
FROM pgvigil.traffic_quarter
WHERE target = $1::text AND start >= timestamptz 'epoch' + $2::bigint * interval '1 microsecond'
ORDER BY start
