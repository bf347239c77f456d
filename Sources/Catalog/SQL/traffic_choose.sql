-- $1 window, $2 terms, $3 target, $4 decided at in microseconds, $5 learned, $6 stretches as JSON, $7 reason
INSERT INTO pgvigil.traffic_choice (window_name, terms, target, decided_at, learned, stretches, reason)
VALUES ($1::text, $2::text, $3::text, timestamptz 'epoch' + $4::bigint * interval '1 microsecond', $5::boolean,
    $6::jsonb, $7::text)
ON CONFLICT (window_name, terms) DO UPDATE SET target = excluded.target, decided_at = excluded.decided_at,
    learned = excluded.learned, stretches = excluded.stretches, reason = excluded.reason
