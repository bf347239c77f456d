-- $1 id, $2 outcome, $3 summary, $4 ended, in microseconds since 1970, $5 daemon and $6 epoch of the lease, null for
-- any; says whether there is such a run, and whether it is this lease's
WITH mine AS (
    SELECT id, outcome FROM pgvigil.run
    WHERE id = $1::uuid AND ($5::uuid IS NULL OR (daemon = $5::uuid AND epoch = $6::bigint))
    FOR NO KEY UPDATE
), ended AS (
    UPDATE pgvigil.run r
    SET outcome = $2, waiting = false, summary = $3,
        ended_at = timestamptz 'epoch' + $4::bigint * interval '1 microsecond'
    FROM mine m
    WHERE r.id = m.id AND m.outcome IS NULL
), seats AS (
    DELETE FROM pgvigil.seat WHERE run IN (SELECT id FROM mine)
), queues AS (
    DELETE FROM pgvigil.wanted WHERE run IN (SELECT id FROM mine)
)
SELECT EXISTS (SELECT FROM pgvigil.run WHERE id = $1::uuid) AS known, EXISTS (SELECT FROM mine) AS mine
