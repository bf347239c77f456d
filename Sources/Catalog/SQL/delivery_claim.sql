-- $1 channel, $2 limit, $3 time of the claim in microseconds, $4 claim
WITH due AS (
    SELECT ordinal
    FROM pgvigil.delivery
    WHERE channel = $1 AND state = 'waiting'
        AND ((claim = $4::uuid AND claimed_until IS NOT NULL) OR (due_at <= pg_catalog.now()
            AND (claimed_until IS NULL OR claimed_until <= pg_catalog.now())))
    ORDER BY ordinal
    LIMIT $2::bigint
    FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE pgvigil.delivery d
    SET claimed_until = pg_catalog.now() + $3::bigint * interval '1 microsecond', claim = $4::uuid,
        tries = d.tries + CASE WHEN d.claim = $4::uuid THEN 0 ELSE 1 END
    FROM due
    WHERE d.ordinal = due.ordinal
    RETURNING d.ordinal, d.id, d.message, d.tries
)
SELECT id, message::text AS message, tries FROM claimed ORDER BY ordinal
