-- $1 target, $2 database, $3 since, $4 how many of each class and object
SELECT {action}
FROM (
        SELECT a.*, pg_catalog.row_number() OVER (
                PARTITION BY a.object_schema, a.object_name, a.kind
                ORDER BY a.started_at DESC, a.run DESC, a.attempt DESC, a.ordinal DESC) AS place
        FROM pgvigil.maintenance_action a
        WHERE a.target = $1 AND a.database = $2
            AND a.started_at >= timestamptz 'epoch' + $3::bigint * interval '1 microsecond'
    ) m
WHERE m.place <= $4::bigint
ORDER BY m.started_at DESC, m.run DESC, m.attempt DESC, m.ordinal DESC
