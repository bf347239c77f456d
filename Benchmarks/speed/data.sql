-- A realistic mix beside pgbench's tables, the same in every run: messages of prose, about 1.8 kB each, and events of JSON, about 1.7 kB.
-- Variables: messages, events (rows of each; without events there is no such table).
SELECT :events > 0 AS with_events \gset
CREATE TABLE word AS SELECT n, substr(md5(n::text), 1, 3 + n % 9) AS w FROM generate_series(0, 4095) n;
CREATE TABLE page AS SELECT p AS n, string_agg(w, ' ') AS body FROM generate_series(0, 7918) p
    CROSS JOIN generate_series(1, 290) g JOIN word ON word.n = hashint4(p * 300 + g) & 4095 GROUP BY p;
CREATE UNIQUE INDEX ON page (n);
ANALYZE page;
CREATE TABLE message (id int, at timestamptz, sender text, body text);
INSERT INTO message SELECT i, timestamptz '2026-01-01' + i * interval '7 s', md5((i % 5000)::text),
    substr(body, 1 + (i * 7) % 300, 1700) || ' ' || md5(i::text) FROM generate_series(1, :messages) i,
    LATERAL (SELECT body FROM page WHERE n = i * 31 % 7919 OFFSET 0) page;
\if :with_events
CREATE TABLE event (id int, payload jsonb);
INSERT INTO event SELECT i, jsonb_build_object('id', i, 'kind', (ARRAY['view','cart','order','refund'])[1 + i % 4],
    'customer', md5((i % 9000)::text), 'items', jsonb_build_array(
        jsonb_build_object('sku', i % 7919, 'price', i * 37 % 100000 / 100.0, 'note', substr(body, 1 + i % 200, 300)),
        jsonb_build_object('sku', i % 104729, 'price', i * 91 % 100000 / 100.0)),
    'agent', substr(body, 700, 120), 'trace', substr(body, 900 + i % 300, 900), 'key', md5(i::text))
    FROM generate_series(1, :events) i,
    LATERAL (SELECT body FROM page WHERE n = i * 17 % 7919 OFFSET 0) page;
\endif
DROP TABLE page, word;
