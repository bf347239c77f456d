-- $1 run
SELECT run, number, outcome, summary, (EXTRACT(epoch FROM started_at) * 1000000)::bigint AS started_at,
    (EXTRACT(epoch FROM ended_at) * 1000000)::bigint AS ended_at
FROM pgvigil.attempt
WHERE run = $1::uuid
ORDER BY number
