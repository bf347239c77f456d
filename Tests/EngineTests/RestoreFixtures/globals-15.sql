--
-- PostgreSQL database cluster dump
--

\restrict pCJjc1onmctvCli21K9ikZey91uMrqE325F33j8oWRmNNcP1LKhDhCmJaCNICrC

SET default_transaction_read_only = off;

SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;

--
-- Roles
--

CREATE ROLE "Shop Owner";
ALTER ROLE "Shop Owner" WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS PASSWORD 'SCRAM-SHA-256$4096:NuweAaRZHB6XSTko3NjDUg==$m1J2r5preKnhzNHAkerng0hHUbm6BRtC68kRXxF04HQ=:1myTXYThxjm9QyVx2EWNQd29nRjBghRsV6xsWWvX7Wg=' VALID UNTIL '2030-01-01 00:00:00+00';
CREATE ROLE app;
ALTER ROLE app WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 20 PASSWORD 'SCRAM-SHA-256$4096:AR6ccncfzuL0to+w7kKrrA==$nyYYOaxQril7uptFg0ueZhlenQ60uebDy4U762KGS/g=:VgkRiwa8RnzEzejbwYyN9JPD7dvD+RNe3iddTxb4Mw0=';
COMMENT ON ROLE app IS 'the app; it''s "it"
with two lines -- and no comment';
CREATE ROLE boot;
ALTER ROLE boot WITH SUPERUSER INHERIT CREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS;
CREATE ROLE readers;
ALTER ROLE readers WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
CREATE ROLE "we;ird ""r";
ALTER ROLE "we;ird ""r" WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;

--
-- User Configurations
--

--
-- User Config "app"
--

ALTER ROLE app SET search_path TO 'shop', 'public';
ALTER ROLE app SET statement_timeout TO '30s';


--
-- Role memberships
--

GRANT pg_monitor TO "we;ird ""r" GRANTED BY boot;
GRANT readers TO "Shop Owner" GRANTED BY boot;
GRANT readers TO app WITH ADMIN OPTION GRANTED BY boot;






\unrestrict pCJjc1onmctvCli21K9ikZey91uMrqE325F33j8oWRmNNcP1LKhDhCmJaCNICrC

--
-- PostgreSQL database cluster dump complete
--

