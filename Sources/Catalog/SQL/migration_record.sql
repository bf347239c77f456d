-- $1 number, $2 name, $3 the text of the migration
INSERT INTO pgvigil.schema_migration (number, name, checksum)
VALUES ($1::integer, $2, pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to($3, 'UTF8')), 'hex'))
