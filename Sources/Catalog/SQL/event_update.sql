-- $1 id, $2 count, $3 told, $4 reminders, $5 remind at, $6 closed at (null: goes on), in microseconds since 1970,
-- $7 causes, $8 text, $9 version, $10 version before, $11 deliveries, an array of objects
WITH changed AS (
    UPDATE pgvigil.event
    SET count = $2::integer, told = $3::integer, reminders = $4::integer,
        remind_at = timestamptz 'epoch' + $5::bigint * interval '1 microsecond',
        closed_at = timestamptz 'epoch' + $6::bigint * interval '1 microsecond',
        causes = $7::text[], text = $8, version = $9::integer, changed_at = pg_catalog.now()
    WHERE id = $1::uuid AND version = $10::integer AND closed_at IS NULL
    RETURNING id
), told AS (
    INSERT INTO pgvigil.delivery (id, event, channel, occasion, subject, title, message)
    SELECT (d.value->>'id')::uuid, changed.id, d.value->>'channel', d.value->'message'->>'occasion',
        d.value->'message'->>'subject', d.value->'message'->>'title', d.value->'message'
    FROM changed, pg_catalog.jsonb_array_elements($11::jsonb) WITH ORDINALITY d (value, place)
    ORDER BY d.place
    ON CONFLICT (id) DO NOTHING
)
SELECT id FROM changed
