-- $1 run, $2 daemon and $3 epoch of the lease; only while it waits: a run under way keeps what it has to the end
WITH mine AS (
    SELECT id FROM pgvigil.run
    WHERE id = $1::uuid AND waiting AND daemon = $2::uuid AND epoch = $3::bigint
    FOR NO KEY UPDATE
), seats AS (
    DELETE FROM pgvigil.seat WHERE run IN (SELECT id FROM mine)
)
DELETE FROM pgvigil.wanted WHERE run IN (SELECT id FROM mine)
