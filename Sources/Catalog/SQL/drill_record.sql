-- $1 run, $2 ordinal, $3 backup, $4 store, $5 path, $6 target, $7 database, $8 slot, $9 taken, $10 started, $11 ended,
-- $12 verdict, $13 level, $14 recovery seconds, $15 phases, $16 server version, $17 summary, $18 findings, $19 report,
-- $20 daemon and $21 epoch of the lease, null for any; a drill that is there stays as it is
WITH mine AS (
    SELECT id FROM pgvigil.run
    WHERE id = $1::uuid AND ($20::uuid IS NULL OR (daemon = $20::uuid AND epoch = $21::bigint))
    -- Nobody takes the run over before this is written.
    FOR SHARE
), written AS (
    INSERT INTO pgvigil.drill (
        run, ordinal, backup, store, path, target, database, slot, taken_at, started_at, ended_at, verdict, level,
        recovery_seconds, phases, server_version, summary, report)
    SELECT m.id, $2::integer, $3::uuid, $4, $5, $6, $7,
        timestamptz 'epoch' + $8::bigint * interval '1 microsecond',
        timestamptz 'epoch' + $9::bigint * interval '1 microsecond',
        timestamptz 'epoch' + $10::bigint * interval '1 microsecond',
        timestamptz 'epoch' + $11::bigint * interval '1 microsecond',
        $12, $13, $14::double precision, $15::jsonb, $16, $17, $19::jsonb
    FROM mine m
    ON CONFLICT (run, ordinal) DO NOTHING
    RETURNING run, ordinal
), found AS (
    INSERT INTO pgvigil.drill_finding (run, drill, ordinal, check_name, subject, expected, found, is_fault)
    SELECT w.run, w.ordinal, f.ordinal, f.finding ->> 'check', f.finding ->> 'subject', f.finding ->> 'expected',
        f.finding ->> 'found', (f.finding ->> 'isFault')::boolean
    FROM written w
        CROSS JOIN pg_catalog.jsonb_array_elements($18::jsonb) WITH ORDINALITY AS f (finding, ordinal)
)
SELECT EXISTS (SELECT FROM pgvigil.run WHERE id = $1::uuid) AS known, EXISTS (SELECT FROM mine) AS mine
