-- $1 id, $2 job, $3 kind, $4 outcome, $5 summary, $6 started, $7 ended, $8 machine, $9 host, $10 pid, $11 state folder,
-- $12 slot, $13 job, $14 zone, $15 pattern of the schedule; times in microseconds since 1970
INSERT INTO pgvigil.run (
    id, job, kind, outcome, summary, started_at, ended_at, owner_machine, owner_host, owner_pid,
    owner_state_directory, slot, schedule)
SELECT $1::uuid, $2, $3, $4, $5, timestamptz 'epoch' + $6::bigint * interval '1 microsecond',
    timestamptz 'epoch' + $7::bigint * interval '1 microsecond', $8, $9, $10::integer, $11,
    timestamptz 'epoch' + $12::bigint * interval '1 microsecond',
    (SELECT s.id FROM pgvigil.schedule s WHERE s.job = $13 AND s.zone = $14 AND s.pattern = $15)
ON CONFLICT DO NOTHING
RETURNING id
