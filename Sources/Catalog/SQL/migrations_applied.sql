-- The migrations that are applied, with those that this program knows by that number: $1 numbers, $2 texts.
SELECT m.number, m.name, k.number IS NOT NULL AS known,
    COALESCE(m.checksum = pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(k.body, 'UTF8')), 'hex'), false)
        AS same
FROM pgvigil.schema_migration m
    LEFT JOIN unnest($1::integer[], $2::text[]) AS k (number, body) ON k.number = m.number
ORDER BY m.number
