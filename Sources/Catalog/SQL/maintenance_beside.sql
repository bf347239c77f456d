-- $1 target, $2 database, $3 since, $4 how many of each class
SELECT {action}
FROM pg_catalog.unnest(ARRAY['leftover', 'freeze', 'vacuum', 'analyze', 'reindex']) AS k (kind)
    CROSS JOIN LATERAL (
        SELECT a.*
        FROM pgvigil.maintenance_action a
        WHERE a.target = $1 AND a.kind = k.kind AND a.result = 'done' AND a.database <> $2
            AND a.started_at >= timestamptz 'epoch' + $3::bigint * interval '1 microsecond'
        ORDER BY a.started_at DESC, a.run DESC, a.attempt DESC, a.ordinal DESC
        LIMIT $4::bigint
    ) m
ORDER BY m.started_at DESC, m.run DESC, m.attempt DESC, m.ordinal DESC
