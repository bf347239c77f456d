-- $1 run
SELECT {action}
FROM pgvigil.maintenance_action m
WHERE m.run = $1::uuid
ORDER BY m.attempt, m.ordinal
