-- $1 limit
SELECT id, channel, occasion, subject, title, (EXTRACT(epoch FROM created_at) * 1000000)::bigint AS created_at, tries,
    state, (EXTRACT(epoch FROM settled_at) * 1000000)::bigint AS settled_at, error
FROM pgvigil.delivery
ORDER BY ordinal DESC
LIMIT $1::bigint
