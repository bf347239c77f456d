-- $1 id, $2 kind, $3 subject, $4 job, $5 opened, $6 count, $7 told, $8 reminders, $9 remind at, $10 causes, $11 text,
-- $12 version; times in microseconds since 1970. $13 deliveries, an array of objects
WITH changed AS (
    INSERT INTO pgvigil.event (
        id, kind, subject, job, opened_at, count, told, reminders, remind_at, causes, text, version)
    SELECT $1::uuid, $2, $3, $4, timestamptz 'epoch' + $5::bigint * interval '1 microsecond', $6::integer, $7::integer,
        $8::integer, timestamptz 'epoch' + $9::bigint * interval '1 microsecond', $10::text[], $11, $12::integer
    ON CONFLICT (subject, kind) WHERE closed_at IS NULL DO NOTHING
    RETURNING id
), told AS (
    INSERT INTO pgvigil.delivery (id, event, channel, occasion, subject, title, message)
    SELECT (d.value->>'id')::uuid, changed.id, d.value->>'channel', d.value->'message'->>'occasion',
        d.value->'message'->>'subject', d.value->'message'->>'title', d.value->'message'
    FROM changed, pg_catalog.jsonb_array_elements($13::jsonb) WITH ORDINALITY d (value, place)
    ORDER BY d.place
    ON CONFLICT (id) DO NOTHING
)
SELECT id FROM changed
