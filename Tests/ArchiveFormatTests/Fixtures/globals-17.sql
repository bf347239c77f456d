--
-- PostgreSQL database cluster dump
--

\restrict JYobOBb2L2SVzkFCShRSfE3nXgoDE3Nx0YytgqsQmtdLBCkvfOBeXgccPOZHuap

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








\unrestrict JYobOBb2L2SVzkFCShRSfE3nXgoDE3Nx0YytgqsQmtdLBCkvfOBeXgccPOZHuap

--
-- PostgreSQL database cluster dump complete
--

