-- $1 job, $2 outcome, $3 only unfinished ones, $4 started since, $5 lowest id, $6 highest id, $7 how many
SELECT r.id, r.job, r.kind, s.job AS schedule_job, s.zone AS schedule_zone, s.pattern AS schedule_pattern,
    (EXTRACT(epoch FROM r.slot) * 1000000)::bigint AS slot, r.outcome, r.summary,
    (EXTRACT(epoch FROM r.started_at) * 1000000)::bigint AS started_at,
    (EXTRACT(epoch FROM r.ended_at) * 1000000)::bigint AS ended_at,
    r.owner_machine, r.owner_host, r.owner_pid, r.owner_state_directory
FROM pgvigil.run r
    LEFT JOIN pgvigil.schedule s ON s.id = r.schedule
WHERE ($1::text IS NULL OR r.job = $1)
    AND ($2::text IS NULL OR r.outcome = $2)
    AND (NOT $3::boolean OR r.outcome IS NULL)
    AND ($4::bigint IS NULL
        OR r.started_at >= timestamptz 'epoch' + $4::bigint * interval '1 microsecond')
    AND ($5::uuid IS NULL OR r.id >= $5::uuid)
    AND ($6::uuid IS NULL OR r.id <= $6::uuid)
ORDER BY r.started_at DESC, r.id DESC
LIMIT $7::bigint
