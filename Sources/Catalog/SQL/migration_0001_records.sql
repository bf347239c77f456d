-- Runs with their attempts and steps, the backup sets they made, and two views for people.

CREATE TABLE pgvigil.schedule (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job text NOT NULL,
    zone text NOT NULL,
    pattern text NOT NULL,
    first_seen_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    UNIQUE (job, zone, pattern)
);
COMMENT ON TABLE pgvigil.schedule IS 'Schedule lines that have had a run, whatever line of a crontab file they stood on.';
COMMENT ON COLUMN pgvigil.schedule.id IS 'The number that runs refer to.';
COMMENT ON COLUMN pgvigil.schedule.job IS 'The name of the job that the line starts.';
COMMENT ON COLUMN pgvigil.schedule.zone IS 'The time zone in which the pattern is read, by its IANA name.';
COMMENT ON COLUMN pgvigil.schedule.pattern IS 'The cron pattern.';
COMMENT ON COLUMN pgvigil.schedule.first_seen_at IS 'When the first run of the line was written.';

CREATE TABLE pgvigil.run (
    id uuid PRIMARY KEY,
    job text NOT NULL,
    kind text NOT NULL
        CHECK (kind IN ('backup', 'verify', 'drill', 'restore', 'maintain', 'sql', 'command')),
    schedule bigint REFERENCES pgvigil.schedule (id),
    slot timestamptz,
    outcome text
        CHECK (outcome IN ('succeeded', 'failed', 'could not verify', 'skipped', 'missed', 'cancelled', 'timed out')),
    summary text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    owner_machine text NOT NULL,
    owner_host text NOT NULL,
    owner_pid integer NOT NULL,
    owner_state_directory text NOT NULL,
    -- A slot has one run, whoever else wants to start one.
    UNIQUE (schedule, slot),
    CHECK ((schedule IS NULL) = (slot IS NULL)),
    CHECK (outcome IS NOT NULL OR ended_at IS NULL)
);
CREATE INDEX run_newest ON pgvigil.run (started_at DESC, id DESC);
CREATE INDEX run_job_newest ON pgvigil.run (job, started_at DESC, id DESC);
CREATE INDEX run_job_outcome_newest ON pgvigil.run (job, outcome, started_at DESC, id DESC);
CREATE INDEX run_outcome_newest ON pgvigil.run (outcome, started_at DESC, id DESC);
CREATE INDEX run_unfinished ON pgvigil.run (started_at DESC, id DESC) WHERE outcome IS NULL;
COMMENT ON TABLE pgvigil.run IS 'What became of every slot of a schedule and of every run by hand. A row is there before the work starts.';
COMMENT ON COLUMN pgvigil.run.id IS 'The id of the run; the paths of its backup sets end with it.';
COMMENT ON COLUMN pgvigil.run.job IS 'The name of the job.';
COMMENT ON COLUMN pgvigil.run.kind IS 'The kind of the job, such as backup.';
COMMENT ON COLUMN pgvigil.run.schedule IS 'The schedule line that started it; null for a run by hand.';
COMMENT ON COLUMN pgvigil.run.slot IS 'The planned instant; null for a run by hand.';
COMMENT ON COLUMN pgvigil.run.outcome IS 'What became of it: succeeded, failed, could not verify, skipped, missed, cancelled or timed out; null while it runs. Never changes once it is set.';
COMMENT ON COLUMN pgvigil.run.summary IS 'One line about the outcome and its reason.';
COMMENT ON COLUMN pgvigil.run.started_at IS 'When it started, or when it was found that it would not.';
COMMENT ON COLUMN pgvigil.run.ended_at IS 'When it ended; null while it runs.';
COMMENT ON COLUMN pgvigil.run.owner_machine IS 'The id of the state directory whose locks tell whether its process lives.';
COMMENT ON COLUMN pgvigil.run.owner_host IS 'The host name of that machine.';
COMMENT ON COLUMN pgvigil.run.owner_pid IS 'The process that does it.';
COMMENT ON COLUMN pgvigil.run.owner_state_directory IS 'The state folder of that process, whose locks tell whether it lives.';

CREATE TABLE pgvigil.attempt (
    run uuid NOT NULL REFERENCES pgvigil.run (id) ON DELETE CASCADE,
    number integer NOT NULL CHECK (number >= 1),
    outcome text
        CHECK (outcome IN ('succeeded', 'failed', 'could not verify', 'skipped', 'missed', 'cancelled', 'timed out')),
    summary text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (run, number)
);
COMMENT ON TABLE pgvigil.attempt IS 'The tries of a run; a fault that may pass leads to another one.';
COMMENT ON COLUMN pgvigil.attempt.run IS 'The run.';
COMMENT ON COLUMN pgvigil.attempt.number IS 'The place among the tries of the run, from 1.';
COMMENT ON COLUMN pgvigil.attempt.outcome IS 'What became of the try, in the words of run.outcome; null while it runs.';
COMMENT ON COLUMN pgvigil.attempt.summary IS 'One line about the outcome and its reason.';
COMMENT ON COLUMN pgvigil.attempt.started_at IS 'When the try started.';
COMMENT ON COLUMN pgvigil.attempt.ended_at IS 'When it ended; null while it runs.';

CREATE TABLE pgvigil.step (
    run uuid NOT NULL REFERENCES pgvigil.run (id) ON DELETE CASCADE,
    attempt integer NOT NULL CHECK (attempt >= 1),
    ordinal integer NOT NULL CHECK (ordinal >= 1),
    name text NOT NULL,
    target text,
    database text,
    state text NOT NULL CHECK (state IN ('running', 'done', 'failed', 'cancelled')),
    detail text NOT NULL,
    fault jsonb,
    bytes bigint,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (run, attempt, ordinal)
);
COMMENT ON TABLE pgvigil.step IS 'The named parts of a try: preflight, globals, dump, publish-check, publish, record, prune.';
COMMENT ON COLUMN pgvigil.step.run IS 'The run.';
COMMENT ON COLUMN pgvigil.step.attempt IS 'The number of the try.';
COMMENT ON COLUMN pgvigil.step.ordinal IS 'The place among the steps of the try, in the order of their starts, from 1.';
COMMENT ON COLUMN pgvigil.step.name IS 'Which part of the work it is.';
COMMENT ON COLUMN pgvigil.step.target IS 'The target it is about; null if it serves all of them.';
COMMENT ON COLUMN pgvigil.step.database IS 'The database it is about; null if it serves a whole target.';
COMMENT ON COLUMN pgvigil.step.state IS 'How it stands or ended: running, done, failed or cancelled.';
COMMENT ON COLUMN pgvigil.step.detail IS 'One line: what was done, or what went wrong.';
COMMENT ON COLUMN pgvigil.step.fault IS 'Why it failed: code, summary, remedy, exit (status), mayPass (worth a retry), and file, line, column of a setting; null unless it failed.';
COMMENT ON COLUMN pgvigil.step.bytes IS 'Bytes that it wrote or read, where that means something.';
COMMENT ON COLUMN pgvigil.step.started_at IS 'When it started.';
COMMENT ON COLUMN pgvigil.step.ended_at IS 'When it ended; null while it runs.';

CREATE TABLE pgvigil.backup (
    id uuid PRIMARY KEY,
    run uuid NOT NULL,
    job text NOT NULL,
    target text NOT NULL,
    database text NOT NULL,
    store text NOT NULL,
    path text NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    size bigint NOT NULL,
    format text NOT NULL CHECK (format IN ('custom', 'directory', 'plain')),
    codec text NOT NULL,
    server_version text NOT NULL,
    partial boolean NOT NULL,
    verified text NOT NULL,
    tables integer NOT NULL,
    rows bigint NOT NULL,
    warnings integer NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    removed_at timestamptz,
    removed_reason text,
    CHECK ((removed_at IS NULL) = (removed_reason IS NULL))
);
CREATE INDEX backup_newest ON pgvigil.backup (started_at DESC, id DESC) WHERE removed_at IS NULL;
CREATE INDEX backup_database_newest ON pgvigil.backup (target, database, started_at DESC, id DESC);
CREATE INDEX backup_run ON pgvigil.backup (run);
COMMENT ON TABLE pgvigil.backup IS 'Backup sets that were published whole and verified. The manifest in the store is the truth that a row was made from.';
COMMENT ON COLUMN pgvigil.backup.id IS 'The id of the set, as in its manifest.';
COMMENT ON COLUMN pgvigil.backup.run IS 'The run that made it; its row may be missing if this catalog was rebuilt from the store.';
COMMENT ON COLUMN pgvigil.backup.job IS 'The name of the job that made it.';
COMMENT ON COLUMN pgvigil.backup.target IS 'The target whose database it holds.';
COMMENT ON COLUMN pgvigil.backup.database IS 'The database that it holds.';
COMMENT ON COLUMN pgvigil.backup.store IS 'The name of the store where it lies.';
COMMENT ON COLUMN pgvigil.backup.path IS 'Its folder, relative to the store.';
COMMENT ON COLUMN pgvigil.backup.started_at IS 'When the dump began: the state of the database that it holds.';
COMMENT ON COLUMN pgvigil.backup.finished_at IS 'When it was published.';
COMMENT ON COLUMN pgvigil.backup.size IS 'Bytes of all its files.';
COMMENT ON COLUMN pgvigil.backup.format IS 'The format of pg_dump: custom, directory or plain.';
COMMENT ON COLUMN pgvigil.backup.codec IS 'How the data is compressed.';
COMMENT ON COLUMN pgvigil.backup.server_version IS 'The version of the server that it was taken from.';
COMMENT ON COLUMN pgvigil.backup.partial IS 'Whether it holds less than the whole database.';
COMMENT ON COLUMN pgvigil.backup.verified IS 'What was checked before it was published: decode (every block read back and decoded) or hash (sizes and SHA-256 read back).';
COMMENT ON COLUMN pgvigil.backup.tables IS 'Tables with data in it.';
COMMENT ON COLUMN pgvigil.backup.rows IS 'Rows of all its tables.';
COMMENT ON COLUMN pgvigil.backup.warnings IS 'Warnings of pg_dump while it was taken.';
COMMENT ON COLUMN pgvigil.backup.recorded_at IS 'When this row was written.';
COMMENT ON COLUMN pgvigil.backup.removed_at IS 'When it left the store; null while it is there.';
COMMENT ON COLUMN pgvigil.backup.removed_reason IS 'Why it left the store; null while it is there.';

CREATE TABLE pgvigil.backup_file (
    backup uuid NOT NULL REFERENCES pgvigil.backup (id) ON DELETE CASCADE,
    ordinal integer NOT NULL,
    path text NOT NULL,
    size bigint NOT NULL,
    sha256 text NOT NULL,
    PRIMARY KEY (backup, ordinal),
    UNIQUE (backup, path)
);
COMMENT ON TABLE pgvigil.backup_file IS 'The files of the backup sets.';
COMMENT ON COLUMN pgvigil.backup_file.backup IS 'The set.';
COMMENT ON COLUMN pgvigil.backup_file.ordinal IS 'The place among the files of the set, as in its manifest, from 1.';
COMMENT ON COLUMN pgvigil.backup_file.path IS 'The file, relative to the folder of the set.';
COMMENT ON COLUMN pgvigil.backup_file.size IS 'Its size in bytes.';
COMMENT ON COLUMN pgvigil.backup_file.sha256 IS 'SHA-256 of its content, in hexadecimal.';

CREATE VIEW pgvigil.recoverability AS
SELECT d.target, d.database, b.id AS backup, b.store, b.path, b.started_at AS taken_at,
    pg_catalog.now() - b.started_at AS age, b.size, b.verified, d.backups
FROM (
        SELECT target, database, pg_catalog.count(*) FILTER (WHERE removed_at IS NULL AND NOT partial) AS backups
        FROM pgvigil.backup
        GROUP BY target, database
    ) d
    LEFT JOIN LATERAL (
        SELECT *
        FROM pgvigil.backup n
        WHERE n.target = d.target AND n.database = d.database AND n.removed_at IS NULL AND NOT n.partial
        ORDER BY n.started_at DESC, n.id DESC
        LIMIT 1
    ) b ON true
ORDER BY b.started_at NULLS FIRST, d.target, d.database;
COMMENT ON VIEW pgvigil.recoverability IS 'To what time each database could be brought back: its newest whole, verified backup set; the oldest first.';
COMMENT ON COLUMN pgvigil.recoverability.target IS 'The target.';
COMMENT ON COLUMN pgvigil.recoverability.database IS 'The database.';
COMMENT ON COLUMN pgvigil.recoverability.backup IS 'The id of its newest whole set; null if there is none left.';
COMMENT ON COLUMN pgvigil.recoverability.store IS 'The store where that lies.';
COMMENT ON COLUMN pgvigil.recoverability.path IS 'The folder of the set, relative to the store.';
COMMENT ON COLUMN pgvigil.recoverability.taken_at IS 'The state of the database that it brings back.';
COMMENT ON COLUMN pgvigil.recoverability.age IS 'How much would be lost now.';
COMMENT ON COLUMN pgvigil.recoverability.size IS 'Bytes of the set.';
COMMENT ON COLUMN pgvigil.recoverability.verified IS 'What was checked before it was published.';
COMMENT ON COLUMN pgvigil.recoverability.backups IS 'Whole sets of the database that are in a store.';

CREATE VIEW pgvigil.last_run AS
WITH RECURSIVE job (name) AS (
    -- One step of the index per job, however many runs there are.
    (SELECT job FROM pgvigil.run ORDER BY job LIMIT 1)
    UNION ALL
    SELECT (SELECT r.job FROM pgvigil.run r WHERE r.job > j.name ORDER BY r.job LIMIT 1)
    FROM job j
    WHERE j.name IS NOT NULL
)
SELECT r.job, r.kind, COALESCE(r.outcome, 'running') AS outcome, r.summary, r.slot, r.started_at, r.ended_at,
    r.ended_at - r.started_at AS took, r.id AS run
FROM job j
    CROSS JOIN LATERAL (
        SELECT * FROM pgvigil.run n WHERE n.job = j.name ORDER BY n.started_at DESC, n.id DESC LIMIT 1
    ) r
ORDER BY r.started_at DESC;
COMMENT ON VIEW pgvigil.last_run IS 'The newest run of each job; the newest first.';
COMMENT ON COLUMN pgvigil.last_run.job IS 'The name of the job.';
COMMENT ON COLUMN pgvigil.last_run.kind IS 'The kind of the job.';
COMMENT ON COLUMN pgvigil.last_run.outcome IS 'What became of the run; running while it runs.';
COMMENT ON COLUMN pgvigil.last_run.summary IS 'One line about the outcome and its reason.';
COMMENT ON COLUMN pgvigil.last_run.slot IS 'The planned instant; null for a run by hand.';
COMMENT ON COLUMN pgvigil.last_run.started_at IS 'When it started.';
COMMENT ON COLUMN pgvigil.last_run.ended_at IS 'When it ended; null while it runs.';
COMMENT ON COLUMN pgvigil.last_run.took IS 'How long it took; null while it runs.';
COMMENT ON COLUMN pgvigil.last_run.run IS 'The id of the run.';
