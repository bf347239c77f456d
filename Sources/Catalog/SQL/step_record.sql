-- $1 run, $2 attempt, $3 ordinal, $4 name, $5 target, $6 database, $7 state, $8 detail, $9 fault, $10 bytes, $11 started,
-- $12 ended, $13 daemon and $14 epoch of the lease, null for any; one that has ended stays as it is
WITH mine AS (
    SELECT id FROM pgvigil.run
    WHERE id = $1::uuid AND ($13::uuid IS NULL OR (daemon = $13::uuid AND epoch = $14::bigint))
    -- Nobody takes the run over before this is written.
    FOR SHARE
), written AS (
    INSERT INTO pgvigil.step AS s (
        run, attempt, ordinal, name, target, database, state, detail, fault, bytes, started_at, ended_at)
    SELECT m.id, $2::integer, $3::integer, $4, $5, $6, $7, $8, $9::jsonb, $10::bigint,
        timestamptz 'epoch' + $11::bigint * interval '1 microsecond',
        timestamptz 'epoch' + $12::bigint * interval '1 microsecond'
    FROM mine m
    ON CONFLICT (run, attempt, ordinal) DO UPDATE
    SET name = EXCLUDED.name, target = EXCLUDED.target, database = EXCLUDED.database, state = EXCLUDED.state,
        detail = EXCLUDED.detail, fault = EXCLUDED.fault, bytes = EXCLUDED.bytes, started_at = EXCLUDED.started_at,
        ended_at = EXCLUDED.ended_at
    WHERE s.state = 'running'
)
SELECT EXISTS (SELECT FROM pgvigil.run WHERE id = $1::uuid) AS known, EXISTS (SELECT FROM mine) AS mine,
    -- Nobody waits for the disk because something has begun: what ends it says all of it again, and is synced.
    CASE WHEN $7 = 'running' THEN pg_catalog.set_config('synchronous_commit', 'off', true) END AS commit
