-- $1 window, null for all
SELECT window_name, terms, target, (EXTRACT(epoch FROM decided_at) * 1000000)::bigint AS decided_at, learned,
    stretches::text AS stretches, reason
FROM pgvigil.traffic_choice
WHERE $1::text IS NULL OR window_name = $1
ORDER BY window_name, terms
