-- $1 run
SELECT run, attempt, ordinal, name, target, database, state, detail, fault::text AS fault, bytes,
    (EXTRACT(epoch FROM started_at) * 1000000)::bigint AS started_at,
    (EXTRACT(epoch FROM ended_at) * 1000000)::bigint AS ended_at
FROM pgvigil.step
WHERE run = $1::uuid
ORDER BY attempt, ordinal
