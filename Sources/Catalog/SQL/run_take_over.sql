-- $1 run, $2 daemon and $3 epoch of the new lease, $4 machine, $5 host, $6 pid, $7 state folder; the columns are those of
-- run_columns.sql
SELECT {run}
FROM pgvigil.take_over_run($1::uuid, $2::uuid, $3::bigint, $4, $5, $6::integer, $7) r
    LEFT JOIN pgvigil.schedule s ON s.id = r.schedule
