r.id, r.job, r.kind, s.job AS schedule_job, s.zone AS schedule_zone, s.pattern AS schedule_pattern,
    (EXTRACT(epoch FROM r.slot) * 1000000)::bigint AS slot, r.outcome, r.waiting, r.summary,
    (EXTRACT(epoch FROM r.started_at) * 1000000)::bigint AS started_at,
    (EXTRACT(epoch FROM r.ended_at) * 1000000)::bigint AS ended_at,
    r.owner_machine, r.owner_host, r.owner_pid, r.owner_state_directory, r.daemon, r.epoch,
    (EXTRACT(epoch FROM r.deadline) * 1000000)::bigint AS deadline,
    ARRAY(SELECT (EXTRACT(epoch FROM t.slot) * 1000000)::bigint FROM unnest(r.stands_for) t (slot))::text AS stands_for,
    r.stop_asked
