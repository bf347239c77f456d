-- $1 target; null takes all of them
SELECT b.id, b.run, b.job, b.target, b.database, b.store, b.path,
    (EXTRACT(epoch FROM b.started_at) * 1000000)::bigint AS started_at,
    (EXTRACT(epoch FROM b.finished_at) * 1000000)::bigint AS finished_at, b.size, b.format, b.codec,
    b.server_version, b.partial, b.verified, b.tables, b.rows, b.warnings,
    (SELECT pg_catalog.json_agg(
        pg_catalog.json_build_object('path', f.path, 'size', f.size, 'sha256', f.sha256) ORDER BY f.ordinal)
    FROM pgvigil.backup_file f WHERE f.backup = b.id)::text AS files
FROM pgvigil.backup b
WHERE b.removed_at IS NULL AND ($1::text IS NULL OR b.target = $1)
ORDER BY b.started_at DESC, b.id DESC
