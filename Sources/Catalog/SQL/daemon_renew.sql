-- $1 daemon and $2 epoch of the lease, $3 for how long, in microseconds, $4 what it does, $5 how many orphans; no row if
-- the lease is lost, else one for each orphan and at least one; daemons are as in daemon_json.sql, runs as in
-- run_columns.sql
WITH held AS (
    UPDATE pgvigil.daemon
    SET lease_until = pg_catalog.clock_timestamp() + $3::bigint * interval '1 microsecond',
        seen_at = pg_catalog.clock_timestamp(), doing = $4
    WHERE id = $1::uuid AND epoch = $2::bigint AND fenced_at IS NULL AND left_at IS NULL
    RETURNING id
)
SELECT (
        SELECT pg_catalog.json_agg({daemon} ORDER BY d.started_at DESC, d.id DESC)
        FROM pgvigil.daemon d
        WHERE d.id <> h.id AND d.role = 'serve' AND d.fenced_at IS NULL AND d.left_at IS NULL
            AND d.lease_until > pg_catalog.clock_timestamp()
    )::text AS peers,
    (
        SELECT pg_catalog.json_object_agg(o.id, o.stop_asked)
        FROM pgvigil.run o
        WHERE o.daemon = $1::uuid AND o.epoch = $2::bigint AND o.outcome IS NULL AND o.stop_asked IS NOT NULL
    )::text AS stops,
    r.*
FROM held h
    LEFT JOIN LATERAL (
        SELECT {run}
        FROM pgvigil.run r
            LEFT JOIN pgvigil.schedule s ON s.id = r.schedule
        WHERE r.outcome IS NULL AND r.daemon IS NOT NULL AND NOT (r.daemon = $1::uuid AND r.epoch = $2::bigint)
            AND NOT EXISTS (
                SELECT FROM pgvigil.daemon o
                WHERE o.id = r.daemon AND o.epoch = r.epoch AND o.fenced_at IS NULL AND o.left_at IS NULL
                    AND o.lease_until > pg_catalog.clock_timestamp())
        ORDER BY COALESCE(r.due_at, r.slot, r.started_at), r.id
        LIMIT $5::bigint
    ) r ON true
