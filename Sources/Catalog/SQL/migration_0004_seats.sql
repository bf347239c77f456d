-- The same answers as before, sooner: bodies in PL/pgSQL keep their plans for the session, and thousands may wait in a
-- queue of which only the head is looked at. Young queues have no statistics, so the plan is not left to them; what is
-- forbidden counts as dear, which would wake the compiler (jit).

CREATE OR REPLACE FUNCTION pgvigil.seats_in_the_way(the_run uuid, the_due timestamptz, the_seats json)
RETURNS TABLE (key text, run uuid, job text, due_at timestamptz, has boolean)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET enable_sort = off SET enable_bitmapscan = off
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
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
                WHERE w.key = a.key AND (w.due_at, w.run) < (the_due, the_run) AND (a.queued OR w.blocked)
                    -- OFFSET keeps it from becoming a join, for which the whole queue would be read.
                    AND EXISTS (
                        SELECT
                        FROM pgvigil.daemon d
                        WHERE d.id = w.daemon AND d.epoch = w.epoch AND d.fenced_at IS NULL AND d.left_at IS NULL
                            AND d.lease_until > clock_timestamp()
                        OFFSET 0)
                ORDER BY w.due_at, w.run
                LIMIT a.places
            ) e
    ), judged AS (
        SELECT n.*, count(*) OVER (PARTITION BY n.key) >= n.places AS is_full FROM near n
    )
    SELECT j.key, j.run, r.job, COALESCE(r.due_at, r.slot, r.started_at), j.has
    FROM judged j
        JOIN pgvigil.run r ON r.id = j.run
    WHERE j.is_full OR j.clashes;
END
$$;

CREATE OR REPLACE FUNCTION pgvigil.waits_so_already(the_run uuid, the_seats json, the_blocked text[]) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET enable_seqscan = off SET jit = off AS $$
BEGIN
    RETURN NOT EXISTS (
        SELECT
        FROM (
                SELECT a.key, a.mode, a.key = ANY (the_blocked) AS blocked
                FROM json_to_recordset(the_seats) AS a (key text, mode text)
                WHERE NOT EXISTS (SELECT FROM pgvigil.seat o WHERE o.key = a.key AND o.run = the_run)
            ) a
            FULL JOIN (SELECT w.key, w.mode, w.blocked FROM pgvigil.wanted w WHERE w.run = the_run) w USING (key)
        WHERE (a.mode, a.blocked) IS DISTINCT FROM (w.mode, w.blocked));
END
$$;

-- A plan that was made while the queues were empty reads them from end to end for as long as the session lasts.
ALTER FUNCTION pgvigil.take_seats(uuid, uuid, bigint, json) SET enable_seqscan = off;
ALTER FUNCTION pgvigil.take_seats(uuid, uuid, bigint, json) SET jit = off;
