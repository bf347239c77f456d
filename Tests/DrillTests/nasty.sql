-- Everything that a backup must bring back and that has been a trap to somebody.
CREATE SCHEMA "Odd ""Name"" ä" AUTHORIZATION "App Owner";
CREATE SCHEMA tools;
CREATE SCHEMA many;
GRANT USAGE ON SCHEMA tools, many TO reader WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES FOR ROLE "App Owner" IN SCHEMA "Odd ""Name"" ä" GRANT SELECT ON TABLES TO reader;

-- Types.
CREATE TYPE public.mood AS ENUM ('calm', 'hur''ried');
CREATE TYPE "Odd ""Name"" ä"."Pair" AS (a integer, "B b" text);
CREATE TYPE public.floatrange AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE DOMAIN public.amount AS numeric(12, 2) DEFAULT 0 CONSTRAINT "not negative" CHECK (VALUE >= 0);
CREATE DOMAIN public.old_amount AS integer;
ALTER DOMAIN public.old_amount ADD CONSTRAINT later CHECK (VALUE > 0) NOT VALID;
CREATE COLLATION tools.plain (lc_collate = 'C', lc_ctype = 'C');
COMMENT ON TYPE public.mood IS 'how one feels';

CREATE TABLE public.kinds (
    i2 smallint, i4 integer, i8 bigint, n numeric, f4 real, f8 double precision, m money, b boolean, t text,
    c char(5), v varchar(7), by bytea, d date, ti time, tz timetz, ts timestamp, at timestamptz, span interval,
    j json, jb jsonb, ia integer[], ta text[][], r int4range, mr tstzmultirange, fr public.floatrange, u uuid,
    bits bit varying, b3 bit(3), p point, poly polygon, net inet, ci cidr, mac macaddr, tv tsvector, tq tsquery,
    rc regclass, lsn pg_lsn, o oid, e public.mood, pair "Odd ""Name"" ä"."Pair", am public.amount, name name,
    "char" "char", jp jsonpath, ea public.mood[], pa "Odd ""Name"" ä"."Pair"[]);
INSERT INTO public.kinds SELECT
    g, -g, g * 1000000007::bigint, g / 3.0, g / 7.0, exp(g % 50), (g * 1.11)::numeric::money, g % 2 = 0,
    E'tab\t line\n back\\slash \\. \\N quote '' ' || g, 'c', 'v' || g, decode(md5(g::text), 'hex'),
    date '0044-03-15 BC' + g, time '23:59:59.999999', timetz '12:00:00+05:45',
    timestamp '2026-03-29 02:30:00' + g * interval '1 minute',
    timestamptz '2026-03-29 00:30:00+00' + g * interval '1 minute',
    g * interval '1 year -2 mons 3 days -00:00:00.5', '{"k": [1,  2]}', jsonb_build_object('k', E'a\n"\\"', 'n', g),
    ARRAY[g, NULL, -g], ARRAY[['a', 'b,"c"'], ['NULL', NULL]], '[1,5)',
    tstzmultirange(tstzrange('2026-01-01 00:00+00', 'infinity')), '[1.5,2.5]', md5(g::text)::uuid,
    B'10110', B'101', point(g, 1e-300), '((0,0),(1,1),(0,1))', '10.0.0.1/8', '10.0.0.0/8', '08:00:2b:01:02:03',
    'a:1 b:2A', 'a & !b', 'public.kinds', '16/B374D848', g, 'hur''ried', ROW(g, E'x, "y"\\')::"Odd ""Name"" ä"."Pair", g, 'n' || g, 'z',
    '$.a[*] ? (@ > 2)', ARRAY['calm', NULL]::public.mood[],
    ARRAY[ROW(1, 'a"b'), NULL]::"Odd ""Name"" ä"."Pair"[]
    FROM generate_series(1, 400) g;
INSERT INTO public.kinds (i4, n, f4, f8, d, ts, at, r, t, by, ia)
    VALUES (0, 'NaN', '-Infinity', 'NaN', 'infinity', '-infinity', 'infinity', 'empty', '', '', '{}'),
        (NULL, NULL, '-0', '-0', '-infinity', 'infinity', '-infinity', '(,)', E'\x7f', '\x00ff5c', NULL),
        (1, '0.000000000000000000000000000000000001', 1e-38, 5e-324, '4713-01-01 BC', NULL, NULL, NULL, '\N', '\x5c', '[2:3]={1,2}');
DO $$ BEGIN
    CREATE TABLE public.documents (id integer, x xml);
    INSERT INTO public.documents VALUES (1, '<a b="c">t&amp;</a>'), (2, 'only text'), (3, NULL);
EXCEPTION WHEN feature_not_supported THEN DROP TABLE IF EXISTS public.documents; END $$;

-- Tables of all shapes.
CREATE TABLE "Odd ""Name"" ä"."Mixed.Case; --" ("Id" integer GENERATED ALWAYS AS IDENTITY (START 7 INCREMENT 3),
    "a ""b"", c" text COLLATE tools.plain DEFAULT 'it''s', "select" integer NOT NULL DEFAULT 1,
    PRIMARY KEY ("Id"));
INSERT INTO "Odd ""Name"" ä"."Mixed.Case; --" ("a ""b"", c") SELECT 'x' || g FROM generate_series(1, 50) g;
ALTER TABLE "Odd ""Name"" ä"."Mixed.Case; --" OWNER TO "App Owner";
COMMENT ON TABLE "Odd ""Name"" ä"."Mixed.Case; --" IS E'two\nlines';
COMMENT ON COLUMN "Odd ""Name"" ä"."Mixed.Case; --"."a ""b"", c" IS 'quoted "twice"';
CREATE TABLE public.no_columns ();
INSERT INTO public.no_columns DEFAULT VALUES;
INSERT INTO public.no_columns DEFAULT VALUES;
CREATE TABLE public.empty (i integer);
CREATE UNLOGGED TABLE public.unlogged AS SELECT g AS n FROM generate_series(1, 10) g;
CREATE TABLE public.changed (a integer, gone text, b integer, twice integer GENERATED ALWAYS AS (a * 2) STORED);
INSERT INTO public.changed VALUES (1, 'x', 2), (3, 'y', 4);
ALTER TABLE public.changed DROP COLUMN gone;
ALTER TABLE public.changed ADD COLUMN later text DEFAULT 'since';
CREATE TABLE public.parent (n integer CHECK (n > 0), note text);
ALTER TABLE public.parent ALTER COLUMN note SET STORAGE EXTERNAL;
CREATE TABLE public.child (m integer) INHERITS (public.parent);
INSERT INTO public.parent VALUES (1, 'p');
INSERT INTO public.child VALUES (2, 'c', 3), (4, 'c', 5);
CREATE TABLE public.sale (id integer, day date NOT NULL, amount public.amount) PARTITION BY RANGE (day);
CREATE TABLE public.sale_old PARTITION OF public.sale FOR VALUES FROM (MINVALUE) TO ('2026-01-01') WITH (fillfactor = 70);
CREATE TABLE public.sale_new PARTITION OF public.sale FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')
    PARTITION BY HASH (id);
CREATE TABLE public.sale_new_0 PARTITION OF public.sale_new FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE public.sale_new_1 PARTITION OF public.sale_new FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE public.sale_rest PARTITION OF public.sale DEFAULT;
INSERT INTO public.sale SELECT n, date '2025-06-01' + n, n FROM generate_series(1, 700) n;
CREATE INDEX sale_id ON public.sale (id);
CREATE INDEX sale_half ON ONLY public.sale (amount);
CREATE TABLE public.secret (owner name, what text);
INSERT INTO public.secret VALUES ('reader', 'a'), ('writer', 'b');
ALTER TABLE public.secret ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.secret FORCE ROW LEVEL SECURITY;
ALTER TABLE public.secret OWNER TO "App Owner";
CREATE POLICY own ON public.secret FOR SELECT TO reader USING (owner = current_user);
CREATE TABLE public.hen (id integer PRIMARY KEY, egg integer);
CREATE TABLE public.egg (id integer PRIMARY KEY, hen integer REFERENCES public.hen DEFERRABLE INITIALLY DEFERRED);
INSERT INTO public.hen VALUES (1, 1), (2, 99);
INSERT INTO public.egg VALUES (1, 1);
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE public.hen ADD CONSTRAINT "laid by" FOREIGN KEY (egg) REFERENCES public.egg NOT VALID;
ALTER TABLE public.hen ADD CONSTRAINT "small id" CHECK (id < 2) NOT VALID;
ALTER TABLE public.egg ADD EXCLUDE USING btree (id WITH =);
CREATE UNIQUE INDEX hen_upper ON public.hen ((id * 2)) INCLUDE (egg) WHERE id > 0;
CREATE INDEX kinds_jb ON public.kinds USING gin (jb jsonb_path_ops);
CREATE INDEX kinds_p ON public.kinds USING gist (p);
CREATE INDEX kinds_at ON public.kinds USING brin (at);
CREATE INDEX kinds_t ON public.kinds USING hash (t);
CREATE INDEX kinds_u ON public.kinds (u DESC NULLS LAST) TABLESPACE "fast disk";
CREATE TABLE public.far (n integer) TABLESPACE "fast disk";
INSERT INTO public.far SELECT generate_series(1, 20);
CREATE STATISTICS public.kinds_stats (dependencies, mcv) ON i2, b FROM public.kinds;
ALTER TABLE public.kinds ALTER COLUMN t SET STATISTICS 500, ALTER COLUMN jb SET (n_distinct = -0.5);
CREATE SEQUENCE public.unused START 42 MINVALUE -5 CYCLE;
CREATE SEQUENCE public.used INCREMENT -3 MAXVALUE 100;
SELECT setval('public.used', -17);
CREATE TABLE public.counted (id serial, v text);
INSERT INTO public.counted (v) SELECT 'v' FROM generate_series(1, 12);

-- Code.
CREATE FUNCTION tools.count_hens() RETURNS bigint LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT count(*) FROM hen); END';
CREATE FUNCTION tools.twice(n integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN n * 2;
CREATE FUNCTION tools.sources(VARIADIC a integer[], OUT s bigint) LANGUAGE sql AS 'SELECT sum(x) FROM unnest(a) x';
CREATE PROCEDURE tools.tidy() LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS 'BEGIN NULL; END';
CREATE AGGREGATE tools.product (integer) (sfunc = int4mul, stype = integer, initcond = 1);
CREATE OPERATOR tools.<-> (leftarg = integer, rightarg = integer, function = int4mi);
CREATE CAST (bigint AS public.mood) WITH INOUT;
CREATE TEXT SEARCH CONFIGURATION tools.words (COPY = simple);
CREATE INDEX hen_twice ON public.hen (tools.twice(id));
REVOKE EXECUTE ON FUNCTION tools.twice(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tools.twice(integer) TO reader, "O'Neil ""x"" ä" WITH GRANT OPTION;
CREATE FUNCTION public.noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no more''; END';
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OF v ON public.counted FOR EACH ROW WHEN (NEW.id > 0)
    EXECUTE FUNCTION public.noted();
CREATE TRIGGER off AFTER DELETE ON public.counted EXECUTE FUNCTION public.noted();
ALTER TABLE public.counted DISABLE TRIGGER off;

-- Views and rules.
CREATE VIEW public.calm AS SELECT i4, t FROM public.kinds WHERE e = 'calm' WITH CASCADED CHECK OPTION;
CREATE VIEW public.calmer WITH (security_barrier) AS SELECT i4 FROM public.calm WHERE i4 IN (1, 2, 3);
CREATE RECURSIVE VIEW public.numbers (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM numbers WHERE n < 10;
CREATE MATERIALIZED VIEW public.totals AS SELECT day, sum(amount) AS amount FROM public.sale GROUP BY day;
CREATE UNIQUE INDEX totals_day ON public.totals (day);
CREATE MATERIALIZED VIEW public.more AS SELECT max(amount) AS most FROM public.totals;
CREATE MATERIALIZED VIEW public.never AS SELECT 1 AS n WITH NO DATA;
CREATE RULE keep AS ON DELETE TO public.parent DO INSTEAD NOTHING;
CREATE RULE also AS ON INSERT TO public.calmer DO INSTEAD INSERT INTO public.empty VALUES (NEW.i4);

-- Elsewhere.
CREATE FOREIGN DATA WRAPPER dummy OPTIONS (debug 'true');
CREATE SERVER nowhere TYPE 'x' VERSION '1' FOREIGN DATA WRAPPER dummy OPTIONS (host 'nowhere.example');
CREATE USER MAPPING FOR "App Owner" SERVER nowhere OPTIONS (password 'geheimer');
CREATE FOREIGN TABLE public.elsewhere (a integer OPTIONS (name 'b'), c text) SERVER nowhere OPTIONS ("table" 't');
CREATE PUBLICATION news FOR TABLE public.hen, public.egg WITH (publish = 'insert');
CREATE SUBSCRIPTION stopped CONNECTION 'host=nowhere.example' PUBLICATION news WITH (connect = false, slot_name = NONE);

-- Rights.
GRANT SELECT, UPDATE (i4) ON public.kinds TO reader;
GRANT ALL ON public.hen TO writer WITH GRANT OPTION;
GRANT SELECT ON ALL TABLES IN SCHEMA "Odd ""Name"" ä" TO "O'Neil ""x"" ä";
GRANT USAGE ON TYPE public.mood TO reader;
GRANT USAGE, SELECT ON SEQUENCE public.used TO reader;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO PUBLIC;

-- Large objects.
SELECT lo_from_bytea(70001, decode(repeat('ab', 5000), 'hex'));
SELECT lo_from_bytea(70002, '');
SELECT lo_from_bytea(70003, decode(repeat('00ff5c0a', 300000), 'hex'));
ALTER LARGE OBJECT 70001 OWNER TO "App Owner";
GRANT SELECT ON LARGE OBJECT 70001 TO reader;
COMMENT ON LARGE OBJECT 70002 IS 'nothing';

-- A thousand small tables.
DO $$ BEGIN
    FOR g IN 1..1000 LOOP
        EXECUTE format('CREATE TABLE many.t%s (a integer, b text)', g);
        IF g % 10 <> 0 THEN EXECUTE format('INSERT INTO many.t%s VALUES (%s, ''x''), (2, NULL)', g, g); END IF;
    END LOOP;
END $$;

-- It hinders everybody, and most of all a drill that makes something of its own.
CREATE FUNCTION public.forbid() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''frozen''; END';
CREATE EVENT TRIGGER frozen ON ddl_command_start WHEN TAG IN ('CREATE EXTENSION', 'CREATE SCHEMA', 'DROP TABLE')
    EXECUTE FUNCTION public.forbid();
