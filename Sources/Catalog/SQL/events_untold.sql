-- $1 now in microseconds since 1970, $2 limit
SELECT id, kind, subject, job, (EXTRACT(epoch FROM opened_at) * 1000000)::bigint AS opened_at, count, told, reminders,
    (EXTRACT(epoch FROM remind_at) * 1000000)::bigint AS remind_at, pg_catalog.to_jsonb(causes)::text AS causes, text,
    version
FROM pgvigil.event
WHERE closed_at IS NULL AND count > told AND kind = 'failure'
    AND remind_at <= timestamptz 'epoch' + $1::bigint * interval '1 microsecond'
ORDER BY remind_at
LIMIT $2::bigint
