-- $1 jobs, $2 how many of each; in microseconds, newest first within a job
SELECT j.name AS job,
    (EXTRACT(epoch FROM r.ended_at) * 1000000)::bigint - (EXTRACT(epoch FROM r.started_at) * 1000000)::bigint AS took
FROM (SELECT DISTINCT name FROM unnest($1::text[]) u (name)) j
    CROSS JOIN LATERAL (
        SELECT n.started_at, n.ended_at, n.id
        FROM pgvigil.run n
        WHERE n.job = j.name AND n.outcome = 'succeeded' AND n.ended_at IS NOT NULL
        ORDER BY n.started_at DESC, n.id DESC
        LIMIT $2::bigint
    ) r
ORDER BY j.name, r.started_at DESC, r.id DESC
