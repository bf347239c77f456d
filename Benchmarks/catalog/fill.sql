-- :rows runs of three years: 1,000 jobs with ten schedules each; 98 of 100 succeed; 250 are not over. Indexes and keys are
-- made after the rows.
CREATE TEMP TABLE later (what text, ordinal int GENERATED ALWAYS AS IDENTITY);
INSERT INTO later (what)
SELECT indexdef FROM pg_catalog.pg_indexes i
WHERE schemaname = 'pgvigil' AND tablename = 'run'
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint c WHERE c.conindid = format('pgvigil.%I', indexname)::regclass);
INSERT INTO later (what)
SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_catalog.pg_constraint
WHERE contype IN ('p', 'u', 'f') AND ('pgvigil.run'::regclass IN (conrelid, confrelid))
ORDER BY contype = 'f';
DO $$
DECLARE
    gone text;
BEGIN
    FOR gone IN SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname)
        FROM pg_catalog.pg_constraint
        WHERE contype IN ('p', 'u', 'f') AND ('pgvigil.run'::regclass IN (conrelid, confrelid))
        ORDER BY contype <> 'f'
    LOOP EXECUTE gone; END LOOP;
    FOR gone IN SELECT format('DROP INDEX pgvigil.%I', indexname) FROM pg_catalog.pg_indexes
        WHERE schemaname = 'pgvigil' AND tablename = 'run'
    LOOP EXECUTE gone; END LOOP;
END
$$;

INSERT INTO pgvigil.schedule (job, zone, pattern, accounted_until)
SELECT 'job-' || j, 'Europe/Paris', s || ' * * * *', timestamptz '2026-11-23'
FROM generate_series(0, 999) j, generate_series(0, 9) s;
INSERT INTO pgvigil.run (
    id, job, kind, schedule, slot, outcome, waiting, summary, started_at, ended_at, owner_machine, owner_host, owner_pid,
    owner_state_directory, daemon, epoch, due_at)
SELECT md5(n::text)::uuid, 'job-' || n % 1000, 'command', 1 + n % 10000, slot,
    CASE WHEN n > :rows - 250 THEN NULL WHEN n % 100 = 7 THEN 'failed' WHEN n % 1000 = 8 THEN 'missed'
        WHEN n % 100000 = 9 THEN 'timed out' ELSE 'succeeded' END,
    n > :rows - 200, 'done in 12 s: 3 databases, 1.2 GB', slot + interval '1 s',
    CASE WHEN n <= :rows - 250 THEN slot + interval '13 s' END, 'machine-1', 'db1.example.com', 4711, '/var/lib/pgvigil',
    '00000000-0000-4000-8000-000000000001', 1, slot
FROM generate_series(1, :rows) n,
    LATERAL (SELECT timestamptz '2026-11-23' - (:rows - n) * (interval '1095 days' / :rows)) t (slot);
SELECT what FROM later ORDER BY ordinal \gexec
VACUUM (ANALYZE) pgvigil.run;
VACUUM (ANALYZE) pgvigil.schedule;
