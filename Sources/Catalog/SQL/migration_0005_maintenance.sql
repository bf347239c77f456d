-- What maintenance did, and what it learned by it.

CREATE TABLE pgvigil.maintenance_action (
    run uuid NOT NULL REFERENCES pgvigil.run (id) ON DELETE CASCADE,
    attempt integer NOT NULL CHECK (attempt >= 1),
    ordinal integer NOT NULL CHECK (ordinal >= 1),
    target text NOT NULL,
    database text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('leftover', 'freeze', 'vacuum', 'analyze', 'reindex')),
    oid bigint NOT NULL,
    object_schema text NOT NULL,
    object_name text NOT NULL,
    table_schema text NOT NULL,
    table_name text NOT NULL,
    reason text NOT NULL,
    emergency boolean NOT NULL,
    size bigint NOT NULL,
    predicted_seconds double precision CHECK (predicted_seconds >= 0),
    started_at timestamptz NOT NULL,
    ended_at timestamptz CHECK (ended_at >= started_at),
    result text NOT NULL
        CHECK (result IN ('running', 'done', 'no effect', 'skipped', 'waits', 'cancelled', 'failed')),
    detail text NOT NULL,
    code text,
    took_seconds double precision NOT NULL CHECK (took_seconds >= 0),
    statement text NOT NULL,
    size_before bigint,
    dead_rows_before bigint,
    tuples_before double precision,
    xid_age_before bigint,
    multixact_age_before bigint,
    file_node_before bigint,
    size_after bigint,
    dead_rows_after bigint,
    tuples_after double precision,
    xid_age_after bigint,
    multixact_age_after bigint,
    file_node_after bigint,
    leftovers text[],
    recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (run, attempt, ordinal),
    CHECK ((result = 'running') = (ended_at IS NULL))
);
CREATE INDEX maintenance_action_done
    ON pgvigil.maintenance_action (target, kind, started_at DESC) WHERE result = 'done';
CREATE INDEX maintenance_action_object
    ON pgvigil.maintenance_action (target, database, object_schema, object_name, kind, started_at DESC);
COMMENT ON TABLE pgvigil.maintenance_action IS 'What maintenance did to each object that it ranked, or why it did nothing; written before a statement is sent, and again with its end.';
COMMENT ON COLUMN pgvigil.maintenance_action.run IS 'The run of maintenance.';
COMMENT ON COLUMN pgvigil.maintenance_action.attempt IS 'The attempt of the run.';
COMMENT ON COLUMN pgvigil.maintenance_action.ordinal IS 'The place in the attempt, from 1: the most urgent of a database first.';
COMMENT ON COLUMN pgvigil.maintenance_action.target IS 'The target.';
COMMENT ON COLUMN pgvigil.maintenance_action.database IS 'The database.';
COMMENT ON COLUMN pgvigil.maintenance_action.kind IS 'What it is: leftover (an invalid index of an interrupted rebuild of ours is dropped), freeze, vacuum, analyze or reindex.';
COMMENT ON COLUMN pgvigil.maintenance_action.oid IS 'The OID of the object when it was looked at.';
COMMENT ON COLUMN pgvigil.maintenance_action.object_schema IS 'The schema of the table, or of the index for reindex and leftover.';
COMMENT ON COLUMN pgvigil.maintenance_action.object_name IS 'Its name.';
COMMENT ON COLUMN pgvigil.maintenance_action.table_schema IS 'The schema of the table that an index belongs to; the object''s own otherwise.';
COMMENT ON COLUMN pgvigil.maintenance_action.table_name IS 'The name of that table.';
COMMENT ON COLUMN pgvigil.maintenance_action.reason IS 'Why: what was seen, against which limit.';
COMMENT ON COLUMN pgvigil.maintenance_action.emergency IS 'Whether it was done whatever the window said, since the wraparound of transaction ids was near.';
COMMENT ON COLUMN pgvigil.maintenance_action.size IS 'The size of the object when it was looked at, in bytes.';
COMMENT ON COLUMN pgvigil.maintenance_action.predicted_seconds IS 'How long it was expected to take; null where nothing was known.';
COMMENT ON COLUMN pgvigil.maintenance_action.started_at IS 'When it began, or when it was decided that it would not.';
COMMENT ON COLUMN pgvigil.maintenance_action.ended_at IS 'When it ended; null while it is running, and for good if its process died in the middle.';
COMMENT ON COLUMN pgvigil.maintenance_action.result IS 'What it came to: done, no effect, skipped, waits (it did not fit in what was left of the night), cancelled or failed; running before its end.';
COMMENT ON COLUMN pgvigil.maintenance_action.detail IS 'What it changed, or why it did not, in one line.';
COMMENT ON COLUMN pgvigil.maintenance_action.code IS 'The stable code of what went wrong; null if nothing did.';
COMMENT ON COLUMN pgvigil.maintenance_action.took_seconds IS 'How long the server worked on it.';
COMMENT ON COLUMN pgvigil.maintenance_action.statement IS 'The statement as it was sent; empty if none was.';
COMMENT ON COLUMN pgvigil.maintenance_action.size_before IS 'The size before, in bytes; null with all others of before where it was not looked at.';
COMMENT ON COLUMN pgvigil.maintenance_action.dead_rows_before IS 'Dead rows before, by the server''s statistics.';
COMMENT ON COLUMN pgvigil.maintenance_action.tuples_before IS 'Rows, or entries of the index, before, by the server''s estimate.';
COMMENT ON COLUMN pgvigil.maintenance_action.xid_age_before IS 'The age of its oldest transaction id before.';
COMMENT ON COLUMN pgvigil.maintenance_action.multixact_age_before IS 'The age of its oldest multixact before.';
COMMENT ON COLUMN pgvigil.maintenance_action.file_node_before IS 'Its file before; a rebuilt index has another.';
COMMENT ON COLUMN pgvigil.maintenance_action.size_after IS 'The size after, in bytes; null with all others of after where it was not looked at.';
COMMENT ON COLUMN pgvigil.maintenance_action.dead_rows_after IS 'Dead rows after.';
COMMENT ON COLUMN pgvigil.maintenance_action.tuples_after IS 'Rows or entries after.';
COMMENT ON COLUMN pgvigil.maintenance_action.xid_age_after IS 'The age of its oldest transaction id after.';
COMMENT ON COLUMN pgvigil.maintenance_action.multixact_age_after IS 'The age of its oldest multixact after.';
COMMENT ON COLUMN pgvigil.maintenance_action.file_node_after IS 'Its file after.';
COMMENT ON COLUMN pgvigil.maintenance_action.leftovers IS 'Invalid indexes that a rebuild left, in the schema of its index: those and no others are dropped as ours; null while it is running, and where nobody could look.';
COMMENT ON COLUMN pgvigil.maintenance_action.recorded_at IS 'When this row was written first.';

CREATE VIEW pgvigil.last_maintenance AS
SELECT DISTINCT ON (target, database, object_schema, object_name, kind)
    target, database, object_schema, object_name, kind, result, reason, detail, started_at,
    pg_catalog.now() - started_at AS age, took_seconds * interval '1 second' AS took,
    size_before, size_after, size_before - size_after AS freed, run
FROM pgvigil.maintenance_action
ORDER BY target, database, object_schema, object_name, kind, started_at DESC, run DESC, ordinal DESC;
COMMENT ON VIEW pgvigil.last_maintenance IS 'What maintenance did last to each object, or why it did nothing.';
COMMENT ON COLUMN pgvigil.last_maintenance.target IS 'The target.';
COMMENT ON COLUMN pgvigil.last_maintenance.database IS 'The database.';
COMMENT ON COLUMN pgvigil.last_maintenance.object_schema IS 'The schema of the table or index.';
COMMENT ON COLUMN pgvigil.last_maintenance.object_name IS 'Its name.';
COMMENT ON COLUMN pgvigil.last_maintenance.kind IS 'As in maintenance_action.';
COMMENT ON COLUMN pgvigil.last_maintenance.result IS 'What it came to.';
COMMENT ON COLUMN pgvigil.last_maintenance.reason IS 'Why it was worth doing.';
COMMENT ON COLUMN pgvigil.last_maintenance.detail IS 'What it changed, or why it did not.';
COMMENT ON COLUMN pgvigil.last_maintenance.started_at IS 'When.';
COMMENT ON COLUMN pgvigil.last_maintenance.age IS 'How long ago that is.';
COMMENT ON COLUMN pgvigil.last_maintenance.took IS 'How long the server worked on it.';
COMMENT ON COLUMN pgvigil.last_maintenance.size_before IS 'The size before, in bytes.';
COMMENT ON COLUMN pgvigil.last_maintenance.size_after IS 'The size after, in bytes.';
COMMENT ON COLUMN pgvigil.last_maintenance.freed IS 'What it is smaller by, in bytes.';
COMMENT ON COLUMN pgvigil.last_maintenance.run IS 'The run that did it.';

CREATE VIEW pgvigil.index_baseline AS
SELECT DISTINCT ON (target, database, object_schema, object_name)
    target, database, object_schema, object_name, size_after / tuples_after AS bytes_per_tuple,
    size_after AS size, tuples_after AS tuples, file_node_after AS file_node, ended_at AS learned_at, run
FROM pgvigil.maintenance_action
WHERE kind = 'reindex' AND result = 'done' AND tuples_after > 0 AND size_after IS NOT NULL
ORDER BY target, database, object_schema, object_name, ended_at DESC, run DESC, ordinal DESC;
COMMENT ON VIEW pgvigil.index_baseline IS 'How large each index was right after its last rebuild: what bloat is measured against.';
COMMENT ON COLUMN pgvigil.index_baseline.target IS 'The target.';
COMMENT ON COLUMN pgvigil.index_baseline.database IS 'The database.';
COMMENT ON COLUMN pgvigil.index_baseline.object_schema IS 'The schema of the index.';
COMMENT ON COLUMN pgvigil.index_baseline.object_name IS 'Its name.';
COMMENT ON COLUMN pgvigil.index_baseline.bytes_per_tuple IS 'Bytes for each entry of the rebuilt index.';
COMMENT ON COLUMN pgvigil.index_baseline.size IS 'Its size then, in bytes.';
COMMENT ON COLUMN pgvigil.index_baseline.tuples IS 'Its entries then.';
COMMENT ON COLUMN pgvigil.index_baseline.file_node IS 'The file that the rebuild made.';
COMMENT ON COLUMN pgvigil.index_baseline.learned_at IS 'When.';
COMMENT ON COLUMN pgvigil.index_baseline.run IS 'The run that rebuilt it.';
