-- $1 job, $2 zone, $3 pattern
INSERT INTO pgvigil.schedule (job, zone, pattern)
VALUES ($1, $2, $3)
ON CONFLICT (job, zone, pattern) DO NOTHING
