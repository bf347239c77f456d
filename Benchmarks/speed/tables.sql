-- Many small tables of a hundred rows with a primary key. Variable: tables. Committed now and then, since each holds locks.
SELECT set_config('bench.tables', :'tables', false) \g /dev/null
DO $$
BEGIN
    FOR n IN 1..current_setting('bench.tables')::int LOOP
        EXECUTE format('CREATE TABLE small_%s AS SELECT i AS id, md5((i * %s)::text) AS name, '
            'timestamptz ''2026-01-01'' + i * interval ''7 min'' AS at FROM generate_series(1, 100) i', n, n);
        EXECUTE format('ALTER TABLE small_%s ADD PRIMARY KEY (id)', n);
        IF n % 500 = 0 THEN COMMIT; END IF;
    END LOOP;
END
$$;
