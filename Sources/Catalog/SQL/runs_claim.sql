-- $1 runs, as StoredRun; $2 marks, as StoredMark; $3 daemon and $4 epoch of the lease
SELECT pgvigil.claim_runs($1::json, $2::json, $3::uuid, $4::bigint)::text AS holders
