-- $1 seen in the last so many microseconds, $2 how many; a daemon is as in daemon_json.sql
SELECT {daemon}::text AS daemon
FROM pgvigil.daemon d
WHERE d.seen_at > pg_catalog.clock_timestamp() - $1::bigint * interval '1 microsecond'
ORDER BY d.left_at IS NULL AND d.fenced_at IS NULL AND d.lease_until > pg_catalog.clock_timestamp() DESC,
    d.started_at DESC, d.id DESC
LIMIT $2::bigint
