-- What must exist before migrations can be counted. Harmless to run again.
CREATE SCHEMA IF NOT EXISTS pgvigil;

CREATE TABLE IF NOT EXISTS pgvigil.schema_migration (
    number integer PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);

COMMENT ON SCHEMA pgvigil IS 'The records of pgvigil: what became of every planned backup. Delete nothing here by hand.';
COMMENT ON TABLE pgvigil.schema_migration IS 'The changes that made this schema what it is, each applied once and as a whole.';
COMMENT ON COLUMN pgvigil.schema_migration.number IS 'The place of the change in their order, from 1.';
COMMENT ON COLUMN pgvigil.schema_migration.name IS 'What the change is about.';
COMMENT ON COLUMN pgvigil.schema_migration.checksum IS 'SHA-256 of the text of the change, in hexadecimal.';
COMMENT ON COLUMN pgvigil.schema_migration.applied_at IS 'When it was applied.';
