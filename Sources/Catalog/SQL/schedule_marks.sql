-- $1 jobs, $2 zones, $3 patterns, $4 where new ones begin
SELECT m.place, (EXTRACT(epoch FROM m.accounted_until) * 1000000)::bigint AS accounted_until
FROM pgvigil.schedule_marks($1::text[], $2::text[], $3::text[],
    timestamptz 'epoch' + $4::bigint * interval '1 microsecond') m
