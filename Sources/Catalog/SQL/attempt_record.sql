-- $1 run, $2 number, $3 outcome, $4 summary, $5 started, $6 ended, $7 daemon and $8 epoch of the lease, null for any;
-- one that has ended stays as it is
WITH mine AS (
    SELECT id FROM pgvigil.run
    WHERE id = $1::uuid AND ($7::uuid IS NULL OR (daemon = $7::uuid AND epoch = $8::bigint))
    -- Nobody takes the run over before this is written.
    FOR SHARE
), written AS (
    INSERT INTO pgvigil.attempt AS a (run, number, outcome, summary, started_at, ended_at)
    SELECT m.id, $2::integer, $3::text, $4, timestamptz 'epoch' + $5::bigint * interval '1 microsecond',
        timestamptz 'epoch' + $6::bigint * interval '1 microsecond'
    FROM mine m
    ON CONFLICT (run, number) DO UPDATE
    SET outcome = EXCLUDED.outcome, summary = EXCLUDED.summary, started_at = EXCLUDED.started_at,
        ended_at = EXCLUDED.ended_at
    WHERE a.outcome IS NULL
)
SELECT EXISTS (SELECT FROM pgvigil.run WHERE id = $1::uuid) AS known, EXISTS (SELECT FROM mine) AS mine,
    -- Nobody waits for the disk because something has begun: what ends it says all of it again, and is synced.
    CASE WHEN $3::text IS NULL THEN pg_catalog.set_config('synchronous_commit', 'off', true) END AS commit
