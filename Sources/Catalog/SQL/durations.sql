-- $1 job, $2 how many; in microseconds
SELECT (EXTRACT(epoch FROM ended_at) * 1000000)::bigint - (EXTRACT(epoch FROM started_at) * 1000000)::bigint AS took
FROM pgvigil.run
WHERE job = $1 AND outcome = 'succeeded' AND ended_at IS NOT NULL
ORDER BY started_at DESC, id DESC
LIMIT $2::bigint
