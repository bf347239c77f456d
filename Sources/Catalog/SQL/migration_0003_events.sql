-- What somebody is told of, and how it reached them.

CREATE TABLE pgvigil.event (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    subject text NOT NULL,
    job text,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    count integer NOT NULL CHECK (count >= 1),
    told integer NOT NULL,
    reminders integer NOT NULL,
    remind_at timestamptz NOT NULL,
    causes text[] NOT NULL,
    text text NOT NULL,
    version integer NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT pg_catalog.now()
);
CREATE UNIQUE INDEX event_open ON pgvigil.event (subject, kind) WHERE closed_at IS NULL;
CREATE INDEX event_untold ON pgvigil.event (remind_at) WHERE closed_at IS NULL AND count > told;
CREATE INDEX event_closed ON pgvigil.event (closed_at);
COMMENT ON TABLE pgvigil.event IS 'What goes on, or went on: jobs that fail, objectives that are not met, troubles. One of each kind and subject is open at a time; the first success of a job stays open for good.';
COMMENT ON COLUMN pgvigil.event.id IS 'Identifies the event.';
COMMENT ON COLUMN pgvigil.event.kind IS 'failure, breach, trouble or first_success.';
COMMENT ON COLUMN pgvigil.event.subject IS 'What it is about, such as job/nightly-backup or objective/store/medusa/backup_age.';
COMMENT ON COLUMN pgvigil.event.job IS 'The name of the job; null if it is about none.';
COMMENT ON COLUMN pgvigil.event.opened_at IS 'When it began.';
COMMENT ON COLUMN pgvigil.event.closed_at IS 'When it was over; null while it goes on.';
COMMENT ON COLUMN pgvigil.event.count IS 'How often it has happened since it began.';
COMMENT ON COLUMN pgvigil.event.told IS 'The count that the last message told.';
COMMENT ON COLUMN pgvigil.event.reminders IS 'Messages since the first one.';
COMMENT ON COLUMN pgvigil.event.remind_at IS 'It is not told again before this.';
COMMENT ON COLUMN pgvigil.event.causes IS 'The last runs that are counted, the newest last.';
COMMENT ON COLUMN pgvigil.event.text IS 'One line: what was wrong the last time.';
COMMENT ON COLUMN pgvigil.event.version IS 'Rises by one with each change, so that of two daemons that change it at once one begins anew.';
COMMENT ON COLUMN pgvigil.event.changed_at IS 'When it was changed last.';

CREATE TABLE pgvigil.delivery (
    ordinal bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    event uuid REFERENCES pgvigil.event (id) ON DELETE SET NULL,
    channel text NOT NULL,
    occasion text NOT NULL,
    subject text NOT NULL,
    title text NOT NULL,
    message jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'given up')),
    due_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    claim uuid,
    claimed_until timestamptz,
    tries integer NOT NULL DEFAULT 0,
    settled_at timestamptz,
    error text,
    CHECK ((state = 'waiting') = (settled_at IS NULL))
);
CREATE INDEX delivery_waiting ON pgvigil.delivery (channel, ordinal) WHERE state = 'waiting';
CREATE INDEX delivery_settled ON pgvigil.delivery (settled_at);
CREATE INDEX delivery_event ON pgvigil.delivery (event);
COMMENT ON TABLE pgvigil.delivery IS 'Messages, one for each channel that is told: when they were sent, or why not yet.';
COMMENT ON COLUMN pgvigil.delivery.ordinal IS 'The order in which they are sent.';
COMMENT ON COLUMN pgvigil.delivery.id IS 'Identifies the delivery.';
COMMENT ON COLUMN pgvigil.delivery.event IS 'The event that it tells of; null for a sign of life of a run, and when the event is forgotten.';
COMMENT ON COLUMN pgvigil.delivery.channel IS 'The name of the channel in pgvigil.yaml.';
COMMENT ON COLUMN pgvigil.delivery.occasion IS 'Why it is sent: failure, recovery, breach, breach_over, first_success, trouble, run_started, run_succeeded or run_failed.';
COMMENT ON COLUMN pgvigil.delivery.subject IS 'What it is about.';
COMMENT ON COLUMN pgvigil.delivery.title IS 'Its first line.';
COMMENT ON COLUMN pgvigil.delivery.message IS 'All of it, without secrets.';
COMMENT ON COLUMN pgvigil.delivery.created_at IS 'When it was put in the queue.';
COMMENT ON COLUMN pgvigil.delivery.state IS 'waiting, delivered, or given up.';
COMMENT ON COLUMN pgvigil.delivery.due_at IS 'It is not tried before this.';
COMMENT ON COLUMN pgvigil.delivery.claim IS 'Who sends it now or did so last: one taking by one daemon.';
COMMENT ON COLUMN pgvigil.delivery.claimed_until IS 'Until when nobody else tries it; null while nobody does.';
COMMENT ON COLUMN pgvigil.delivery.tries IS 'How often it was tried, or is being tried.';
COMMENT ON COLUMN pgvigil.delivery.settled_at IS 'When it was delivered or given up; null while it waits.';
COMMENT ON COLUMN pgvigil.delivery.error IS 'Why the last try failed, without secrets; null if none has.';
