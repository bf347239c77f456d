-- $1 run, $2 daemon and $3 epoch of the lease, $4 seats
SELECT pgvigil.take_seats($1::uuid, $2::uuid, $3::bigint, $4::json)::text AS blockers
