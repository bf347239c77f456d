-- Counters reach everybody when a session ends, or when it is told to; before 15 a moment after they were sent.
CREATE FUNCTION pg_temp.tell() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('server_version_num')::int >= 150000 THEN
        PERFORM pg_stat_force_next_flush();
    ELSE
        PERFORM pg_sleep(1);
    END IF;
END
$$
-- next
CREATE TABLE public.visit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    session text NOT NULL,
    path text NOT NULL,
    at timestamptz NOT NULL
) WITH (autovacuum_enabled = false)
-- next
INSERT INTO public.visit (session, path, at)
SELECT md5(n::text), '/product/' || n % 2000, timestamptz '2026-10-01' + n * interval '10 s'
FROM generate_series(1, 250000) AS n
-- next
CREATE INDEX visit_by_session ON public.visit (session)
-- next
SELECT pg_temp.tell()
-- next
VACUUM (ANALYZE)
-- next
SELECT pg_temp.tell()
-- next
VACUUM (ANALYZE) pg_catalog.pg_statistic
-- next
DELETE FROM public.visit WHERE id % 10 <> 0
-- next
SELECT pg_temp.tell()
-- next
ANALYZE public.visit
