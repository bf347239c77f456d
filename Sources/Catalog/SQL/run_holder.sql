-- Who is in the way of a run that was not written: itself ($1), or the run of its slot ($2; $3 job, $4 zone, $5 pattern).
SELECT r.id
FROM pgvigil.run r
WHERE r.id = $1::uuid
    OR (r.slot = timestamptz 'epoch' + $2::bigint * interval '1 microsecond'
        AND r.schedule = (
            SELECT s.id FROM pgvigil.schedule s WHERE s.job = $3 AND s.zone = $4 AND s.pattern = $5))
ORDER BY r.id = $1::uuid DESC
LIMIT 1
