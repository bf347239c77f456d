-- $1 run, as StoredRun; $2 daemon and $3 epoch of its lease
SELECT b.verdict, b.holder FROM pgvigil.begin_run($1::json, $2::uuid, $3::bigint) b
