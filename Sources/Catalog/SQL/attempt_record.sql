-- $1 run, $2 number, $3 outcome, $4 summary, $5 started, $6 ended; one that has ended stays as it is
INSERT INTO pgvigil.attempt AS a (run, number, outcome, summary, started_at, ended_at)
VALUES ($1::uuid, $2::integer, $3, $4, timestamptz 'epoch' + $5::bigint * interval '1 microsecond',
    timestamptz 'epoch' + $6::bigint * interval '1 microsecond')
ON CONFLICT (run, number) DO UPDATE
SET outcome = EXCLUDED.outcome, summary = EXCLUDED.summary, started_at = EXCLUDED.started_at,
    ended_at = EXCLUDED.ended_at
WHERE a.outcome IS NULL
