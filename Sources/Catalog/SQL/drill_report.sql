-- $1 run, $2 ordinal
SELECT report::text AS report FROM pgvigil.drill WHERE run = $1::uuid AND ordinal = $2::integer
