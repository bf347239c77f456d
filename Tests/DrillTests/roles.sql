-- Roles of the cluster that the nasty database is in; run once on each server.
CREATE ROLE "App Owner" LOGIN PASSWORD 'geheim' CONNECTION LIMIT 20 VALID UNTIL '2040-01-01 00:00:00+00';
CREATE ROLE reader NOLOGIN;
CREATE ROLE writer NOLOGIN NOINHERIT;
CREATE ROLE "O'Neil ""x"" ä" LOGIN CREATEDB;
CREATE ROLE lonely NOLOGIN;
CREATE ROLE leaver NOLOGIN;
GRANT reader TO "App Owner" WITH ADMIN OPTION;
GRANT reader TO writer;
GRANT writer TO "O'Neil ""x"" ä";
GRANT pg_read_all_stats TO reader;
ALTER ROLE "App Owner" SET work_mem = '8MB';
ALTER ROLE "App Owner" SET search_path = "Odd ""Name"" ä", public;
ALTER ROLE reader SET "DateStyle" = 'German';
COMMENT ON ROLE reader IS E'reads\nall';
