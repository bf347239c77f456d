-- $1 age in microseconds
WITH gone AS (
    DELETE FROM pgvigil.event
    WHERE id IN (
        SELECT id FROM pgvigil.event
        WHERE closed_at < pg_catalog.now() - $1::bigint * interval '1 microsecond'
        ORDER BY closed_at
        LIMIT 1000
        FOR UPDATE SKIP LOCKED)
)
UPDATE pgvigil.event
SET closed_at = pg_catalog.now(), version = version + 1, changed_at = pg_catalog.now()
WHERE closed_at IS NULL AND kind IN ('breach', 'trouble')
    AND changed_at < pg_catalog.now() - $1::bigint * interval '1 microsecond'
