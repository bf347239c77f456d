-- $1 age in microseconds
DELETE FROM pgvigil.delivery
WHERE ordinal IN (
    SELECT ordinal FROM pgvigil.delivery
    WHERE settled_at < pg_catalog.now() - $1::bigint * interval '1 microsecond'
    ORDER BY settled_at
    LIMIT 1000
    FOR UPDATE SKIP LOCKED)
