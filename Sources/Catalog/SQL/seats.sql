-- $1 how many; who has and who waits for seats
SELECT p.key AS seat, p.run, r.job, p.has
FROM (
        SELECT key, run, true FROM pgvigil.seat
        UNION ALL
        SELECT key, run, false FROM pgvigil.wanted
    ) p (key, run, has)
    JOIN pgvigil.run r ON r.id = p.run
ORDER BY p.key COLLATE "C", p.has DESC, COALESCE(r.due_at, r.slot, r.started_at), p.run
LIMIT $1::bigint
