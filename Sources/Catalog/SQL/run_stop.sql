-- $1 run, $2 why; the first reason stands
UPDATE pgvigil.run SET stop_asked = COALESCE(stop_asked, $2) WHERE id = $1::uuid AND outcome IS NULL RETURNING id
