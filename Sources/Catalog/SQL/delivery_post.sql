-- $1 deliveries, an array of objects
INSERT INTO pgvigil.delivery (id, channel, occasion, subject, title, message)
SELECT (d.value->>'id')::uuid, d.value->>'channel', d.value->'message'->>'occasion', d.value->'message'->>'subject',
    d.value->'message'->>'title', d.value->'message'
FROM pg_catalog.jsonb_array_elements($1::jsonb) WITH ORDINALITY d (value, place)
ORDER BY d.place
ON CONFLICT (id) DO NOTHING
