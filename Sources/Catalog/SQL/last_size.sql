-- $1 target, $2 database; removed sets count too, since they tell as much about the size
SELECT size FROM pgvigil.backup
WHERE target = $1 AND database = $2
ORDER BY started_at DESC, id DESC
LIMIT 1
