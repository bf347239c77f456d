-- $1 target, $2 minute of the turn, $3 reading as JSON; $4 start of the quarter of an hour in microseconds, null for none,
-- $5 seconds, $6 own seconds, $7 amounts as JSON
-- Whoever has lost the turn meanwhile writes nothing.
WITH turn AS (
    UPDATE pgvigil.traffic_reading SET reading = $3::jsonb
    WHERE target = $1::text AND minute = $2::bigint
    RETURNING target
)
INSERT INTO pgvigil.traffic_quarter AS q (target, start, seconds, own_seconds, transactions, rows_read, rows_written,
    blocks_read, wal_bytes, active_seconds, session_seconds)
SELECT turn.target, timestamptz 'epoch' + $4::bigint * interval '1 microsecond', $5::double precision,
    $6::double precision, a.transactions, a.rows_read, a.rows_written, a.blocks_read, a.wal_bytes, a.active_seconds,
    a.session_seconds
FROM turn, pg_catalog.jsonb_to_record($7::jsonb) AS a (transactions double precision, rows_read double precision,
    rows_written double precision, blocks_read double precision, wal_bytes double precision,
    active_seconds double precision, session_seconds double precision)
WHERE $4::bigint IS NOT NULL
ON CONFLICT (target, start) DO UPDATE SET seconds = q.seconds + excluded.seconds,
    own_seconds = q.own_seconds + excluded.own_seconds,
    transactions = COALESCE(q.transactions + excluded.transactions, q.transactions, excluded.transactions),
    rows_read = COALESCE(q.rows_read + excluded.rows_read, q.rows_read, excluded.rows_read),
    rows_written = COALESCE(q.rows_written + excluded.rows_written, q.rows_written, excluded.rows_written),
    blocks_read = COALESCE(q.blocks_read + excluded.blocks_read, q.blocks_read, excluded.blocks_read),
    wal_bytes = COALESCE(q.wal_bytes + excluded.wal_bytes, q.wal_bytes, excluded.wal_bytes),
    active_seconds = COALESCE(q.active_seconds + excluded.active_seconds, q.active_seconds, excluded.active_seconds),
    session_seconds =
        COALESCE(q.session_seconds + excluded.session_seconds, q.session_seconds, excluded.session_seconds)
