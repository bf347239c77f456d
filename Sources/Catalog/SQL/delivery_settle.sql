-- $1 id, $2 claim, $3 state, $4 wait before the next try in microseconds (null: none), $5 error (null: as it was)
UPDATE pgvigil.delivery
SET state = $3, claimed_until = NULL, error = COALESCE($5, error),
    due_at = pg_catalog.now() + COALESCE($4::bigint, 0) * interval '1 microsecond',
    settled_at = CASE WHEN $3 = 'waiting' THEN NULL ELSE pg_catalog.now() END
WHERE id = $1::uuid AND claim = $2::uuid AND state = 'waiting' AND claimed_until IS NOT NULL
