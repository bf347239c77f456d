-- $1 job, $2 outcome, $3 only unfinished ones, $4 only waiting ones, $5 started since, $6 lowest id, $7 highest id,
-- $8 how many; the columns are those of run_columns.sql
SELECT {run}
FROM pgvigil.run r
    LEFT JOIN pgvigil.schedule s ON s.id = r.schedule
WHERE ($1::text IS NULL OR r.job = $1)
    AND ($2::text IS NULL OR r.outcome = $2)
    AND (NOT $3::boolean OR r.outcome IS NULL)
    AND (NOT $4::boolean OR r.waiting)
    AND ($5::bigint IS NULL
        OR r.started_at >= timestamptz 'epoch' + $5::bigint * interval '1 microsecond')
    AND ($6::uuid IS NULL OR r.id >= $6::uuid)
    AND ($7::uuid IS NULL OR r.id <= $7::uuid)
ORDER BY r.started_at DESC, r.id DESC
LIMIT $8::bigint
