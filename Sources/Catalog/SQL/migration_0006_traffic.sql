-- How busy targets are through the week, and the quiet hours that were learned from it.

CREATE TABLE pgvigil.traffic_reading (
    target text PRIMARY KEY,
    minute bigint NOT NULL,
    reading jsonb
);
COMMENT ON TABLE pgvigil.traffic_reading IS 'The last look at each target whose traffic is watched; of several daemons the one that raises the minute has the turn.';
COMMENT ON COLUMN pgvigil.traffic_reading.target IS 'The target.';
COMMENT ON COLUMN pgvigil.traffic_reading.minute IS 'The minute that was taken last, since 1970.';
COMMENT ON COLUMN pgvigil.traffic_reading.reading IS 'The counters of the last reading, which the next one is compared with; null before the first.';

CREATE TABLE pgvigil.traffic_quarter (
    target text NOT NULL,
    start timestamptz NOT NULL,
    seconds double precision NOT NULL CHECK (seconds >= 0),
    own_seconds double precision NOT NULL CHECK (own_seconds >= 0),
    transactions double precision CHECK (transactions >= 0),
    rows_read double precision CHECK (rows_read >= 0),
    rows_written double precision CHECK (rows_written >= 0),
    blocks_read double precision CHECK (blocks_read >= 0),
    wal_bytes double precision CHECK (wal_bytes >= 0),
    active_seconds double precision CHECK (active_seconds >= 0),
    session_seconds double precision CHECK (session_seconds >= 0),
    PRIMARY KEY (target, start)
);
COMMENT ON TABLE pgvigil.traffic_quarter IS 'What others did on a target in a quarter of an hour, over all its databases; kept for nine weeks.';
COMMENT ON COLUMN pgvigil.traffic_quarter.target IS 'The target.';
COMMENT ON COLUMN pgvigil.traffic_quarter.start IS 'When the quarter of an hour begins.';
COMMENT ON COLUMN pgvigil.traffic_quarter.seconds IS 'How much of it was counted.';
COMMENT ON COLUMN pgvigil.traffic_quarter.own_seconds IS 'How much of it was not counted, since pgvigil itself was at work on the target.';
COMMENT ON COLUMN pgvigil.traffic_quarter.transactions IS 'Transactions that ended; null where the server does not tell, as with all that follow.';
COMMENT ON COLUMN pgvigil.traffic_quarter.rows_read IS 'Rows that scans returned or fetched.';
COMMENT ON COLUMN pgvigil.traffic_quarter.rows_written IS 'Rows inserted, updated or deleted.';
COMMENT ON COLUMN pgvigil.traffic_quarter.blocks_read IS 'Blocks that were not in the cache of the server.';
COMMENT ON COLUMN pgvigil.traffic_quarter.wal_bytes IS 'Bytes of WAL written, or replayed on a standby.';
COMMENT ON COLUMN pgvigil.traffic_quarter.active_seconds IS 'Seconds that sessions spent in statements, from PostgreSQL 14 on.';
COMMENT ON COLUMN pgvigil.traffic_quarter.session_seconds IS 'Active sessions at each reading, times the seconds that it stands for.';

CREATE TABLE pgvigil.traffic_choice (
    window_name text NOT NULL,
    terms text NOT NULL,
    target text NOT NULL,
    decided_at timestamptz NOT NULL,
    learned boolean NOT NULL,
    stretches jsonb NOT NULL CHECK (pg_catalog.jsonb_typeof(stretches) = 'array'),
    reason text NOT NULL,
    PRIMARY KEY (window_name, terms)
);
COMMENT ON TABLE pgvigil.traffic_choice IS 'The hours that were chosen last for each learned window.';
COMMENT ON COLUMN pgvigil.traffic_choice.window_name IS 'The window, as pgvigil.yaml names it.';
COMMENT ON COLUMN pgvigil.traffic_choice.terms IS 'What was looked for and where; a choice says nothing of other terms.';
COMMENT ON COLUMN pgvigil.traffic_choice.target IS 'The target whose traffic it was.';
COMMENT ON COLUMN pgvigil.traffic_choice.decided_at IS 'When it was chosen.';
COMMENT ON COLUMN pgvigil.traffic_choice.learned IS 'Whether hours were chosen; false while those of the fallback hold.';
COMMENT ON COLUMN pgvigil.traffic_choice.stretches IS 'The stretch of each night: weekday (0 is Sunday), start and minutes (both in minutes), load (of the peak, 0 to 1).';
COMMENT ON COLUMN pgvigil.traffic_choice.reason IS 'Why it was chosen, or why nothing was.';
