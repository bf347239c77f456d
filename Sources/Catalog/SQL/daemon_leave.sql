-- $1 daemon and $2 epoch of the lease
UPDATE pgvigil.daemon
SET left_at = pg_catalog.clock_timestamp(), seen_at = pg_catalog.clock_timestamp(),
    lease_until = LEAST(lease_until, pg_catalog.clock_timestamp())
WHERE id = $1::uuid AND epoch = $2::bigint AND left_at IS NULL
