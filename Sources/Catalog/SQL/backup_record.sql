-- $1 id, $2 run, $3 job, $4 target, $5 database, $6 store, $7 path, $8 started, $9 finished, $10 size, $11 format,
-- $12 codec, $13 server version, $14 partial, $15 verified, $16 tables, $17 rows, $18 warnings; files: $19 paths,
-- $20 sizes, $21 hashes
WITH written AS (
    INSERT INTO pgvigil.backup AS known (
        id, run, job, target, database, store, path, started_at, finished_at, size, format, codec, server_version,
        partial, verified, tables, rows, warnings)
    VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6, $7,
        timestamptz 'epoch' + $8::bigint * interval '1 microsecond',
        timestamptz 'epoch' + $9::bigint * interval '1 microsecond', $10::bigint, $11, $12, $13,
        $14::boolean, $15, $16::integer, $17::bigint, $18::integer)
    -- What is recorded again is in its store, whatever was said of it.
    ON CONFLICT (id) DO UPDATE SET removed_at = NULL, removed_reason = NULL
    WHERE known.removed_at IS NOT NULL
    RETURNING id
)
INSERT INTO pgvigil.backup_file (backup, ordinal, path, size, sha256)
SELECT w.id, f.ordinal, f.path, f.size, f.sha256
FROM written w
    CROSS JOIN unnest($19::text[], $20::bigint[], $21::text[])
        WITH ORDINALITY AS f (path, size, sha256, ordinal)
ON CONFLICT DO NOTHING
