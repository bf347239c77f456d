-- How seats are given out: all that a run asks for or none, one run after the other, fair by what came due first.

CREATE FUNCTION pgvigil.seats_in_the_way(the_run uuid, the_due timestamptz, the_seats json)
RETURNS TABLE (key text, run uuid, job text, due_at timestamptz, has boolean)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH asked AS (
        SELECT a.key, a."limit" AS places, a.mode, a.queued
        FROM json_to_recordset(the_seats) AS a (key text, "limit" integer, mode text, queued boolean)
        WHERE NOT EXISTS (SELECT FROM pgvigil.seat o WHERE o.key = a.key AND o.run = the_run)
    ), near AS (
        SELECT a.key, a.places, h.run, true AS has,
            a.mode <> '' AND h.mode <> '' AND a.mode <> h.mode AS clashes
        FROM asked a
            JOIN pgvigil.seat h ON h.key = a.key
        UNION ALL
        SELECT a.key, a.places, e.run, false, a.mode <> '' AND e.mode <> '' AND a.mode <> e.mode
        FROM asked a
            -- Each who came due earlier keeps one place free; more of them than there are places change nothing.
            CROSS JOIN LATERAL (
                SELECT w.run, w.mode
                FROM pgvigil.wanted w
                    JOIN pgvigil.daemon d ON d.id = w.daemon AND d.epoch = w.epoch
                WHERE w.key = a.key AND (w.due_at, w.run) < (the_due, the_run) AND (a.queued OR w.blocked)
                    AND d.fenced_at IS NULL AND d.left_at IS NULL AND d.lease_until > clock_timestamp()
                ORDER BY w.due_at, w.run
                LIMIT a.places
            ) e
    ), judged AS (
        SELECT n.*, count(*) OVER (PARTITION BY n.key) >= n.places AS is_full FROM near n
    )
    SELECT j.key, j.run, r.job, COALESCE(r.due_at, r.slot, r.started_at), j.has
    FROM judged j
        JOIN pgvigil.run r ON r.id = j.run
    WHERE j.is_full OR j.clashes
$$;
COMMENT ON FUNCTION pgvigil.seats_in_the_way(uuid, timestamptz, json) IS 'Who keeps a run from seats: those that have them, and live ones that want them and came due earlier; nobody if it may have all.';

CREATE FUNCTION pgvigil.take_seats(the_run uuid, the_daemon uuid, the_epoch bigint, the_seats json) RETURNS json
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    due timestamptz;
    way json;
    blocked text[];
BEGIN
    SELECT COALESCE(r.due_at, r.slot, r.started_at) INTO due
    FROM pgvigil.run r
    WHERE r.id = the_run AND r.outcome IS NULL AND r.daemon = the_daemon AND r.epoch = the_epoch;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    -- Twice: most who ask are told the same as the last time, and need not come through the gate for it.
    FOR turn IN 1..2 LOOP
        SELECT json_agg(
                json_build_object('run', b.run, 'job', b.job, 'seat', b.key, 'has', b.has)
                ORDER BY b.has DESC, b.due_at, b.run, b.key),
            COALESCE(array_agg(b.key), '{}')
        INTO way, blocked
        FROM pgvigil.seats_in_the_way(the_run, due, the_seats) b;
        IF turn = 1 THEN
            IF way IS NOT NULL AND pgvigil.waits_so_already(the_run, the_seats, blocked) THEN
                RETURN way;
            END IF;
            PERFORM FROM pgvigil.gate g WHERE g.name = 'seats' FOR UPDATE;
            PERFORM FROM pgvigil.run r
            WHERE r.id = the_run AND r.outcome IS NULL AND r.daemon = the_daemon AND r.epoch = the_epoch
            FOR NO KEY UPDATE;
            IF NOT FOUND THEN
                RETURN NULL;
            END IF;
        END IF;
    END LOOP;
    IF way IS NULL THEN
        INSERT INTO pgvigil.seat (key, run, mode)
        SELECT a.key, the_run, a.mode FROM json_to_recordset(the_seats) AS a (key text, mode text)
        ON CONFLICT (key, run) DO NOTHING;
        DELETE FROM pgvigil.wanted w WHERE w.run = the_run;
        RETURN '[]';
    END IF;
    DELETE FROM pgvigil.wanted w
    WHERE w.run = the_run
        AND w.key NOT IN (SELECT a.key FROM json_to_recordset(the_seats) AS a (key text) WHERE a.key IS NOT NULL);
    INSERT INTO pgvigil.wanted AS w (key, run, mode, blocked, due_at, daemon, epoch)
    SELECT a.key, the_run, a.mode, a.key = ANY (blocked), due, the_daemon, the_epoch
    FROM json_to_recordset(the_seats) AS a (key text, mode text)
    WHERE NOT EXISTS (SELECT FROM pgvigil.seat o WHERE o.key = a.key AND o.run = the_run)
    ON CONFLICT (key, run) DO UPDATE SET mode = EXCLUDED.mode, blocked = EXCLUDED.blocked;
    RETURN way;
END
$$;
COMMENT ON FUNCTION pgvigil.take_seats(uuid, uuid, bigint, json) IS 'Takes all of these seats for a run, or puts it into their queues; tells who is in the way (nobody: taken), or null if the run is not this lease''s any more.';

CREATE FUNCTION pgvigil.waits_so_already(the_run uuid, the_seats json, the_blocked text[]) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT NOT EXISTS (
        SELECT
        FROM (
                SELECT a.key, a.mode, a.key = ANY (the_blocked) AS blocked
                FROM json_to_recordset(the_seats) AS a (key text, mode text)
                WHERE NOT EXISTS (SELECT FROM pgvigil.seat o WHERE o.key = a.key AND o.run = the_run)
            ) a
            FULL JOIN (SELECT w.key, w.mode, w.blocked FROM pgvigil.wanted w WHERE w.run = the_run) w USING (key)
        WHERE (a.mode, a.blocked) IS DISTINCT FROM (w.mode, w.blocked))
$$;
COMMENT ON FUNCTION pgvigil.waits_so_already(uuid, json, text[]) IS 'Whether the queues hold of a run what they should.';
