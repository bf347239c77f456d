-- $1 id, $2 outcome, $3 summary, $4 ended, in microseconds since 1970; says whether there is such a run
WITH ended AS (
    UPDATE pgvigil.run
    SET outcome = $2, summary = $3,
        ended_at = timestamptz 'epoch' + $4::bigint * interval '1 microsecond'
    WHERE id = $1::uuid AND outcome IS NULL
)
SELECT EXISTS (SELECT FROM pgvigil.run WHERE id = $1::uuid) AS known
