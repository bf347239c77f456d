-- Daemons with their leases, marks of schedules, what waits, and seats; views for people.

CREATE SEQUENCE pgvigil.daemon_epoch;
COMMENT ON SEQUENCE pgvigil.daemon_epoch IS 'Numbers the registrations of daemons; a later one has the higher number.';

CREATE TABLE pgvigil.daemon (
    id uuid PRIMARY KEY,
    role text NOT NULL CHECK (role IN ('serve', 'hand')),
    owner_machine text NOT NULL,
    owner_host text NOT NULL,
    owner_pid integer NOT NULL,
    owner_state_directory text NOT NULL,
    labels jsonb NOT NULL CHECK (pg_catalog.jsonb_typeof(labels) = 'object'),
    version text NOT NULL,
    doing text NOT NULL,
    epoch bigint NOT NULL UNIQUE,
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    lease_until timestamptz NOT NULL,
    fenced_at timestamptz,
    left_at timestamptz
    -- Renewals find room on the same page, and touch no index.
) WITH (fillfactor = 50);
COMMENT ON TABLE pgvigil.daemon IS 'Processes that fire slots or do a run by hand, and until when they have the right to write of their runs.';
COMMENT ON COLUMN pgvigil.daemon.id IS 'The id of the process.';
COMMENT ON COLUMN pgvigil.daemon.role IS 'What it is there for: serve (fires slots) or hand (does one run).';
COMMENT ON COLUMN pgvigil.daemon.owner_machine IS 'The id of the state directory whose locks tell whether its process lives.';
COMMENT ON COLUMN pgvigil.daemon.owner_host IS 'The host name of that machine.';
COMMENT ON COLUMN pgvigil.daemon.owner_pid IS 'The process.';
COMMENT ON COLUMN pgvigil.daemon.owner_state_directory IS 'The state folder of that process.';
COMMENT ON COLUMN pgvigil.daemon.labels IS 'Its labels, which jobs are tied to with on:.';
COMMENT ON COLUMN pgvigil.daemon.version IS 'The version of its program.';
COMMENT ON COLUMN pgvigil.daemon.doing IS 'One line: what it does.';
COMMENT ON COLUMN pgvigil.daemon.epoch IS 'The number of its registration. A run belongs to a daemon only together with this number.';
COMMENT ON COLUMN pgvigil.daemon.started_at IS 'When it started, by its own clock.';
COMMENT ON COLUMN pgvigil.daemon.seen_at IS 'When it was last heard of, by the clock of this server.';
COMMENT ON COLUMN pgvigil.daemon.lease_until IS 'Until when nobody may take its runs over, by the clock of this server.';
COMMENT ON COLUMN pgvigil.daemon.fenced_at IS 'When another daemon took a run of it over; null unless one did. It cannot prolong its lease any more.';
COMMENT ON COLUMN pgvigil.daemon.left_at IS 'When it said goodbye; null unless it did.';

ALTER TABLE pgvigil.schedule ADD COLUMN accounted_until timestamptz;
COMMENT ON TABLE pgvigil.schedule IS 'Schedule lines that have been served or have had a run, whatever line of a crontab file they stood on.';
COMMENT ON COLUMN pgvigil.schedule.first_seen_at IS 'When the line was first written here.';
COMMENT ON COLUMN pgvigil.schedule.accounted_until IS 'Every slot up to this instant has its run; slots after it are still to come. Never moves back; null until a daemon serves the line.';

ALTER TABLE pgvigil.run
    ADD COLUMN waiting boolean NOT NULL DEFAULT false,
    ADD COLUMN daemon uuid,
    ADD COLUMN epoch bigint,
    ADD COLUMN due_at timestamptz,
    ADD COLUMN deadline timestamptz,
    ADD COLUMN stands_for timestamptz[] NOT NULL DEFAULT '{}',
    ADD COLUMN stop_asked text,
    ADD CONSTRAINT run_waiting_check CHECK (outcome IS NULL OR NOT waiting),
    ADD CONSTRAINT run_lease_check CHECK ((daemon IS NULL) = (epoch IS NULL));
-- Small ones, however long the history is.
CREATE INDEX run_waiting ON pgvigil.run (started_at DESC, id DESC) WHERE waiting;
CREATE INDEX run_leased ON pgvigil.run (daemon, epoch) WHERE outcome IS NULL;
COMMENT ON COLUMN pgvigil.run.outcome IS 'What became of it: succeeded, failed, could not verify, skipped, missed, cancelled or timed out; null while it waits or runs. Never changes once it is set.';
COMMENT ON COLUMN pgvigil.run.summary IS 'One line about the outcome and its reason, or about what it waits for.';
COMMENT ON COLUMN pgvigil.run.started_at IS 'When it started, or when it was found that it would not; while it waits, when it began to.';
COMMENT ON COLUMN pgvigil.run.ended_at IS 'When it ended; null while it waits or runs.';
COMMENT ON COLUMN pgvigil.run.waiting IS 'Whether it waits for its window, a guard or a seat; the summary says which.';
COMMENT ON COLUMN pgvigil.run.daemon IS 'The daemon that it belongs to; null for one that no daemon had.';
COMMENT ON COLUMN pgvigil.run.epoch IS 'By which registration of that daemon; only who has this one may write of the run.';
COMMENT ON COLUMN pgvigil.run.due_at IS 'Its place in every queue: the slot, or when a run by hand was written here.';
COMMENT ON COLUMN pgvigil.run.deadline IS 'It is not started after this; null for one that waits as long as somebody does.';
COMMENT ON COLUMN pgvigil.run.stands_for IS 'Missed slots of the same schedule that it makes up for as well, the oldest first.';
COMMENT ON COLUMN pgvigil.run.stop_asked IS 'Who wants it to stop, and why; null while nobody does.';

CREATE TABLE pgvigil.seat (
    key text NOT NULL,
    run uuid NOT NULL REFERENCES pgvigil.run (id) ON DELETE CASCADE,
    mode text NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    PRIMARY KEY (key, run)
);
CREATE INDEX seat_run ON pgvigil.seat (run);
COMMENT ON TABLE pgvigil.seat IS 'What runs have taken: a target, a database, a store, the job itself. Only so many runs have the same at once.';
COMMENT ON COLUMN pgvigil.seat.key IS 'What is taken, such as job/nightly-backup, target/main, database/main/shop, store/local or runs.';
COMMENT ON COLUMN pgvigil.seat.run IS 'The run that has it.';
COMMENT ON COLUMN pgvigil.seat.mode IS 'Runs of another mode do not have it at the same time; empty goes with every mode.';
COMMENT ON COLUMN pgvigil.seat.taken_at IS 'Since when.';

CREATE TABLE pgvigil.wanted (
    key text NOT NULL,
    run uuid NOT NULL REFERENCES pgvigil.run (id) ON DELETE CASCADE,
    mode text NOT NULL,
    blocked boolean NOT NULL,
    due_at timestamptz NOT NULL,
    daemon uuid NOT NULL,
    epoch bigint NOT NULL,
    since timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    PRIMARY KEY (key, run)
);
CREATE INDEX wanted_order ON pgvigil.wanted (key, due_at, run);
CREATE INDEX wanted_run ON pgvigil.wanted (run);
COMMENT ON TABLE pgvigil.wanted IS 'The queues: seats that waiting runs asked for and did not get.';
COMMENT ON COLUMN pgvigil.wanted.key IS 'The seat, as in seat.key.';
COMMENT ON COLUMN pgvigil.wanted.run IS 'The run that waits for it.';
COMMENT ON COLUMN pgvigil.wanted.mode IS 'The mode, as in seat.mode.';
COMMENT ON COLUMN pgvigil.wanted.blocked IS 'Whether this seat was among those that it did not get when it asked last; false if it only waits for others.';
COMMENT ON COLUMN pgvigil.wanted.due_at IS 'Its place in the queue, as in run.due_at.';
COMMENT ON COLUMN pgvigil.wanted.daemon IS 'The daemon of the run; one that is silent keeps nobody waiting.';
COMMENT ON COLUMN pgvigil.wanted.epoch IS 'Its registration.';
COMMENT ON COLUMN pgvigil.wanted.since IS 'Since when it is in the queue.';

CREATE TABLE pgvigil.gate (name text PRIMARY KEY);
INSERT INTO pgvigil.gate (name) VALUES ('seats');
COMMENT ON TABLE pgvigil.gate IS 'One row, which whoever gives seats out has locked meanwhile: so they are given out one after the other.';
COMMENT ON COLUMN pgvigil.gate.name IS 'What is behind the gate.';

CREATE VIEW pgvigil.waiting AS
SELECT r.job, r.slot, r.started_at AS since, r.deadline, r.summary AS waits_for,
    COALESCE((SELECT pg_catalog.array_agg(w.key ORDER BY w.key) FROM pgvigil.wanted w WHERE w.run = r.id AND w.blocked),
        '{}'::text[]) AS seats,
    r.owner_host AS host, r.id AS run
FROM pgvigil.run r
WHERE r.waiting
ORDER BY r.due_at, r.id;
COMMENT ON VIEW pgvigil.waiting IS 'What waits, for what and since when; what came due first is first.';
COMMENT ON COLUMN pgvigil.waiting.job IS 'The name of the job.';
COMMENT ON COLUMN pgvigil.waiting.slot IS 'The planned instant; null for a run by hand.';
COMMENT ON COLUMN pgvigil.waiting.since IS 'When it began to wait.';
COMMENT ON COLUMN pgvigil.waiting.deadline IS 'It is not started after this; null if it waits as long as somebody does.';
COMMENT ON COLUMN pgvigil.waiting.waits_for IS 'One line about what it waits for.';
COMMENT ON COLUMN pgvigil.waiting.seats IS 'Seats that it asked for and that others keep from it, as in seat.key.';
COMMENT ON COLUMN pgvigil.waiting.host IS 'The host of the daemon that will run it.';
COMMENT ON COLUMN pgvigil.waiting.run IS 'The id of the run.';

CREATE VIEW pgvigil.daemon_status AS
SELECT d.owner_host AS host, d.owner_pid AS pid, d.role,
    CASE WHEN d.left_at IS NOT NULL THEN 'stopped'
        WHEN d.fenced_at IS NULL AND d.lease_until > pg_catalog.clock_timestamp() THEN 'alive'
        ELSE 'silent' END AS state,
    d.doing, d.labels, d.version, d.started_at, d.seen_at, d.lease_until - pg_catalog.clock_timestamp() AS lease_left,
    n.runs, n.waiting, d.id AS daemon
FROM pgvigil.daemon d
    CROSS JOIN LATERAL (
        SELECT pg_catalog.count(*) FILTER (WHERE NOT r.waiting) AS runs,
            pg_catalog.count(*) FILTER (WHERE r.waiting) AS waiting
        FROM pgvigil.run r
        WHERE r.daemon = d.id AND r.outcome IS NULL
    ) n
ORDER BY d.left_at IS NULL AND d.fenced_at IS NULL AND d.lease_until > pg_catalog.clock_timestamp() DESC,
    d.started_at DESC, d.id DESC;
COMMENT ON VIEW pgvigil.daemon_status IS 'The daemons and what each does; those that are alive first, the newest first.';
COMMENT ON COLUMN pgvigil.daemon_status.host IS 'The host it runs on.';
COMMENT ON COLUMN pgvigil.daemon_status.pid IS 'The process.';
COMMENT ON COLUMN pgvigil.daemon_status.role IS 'What it is there for: serve (fires slots) or hand (does one run).';
COMMENT ON COLUMN pgvigil.daemon_status.state IS 'How it stands: alive, silent (its lease ran out, its runs may be taken over) or stopped (it said goodbye).';
COMMENT ON COLUMN pgvigil.daemon_status.doing IS 'One line: what it does.';
COMMENT ON COLUMN pgvigil.daemon_status.labels IS 'Its labels.';
COMMENT ON COLUMN pgvigil.daemon_status.version IS 'The version of its program.';
COMMENT ON COLUMN pgvigil.daemon_status.started_at IS 'When it started, by its own clock.';
COMMENT ON COLUMN pgvigil.daemon_status.seen_at IS 'When it was last heard of.';
COMMENT ON COLUMN pgvigil.daemon_status.lease_left IS 'How long its lease still lasts; negative once it has run out.';
COMMENT ON COLUMN pgvigil.daemon_status.runs IS 'Runs of it that are under way.';
COMMENT ON COLUMN pgvigil.daemon_status.waiting IS 'Runs of it that wait.';
COMMENT ON COLUMN pgvigil.daemon_status.daemon IS 'The id of the daemon.';

CREATE OR REPLACE VIEW pgvigil.last_run AS
WITH RECURSIVE job (name) AS (
    -- One step of the index per job, however many runs there are.
    (SELECT job FROM pgvigil.run ORDER BY job LIMIT 1)
    UNION ALL
    SELECT (SELECT r.job FROM pgvigil.run r WHERE r.job > j.name ORDER BY r.job LIMIT 1)
    FROM job j
    WHERE j.name IS NOT NULL
)
SELECT r.job, r.kind, COALESCE(r.outcome, CASE WHEN r.waiting THEN 'waiting' ELSE 'running' END) AS outcome, r.summary,
    r.slot, r.started_at, r.ended_at, r.ended_at - r.started_at AS took, r.id AS run
FROM job j
    CROSS JOIN LATERAL (
        SELECT * FROM pgvigil.run n WHERE n.job = j.name ORDER BY n.started_at DESC, n.id DESC LIMIT 1
    ) r
ORDER BY r.started_at DESC;
COMMENT ON COLUMN pgvigil.last_run.outcome IS 'What became of the run; waiting or running until it has ended.';
COMMENT ON COLUMN pgvigil.last_run.summary IS 'One line about the outcome and its reason, or about what it waits for.';
COMMENT ON COLUMN pgvigil.last_run.started_at IS 'When it started; while it waits, when it began to.';
