-- $1 job, $2 first slot, $3 last slot, $4 how many; a run that stands for a slot started no earlier than that; the
-- columns are those of run_columns.sql
SELECT {run}
FROM pgvigil.run r
    JOIN pgvigil.schedule s ON s.id = r.schedule
WHERE s.job = $1
    AND r.slot BETWEEN timestamptz 'epoch' + $2::bigint * interval '1 microsecond'
        AND timestamptz 'epoch' + $3::bigint * interval '1 microsecond'
UNION ALL
(SELECT {run}
FROM pgvigil.run r
    JOIN pgvigil.schedule s ON s.id = r.schedule
WHERE r.job = $1 AND s.job = $1
    AND r.started_at >= timestamptz 'epoch' + $2::bigint * interval '1 microsecond'
    AND r.slot > timestamptz 'epoch' + $3::bigint * interval '1 microsecond'
    AND EXISTS (
        SELECT FROM unnest(r.stands_for) t (stood)
        WHERE t.stood BETWEEN timestamptz 'epoch' + $2::bigint * interval '1 microsecond'
            AND timestamptz 'epoch' + $3::bigint * interval '1 microsecond')
ORDER BY r.started_at
LIMIT $4::bigint)
LIMIT $4::bigint
