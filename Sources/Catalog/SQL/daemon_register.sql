-- $1 daemon, as StoredDaemon; $2 for how long, in microseconds; $3 daemons whose process is dead
SELECT pgvigil.register_daemon($1::json, $2::bigint * interval '1 microsecond', $3::uuid[]) AS epoch
