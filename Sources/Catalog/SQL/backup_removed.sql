-- $1 id, $2 when, $3 why; the first removal stands
UPDATE pgvigil.backup
SET removed_at = timestamptz 'epoch' + $2::bigint * interval '1 microsecond', removed_reason = $3
WHERE id = $1::uuid AND removed_at IS NULL
