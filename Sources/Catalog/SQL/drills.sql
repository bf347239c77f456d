-- $1 run, $2 backup, $3 target, $4 database, $5 verdict, each null for any; $6 how many
SELECT d.run, d.ordinal, d.backup, d.store, d.path, d.target, d.database,
    (EXTRACT(epoch FROM d.slot) * 1000000)::bigint AS slot,
    (EXTRACT(epoch FROM d.taken_at) * 1000000)::bigint AS taken_at,
    (EXTRACT(epoch FROM d.started_at) * 1000000)::bigint AS started_at,
    (EXTRACT(epoch FROM d.ended_at) * 1000000)::bigint AS ended_at, d.verdict, d.level,
    d.recovery_seconds, d.phases::text AS phases, d.server_version, d.summary,
    (SELECT pg_catalog.json_agg(
        pg_catalog.json_build_object('check', f.check_name, 'subject', f.subject, 'expected', f.expected, 'found', f.found,
            'isFault', f.is_fault) ORDER BY f.ordinal)
    FROM pgvigil.drill_finding f WHERE f.run = d.run AND f.drill = d.ordinal)::text AS findings
FROM pgvigil.drill d
WHERE ($1::uuid IS NULL OR d.run = $1::uuid) AND ($2::uuid IS NULL OR d.backup = $2::uuid)
    AND ($3::text IS NULL OR d.target = $3) AND ($4::text IS NULL OR d.database = $4)
    AND ($5::text IS NULL OR d.verdict = $5)
ORDER BY d.ended_at DESC, d.run DESC, d.ordinal DESC
LIMIT $6::bigint
