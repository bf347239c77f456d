-- $1 target, $2 minute since 1970; no row where another daemon has the minute
-- A clock that was far ahead must not end the watch: a minute that lies an hour back is taken as well.
INSERT INTO pgvigil.traffic_reading AS r (target, minute)
VALUES ($1::text, $2::bigint)
ON CONFLICT (target) DO UPDATE SET minute = excluded.minute
    WHERE r.minute < excluded.minute OR r.minute > excluded.minute + 60
RETURNING r.reading::text AS reading
