-- $1 run, $2 what it waits for, $3 daemon and $4 epoch of the lease
UPDATE pgvigil.run
SET summary = $2
WHERE id = $1::uuid AND waiting AND daemon = $3::uuid AND epoch = $4::bigint AND summary <> $2
