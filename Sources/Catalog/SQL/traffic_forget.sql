-- $1 instant in microseconds
WITH choices AS (
    DELETE FROM pgvigil.traffic_choice
    WHERE decided_at < timestamptz 'epoch' + $1::bigint * interval '1 microsecond'
)
DELETE FROM pgvigil.traffic_quarter
WHERE start < timestamptz 'epoch' + $1::bigint * interval '1 microsecond'
