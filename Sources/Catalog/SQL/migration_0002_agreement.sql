-- How daemons agree: each function is one call of theirs, and one transaction. Locks are taken in the order gate,
-- daemon (by id), schedule (by key), run, seat. A function sees what others have committed by each of its statements.
-- Times are microseconds since 1970 in JSON, and leases go by clock_timestamp(): a wait for a lock is no free time.

CREATE FUNCTION pgvigil.store_runs(the_runs json, the_marks json, the_daemon uuid, the_epoch bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO pgvigil.schedule (job, zone, pattern)
    SELECT k.job, k.zone, k.pattern
    FROM (
            SELECT r.schedule_job, r.zone, r.pattern
            FROM json_to_recordset(the_runs) AS r (schedule_job text, zone text, pattern text)
            WHERE r.pattern IS NOT NULL
            UNION
            SELECT m.job, m.zone, m.pattern FROM json_to_recordset(the_marks) AS m (job text, zone text, pattern text)
        ) k (job, zone, pattern)
    WHERE NOT EXISTS (
        SELECT FROM pgvigil.schedule s WHERE s.job = k.job AND s.zone = k.zone AND s.pattern = k.pattern)
    ORDER BY k.job, k.zone, k.pattern
    ON CONFLICT (job, zone, pattern) DO NOTHING;

    INSERT INTO pgvigil.run (
        id, job, kind, schedule, slot, outcome, waiting, summary, started_at, ended_at, owner_machine, owner_host,
        owner_pid, owner_state_directory, daemon, epoch, due_at, deadline, stands_for, stop_asked)
    SELECT r.id, r.job, r.kind, s.id, t.slot, r.outcome, r.waiting, r.summary,
        timestamptz 'epoch' + r.started * interval '1 microsecond',
        timestamptz 'epoch' + r.ended * interval '1 microsecond', r.machine, r.host, r.pid, r.state_directory,
        the_daemon, the_epoch, COALESCE(t.slot, clock_timestamp()),
        timestamptz 'epoch' + r.deadline * interval '1 microsecond',
        ARRAY(SELECT timestamptz 'epoch' + m * interval '1 microsecond' FROM unnest(r.stands_for) m), r.stop_asked
    FROM json_to_recordset(the_runs) AS r (
            place integer, id uuid, job text, kind text, schedule_job text, zone text, pattern text, slot bigint,
            outcome text, waiting boolean, summary text, started bigint, ended bigint, machine text, host text,
            pid integer, state_directory text, deadline bigint, stands_for bigint[], stop_asked text)
        CROSS JOIN LATERAL (SELECT timestamptz 'epoch' + r.slot * interval '1 microsecond') t (slot)
        LEFT JOIN pgvigil.schedule s ON s.job = r.schedule_job AND s.zone = r.zone AND s.pattern = r.pattern
    -- Always in the same order, so that two who claim the same slots cannot block each other.
    ORDER BY s.id, t.slot, r.place
    ON CONFLICT DO NOTHING;
END
$$;
COMMENT ON FUNCTION pgvigil.store_runs(json, json, uuid, bigint) IS 'Writes the rows of runs whose id and slot have none yet, and those of their schedules.';

CREATE FUNCTION pgvigil.begin_run(
    the_run json, the_daemon uuid, the_epoch bigint, OUT verdict text, OUT holder uuid)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    told record;
    stored pgvigil.run;
BEGIN
    SELECT * INTO told
    FROM json_to_record(the_run) AS r (
        id uuid, schedule_job text, zone text, pattern text, slot bigint, outcome text, waiting boolean, summary text,
        started bigint, ended bigint, machine text, host text, pid integer, state_directory text);
    SELECT * INTO stored FROM pgvigil.run r WHERE r.id = told.id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        PERFORM pgvigil.store_runs(json_build_array(the_run), '[]', the_daemon, the_epoch);
        SELECT * INTO stored FROM pgvigil.run r WHERE r.id = told.id FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            SELECT r.id INTO holder
            FROM pgvigil.run r
                JOIN pgvigil.schedule s ON s.id = r.schedule
            WHERE s.job = told.schedule_job AND s.zone = told.zone AND s.pattern = told.pattern
                AND r.slot = timestamptz 'epoch' + told.slot * interval '1 microsecond';
            verdict := 'slot taken';
            RETURN;
        END IF;
    END IF;
    IF the_daemon IS NOT NULL AND (stored.daemon, stored.epoch) IS DISTINCT FROM (the_daemon, the_epoch) THEN
        verdict := 'taken over';
        RETURN;
    END IF;
    verdict := 'begun';
    IF stored.waiting AND NOT told.waiting THEN
        IF told.outcome IS NULL THEN
            UPDATE pgvigil.run r
            SET waiting = false, summary = told.summary,
                started_at = timestamptz 'epoch' + told.started * interval '1 microsecond',
                owner_machine = told.machine, owner_host = told.host, owner_pid = told.pid,
                owner_state_directory = told.state_directory
            WHERE r.id = told.id;
        ELSE
            UPDATE pgvigil.run r
            SET waiting = false, summary = told.summary, outcome = told.outcome,
                ended_at = timestamptz 'epoch' + told.ended * interval '1 microsecond'
            WHERE r.id = told.id;
            DELETE FROM pgvigil.seat h WHERE h.run = told.id;
        END IF;
        DELETE FROM pgvigil.wanted w WHERE w.run = told.id;
    END IF;
END
$$;
COMMENT ON FUNCTION pgvigil.begin_run(json, uuid, bigint) IS 'Writes the row of a run, or says of one that waited that it runs or has ended; tells begun, slot taken (by holder) or taken over.';

CREATE FUNCTION pgvigil.register_daemon(the_daemon json, lease_for interval, the_dead uuid[]) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    told record;
    given bigint;
BEGIN
    SELECT * INTO told
    FROM json_to_record(the_daemon) AS r (
        id uuid, role text, machine text, host text, pid integer, state_directory text, labels jsonb, version text,
        started bigint, doing text);
    PERFORM FROM pgvigil.daemon d WHERE d.id = ANY (the_dead || told.id) ORDER BY d.id FOR NO KEY UPDATE;
    UPDATE pgvigil.daemon d
    SET lease_until = clock_timestamp()
    WHERE d.id = ANY (the_dead) AND d.id <> told.id AND d.lease_until > clock_timestamp();
    INSERT INTO pgvigil.daemon AS d (
        id, role, owner_machine, owner_host, owner_pid, owner_state_directory, labels, version, doing, epoch,
        started_at, seen_at, lease_until)
    VALUES (told.id, told.role, told.machine, told.host, told.pid, told.state_directory, told.labels, told.version,
        told.doing, nextval('pgvigil.daemon_epoch'), timestamptz 'epoch' + told.started * interval '1 microsecond',
        clock_timestamp(), clock_timestamp() + lease_for)
    ON CONFLICT (id) DO UPDATE
    SET role = EXCLUDED.role, owner_machine = EXCLUDED.owner_machine, owner_host = EXCLUDED.owner_host,
        owner_pid = EXCLUDED.owner_pid, owner_state_directory = EXCLUDED.owner_state_directory,
        labels = EXCLUDED.labels, version = EXCLUDED.version, doing = EXCLUDED.doing,
        -- Another one than that of the INSERT: it is drawn with the row locked, so that it rises with every turn.
        epoch = nextval('pgvigil.daemon_epoch'), started_at = EXCLUDED.started_at, seen_at = clock_timestamp(),
        lease_until = clock_timestamp() + lease_for, fenced_at = NULL, left_at = NULL
    RETURNING d.epoch INTO given;
    RETURN given;
END
$$;
COMMENT ON FUNCTION pgvigil.register_daemon(json, interval, uuid[]) IS 'Makes a daemon known, or known anew, and ends the leases of others whose processes are dead; gives its epoch.';

CREATE FUNCTION pgvigil.take_over_run(
    the_run uuid, the_daemon uuid, the_epoch bigint, machine text, host text, pid integer, state_directory text)
RETURNS SETOF pgvigil.run
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    old pgvigil.run;
    silent pgvigil.daemon;
BEGIN
    SELECT * INTO old FROM pgvigil.run r WHERE r.id = the_run;
    PERFORM FROM pgvigil.daemon d WHERE d.id IN (the_daemon, old.daemon) ORDER BY d.id FOR NO KEY UPDATE;
    SELECT * INTO old FROM pgvigil.run r
    WHERE r.id = the_run AND r.outcome IS NULL AND r.daemon = old.daemon AND r.epoch = old.epoch FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    PERFORM FROM pgvigil.daemon d
    WHERE d.id = the_daemon AND d.epoch = the_epoch AND d.fenced_at IS NULL AND d.left_at IS NULL;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF (old.daemon, old.epoch) = (the_daemon, the_epoch) THEN
        -- Said twice: it is ours already.
        RETURN NEXT old;
        RETURN;
    END IF;
    SELECT * INTO silent FROM pgvigil.daemon d WHERE d.id = old.daemon AND d.epoch = old.epoch;
    IF FOUND THEN
        IF silent.fenced_at IS NULL AND silent.left_at IS NULL AND silent.lease_until > clock_timestamp() THEN
            RETURN;
        END IF;
        UPDATE pgvigil.daemon d SET fenced_at = clock_timestamp() WHERE d.id = silent.id AND d.fenced_at IS NULL;
    END IF;
    DELETE FROM pgvigil.seat h WHERE h.run = the_run;
    DELETE FROM pgvigil.wanted w WHERE w.run = the_run;
    RETURN QUERY
        UPDATE pgvigil.run r
        SET daemon = the_daemon, epoch = the_epoch, owner_machine = machine, owner_host = host, owner_pid = pid,
            owner_state_directory = state_directory
        WHERE r.id = the_run
        RETURNING r.*;
END
$$;
COMMENT ON FUNCTION pgvigil.take_over_run(uuid, uuid, bigint, text, text, integer, text) IS 'Gives an unfinished run of a silent or departed daemon to another, and fences the old one off; nothing if it was not to be had.';

CREATE FUNCTION pgvigil.schedule_marks(jobs text[], zones text[], patterns text[], start timestamptz)
RETURNS TABLE (place bigint, accounted_until timestamptz)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO pgvigil.schedule (job, zone, pattern, accounted_until)
    SELECT DISTINCT k.job, k.zone, k.pattern, start
    FROM unnest(jobs, zones, patterns) AS k (job, zone, pattern)
    WHERE NOT EXISTS (
        SELECT FROM pgvigil.schedule s WHERE s.job = k.job AND s.zone = k.zone AND s.pattern = k.pattern)
    ORDER BY k.job, k.zone, k.pattern
    ON CONFLICT (job, zone, pattern) DO NOTHING;
    -- Those that had runs before anybody served them are new as well.
    UPDATE pgvigil.schedule s
    SET accounted_until = start
    WHERE s.accounted_until IS NULL
        AND s.id IN (
            SELECT n.id
            FROM unnest(jobs, zones, patterns) AS k (job, zone, pattern)
                JOIN pgvigil.schedule n ON n.job = k.job AND n.zone = k.zone AND n.pattern = k.pattern
            WHERE n.accounted_until IS NULL
            ORDER BY n.id
            FOR NO KEY UPDATE OF n);
    RETURN QUERY
        SELECT k.place, s.accounted_until
        FROM unnest(jobs, zones, patterns) WITH ORDINALITY AS k (job, zone, pattern, place)
            JOIN pgvigil.schedule s ON s.job = k.job AND s.zone = k.zone AND s.pattern = k.pattern;
END
$$;
COMMENT ON FUNCTION pgvigil.schedule_marks(text[], text[], text[], timestamptz) IS 'Until when the slots of schedules are accounted for, by their places; new ones begin at start.';

CREATE FUNCTION pgvigil.claim_runs(the_runs json, the_marks json, the_daemon uuid, the_epoch bigint) RETURNS json
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM pgvigil.daemon d
    WHERE d.id = the_daemon AND d.epoch = the_epoch AND d.fenced_at IS NULL AND d.left_at IS NULL
    -- Nobody fences us off before this is written.
    FOR SHARE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM pgvigil.store_runs(the_runs, the_marks, the_daemon, the_epoch);
    UPDATE pgvigil.schedule s
    SET accounted_until = n.until
    FROM (
        SELECT o.id, timestamptz 'epoch' + m.until * interval '1 microsecond' AS until
        FROM json_to_recordset(the_marks) AS m (job text, zone text, pattern text, until bigint)
            JOIN pgvigil.schedule o ON o.job = m.job AND o.zone = m.zone AND o.pattern = m.pattern
        ORDER BY o.id
        FOR NO KEY UPDATE OF o
    ) n
    WHERE s.id = n.id AND (s.accounted_until IS NULL OR s.accounted_until < n.until);
    RETURN COALESCE((
        -- An id and itself: written, now or before. An id and another: that one has the slot.
        SELECT json_object_agg(w.id, COALESCE(r.id, h.id))
        FROM json_to_recordset(the_runs) AS w (id uuid, schedule_job text, zone text, pattern text, slot bigint)
            LEFT JOIN pgvigil.run r ON r.id = w.id
            LEFT JOIN pgvigil.schedule s
                ON r.id IS NULL AND s.job = w.schedule_job AND s.zone = w.zone AND s.pattern = w.pattern
            LEFT JOIN pgvigil.run h
                ON h.schedule = s.id AND h.slot = timestamptz 'epoch' + w.slot * interval '1 microsecond'
    ), '{}');
END
$$;
COMMENT ON FUNCTION pgvigil.claim_runs(json, json, uuid, bigint) IS 'Writes runs and moves marks on, all or nothing; tells who has each slot, or null if the lease is lost.';
