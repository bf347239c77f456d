-- $1 subjects
SELECT id, kind, subject, job, (EXTRACT(epoch FROM opened_at) * 1000000)::bigint AS opened_at, count, told, reminders,
    (EXTRACT(epoch FROM remind_at) * 1000000)::bigint AS remind_at, pg_catalog.to_jsonb(causes)::text AS causes, text,
    version
FROM pgvigil.event
WHERE closed_at IS NULL AND subject = ANY ($1::text[])
ORDER BY opened_at, id
