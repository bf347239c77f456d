-- $1 target, $2 database, $3 job, $4 partial; removed sets count too, since they tell as much about the size
SELECT size FROM pgvigil.backup
WHERE target = $1 AND database = $2 AND job = $3 AND partial = $4::boolean
ORDER BY started_at DESC, id DESC
LIMIT 1
