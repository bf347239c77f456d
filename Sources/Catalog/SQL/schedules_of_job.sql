-- $1 job, $2 how many
SELECT s.job, s.zone, s.pattern, (EXTRACT(epoch FROM s.first_seen_at) * 1000000)::bigint AS first_seen_at,
    (EXTRACT(epoch FROM s.accounted_until) * 1000000)::bigint AS accounted_until
FROM pgvigil.schedule s
WHERE s.job = $1
ORDER BY s.id
LIMIT $2::bigint
