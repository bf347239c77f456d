-- What drills have proved.

CREATE TABLE pgvigil.drill (
    run uuid NOT NULL REFERENCES pgvigil.run (id) ON DELETE CASCADE,
    ordinal integer NOT NULL CHECK (ordinal >= 1),
    backup uuid NOT NULL,
    store text NOT NULL,
    path text NOT NULL,
    target text NOT NULL,
    database text NOT NULL,
    slot timestamptz,
    taken_at timestamptz NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('proven', 'broken', 'could not verify')),
    level text NOT NULL CHECK (level IN ('rows', 'content')),
    recovery_seconds double precision CHECK (recovery_seconds >= 0),
    phases jsonb NOT NULL CHECK (pg_catalog.jsonb_typeof(phases) = 'array'),
    server_version text NOT NULL,
    summary text NOT NULL,
    report jsonb NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT pg_catalog.now(),
    PRIMARY KEY (run, ordinal)
);
CREATE INDEX drill_newest ON pgvigil.drill (ended_at DESC, run DESC, ordinal DESC);
CREATE INDEX drill_database_newest ON pgvigil.drill (target, database, ended_at DESC, run DESC, ordinal DESC);
CREATE INDEX drill_backup ON pgvigil.drill (backup);
CREATE INDEX drill_proven ON pgvigil.drill (target, database, taken_at DESC, ended_at DESC) WHERE verdict = 'proven';
COMMENT ON TABLE pgvigil.drill IS 'Restores of backup sets that were made to prove them, one for each set; a proof holds for this set and no other.';
COMMENT ON COLUMN pgvigil.drill.run IS 'The run that did it.';
COMMENT ON COLUMN pgvigil.drill.ordinal IS 'The place among the drills of the run, from 1.';
COMMENT ON COLUMN pgvigil.drill.backup IS 'The id of the set; its row may be missing if this catalog was rebuilt.';
COMMENT ON COLUMN pgvigil.drill.store IS 'The name of the store that it was taken from.';
COMMENT ON COLUMN pgvigil.drill.path IS 'The folder of the set, relative to the store.';
COMMENT ON COLUMN pgvigil.drill.target IS 'The target whose database the set holds.';
COMMENT ON COLUMN pgvigil.drill.database IS 'The database that the set holds.';
COMMENT ON COLUMN pgvigil.drill.slot IS 'The planned instant that the backup answered; null for one that was made by hand.';
COMMENT ON COLUMN pgvigil.drill.taken_at IS 'When the backup was started: the state of the database that was restored.';
COMMENT ON COLUMN pgvigil.drill.started_at IS 'When the drill started.';
COMMENT ON COLUMN pgvigil.drill.ended_at IS 'When it ended.';
COMMENT ON COLUMN pgvigil.drill.verdict IS 'What it came to: proven, broken, or could not verify (something that it needs was missing, which says nothing of the set).';
COMMENT ON COLUMN pgvigil.drill.level IS 'How closely rows were compared with the archive: rows (counted) or content (digests).';
COMMENT ON COLUMN pgvigil.drill.recovery_seconds IS 'From the first byte to the first answered query; null where it did not get that far.';
COMMENT ON COLUMN pgvigil.drill.phases IS 'How long each part took, in their order: name and seconds.';
COMMENT ON COLUMN pgvigil.drill.server_version IS 'The version of the server that it was restored into.';
COMMENT ON COLUMN pgvigil.drill.summary IS 'One line about the verdict and its reason.';
COMMENT ON COLUMN pgvigil.drill.report IS 'The whole report, as it is printed in JSON.';
COMMENT ON COLUMN pgvigil.drill.recorded_at IS 'When this row was written.';

CREATE TABLE pgvigil.drill_finding (
    run uuid NOT NULL,
    drill integer NOT NULL,
    ordinal integer NOT NULL CHECK (ordinal >= 1),
    check_name text NOT NULL,
    subject text NOT NULL,
    expected text NOT NULL,
    found text NOT NULL,
    is_fault boolean NOT NULL,
    PRIMARY KEY (run, drill, ordinal),
    FOREIGN KEY (run, drill) REFERENCES pgvigil.drill (run, ordinal) ON DELETE CASCADE
);
COMMENT ON TABLE pgvigil.drill_finding IS 'What drills looked at: what was expected, and what was found.';
COMMENT ON COLUMN pgvigil.drill_finding.run IS 'The run of the drill.';
COMMENT ON COLUMN pgvigil.drill_finding.drill IS 'The drill, as in drill.ordinal.';
COMMENT ON COLUMN pgvigil.drill_finding.ordinal IS 'The place among the findings of the drill, from 1.';
COMMENT ON COLUMN pgvigil.drill_finding.check_name IS 'The check that it belongs to, such as rows, content or assertion.';
COMMENT ON COLUMN pgvigil.drill_finding.subject IS 'What it is about: a table, a role, an assertion.';
COMMENT ON COLUMN pgvigil.drill_finding.expected IS 'What was expected; empty where nothing was.';
COMMENT ON COLUMN pgvigil.drill_finding.found IS 'What was found.';
COMMENT ON COLUMN pgvigil.drill_finding.is_fault IS 'Whether it breaks the backup; false for what is merely told.';

CREATE OR REPLACE VIEW pgvigil.recoverability AS
SELECT d.target, d.database, b.id AS backup, b.store, b.path, b.started_at AS taken_at,
    pg_catalog.now() - b.started_at AS age, b.size, b.verified, d.backups,
    p.backup AS proven, p.store AS proven_store, p.path AS proven_path, p.taken_at AS proven_taken_at,
    pg_catalog.now() - p.taken_at AS proven_age, p.ended_at AS proven_at,
    p.recovery_seconds * interval '1 second' AS recovery_time,
    n.verdict AS last_verdict, n.ended_at AS last_drill
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
    LEFT JOIN LATERAL (
        SELECT *
        FROM pgvigil.drill n
        WHERE n.target = d.target AND n.database = d.database AND n.verdict = 'proven'
            -- What has left its store brings nothing back, and what was found broken since is not proven.
            AND EXISTS (SELECT FROM pgvigil.backup k WHERE k.id = n.backup AND k.removed_at IS NULL AND NOT k.partial)
            AND NOT EXISTS (
                SELECT FROM pgvigil.drill l
                WHERE l.backup = n.backup AND l.verdict = 'broken' AND l.ended_at > n.ended_at)
        ORDER BY n.taken_at DESC, n.ended_at DESC
        LIMIT 1
    ) p ON true
    LEFT JOIN LATERAL (
        SELECT *
        FROM pgvigil.drill n
        WHERE n.target = d.target AND n.database = d.database
        ORDER BY n.ended_at DESC, n.run DESC, n.ordinal DESC
        LIMIT 1
    ) n ON true
ORDER BY b.started_at NULLS FIRST, d.target, d.database;
COMMENT ON VIEW pgvigil.recoverability IS 'To what time each database could be brought back: its newest whole, verified backup set, and the newest one that a drill has proven; the oldest first.';
COMMENT ON COLUMN pgvigil.recoverability.proven IS 'The id of its newest whole set that a drill has proven and that is in a store; null if there is none.';
COMMENT ON COLUMN pgvigil.recoverability.proven_store IS 'The store where that lies.';
COMMENT ON COLUMN pgvigil.recoverability.proven_path IS 'The folder of the proven set, relative to the store.';
COMMENT ON COLUMN pgvigil.recoverability.proven_taken_at IS 'The state of the database that the proven set brings back.';
COMMENT ON COLUMN pgvigil.recoverability.proven_age IS 'How much would be lost now with the proven set.';
COMMENT ON COLUMN pgvigil.recoverability.proven_at IS 'When the drill of the proven set ended.';
COMMENT ON COLUMN pgvigil.recoverability.recovery_time IS 'How long that drill took from the first byte to the first answered query.';
COMMENT ON COLUMN pgvigil.recoverability.last_verdict IS 'What the last drill of the database came to; null if there was none.';
COMMENT ON COLUMN pgvigil.recoverability.last_drill IS 'When that ended.';
