--
-- PostgreSQL database cluster dump
--

\restrict ezZJb7vm6jhs2Gc0kqyaNJLWvF6th7vX5Z2cbG2teVIWEAcOJByMBJd5UggcMhg

SET default_transaction_read_only = off;

SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;

--
-- Roles
--

CREATE ROLE vigil;
ALTER ROLE vigil WITH SUPERUSER INHERIT CREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS;

--
-- User Configurations
--








\unrestrict ezZJb7vm6jhs2Gc0kqyaNJLWvF6th7vX5Z2cbG2teVIWEAcOJByMBJd5UggcMhg

--
-- PostgreSQL database cluster dump complete
--

