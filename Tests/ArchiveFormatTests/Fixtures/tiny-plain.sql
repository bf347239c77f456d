--
-- PostgreSQL database dump
--

\restrict eaqXrk0Mwh2nNEN2BCrOtreeatTeG6eAVmcN4GD8dO9dVlKP5Aj5a7ogp2QEUer

-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: t; Type: TABLE; Schema: public; Owner: vigil
--

CREATE TABLE public.t (
    a text
);


ALTER TABLE public.t OWNER TO vigil;

--
-- Name: 7; Type: BLOB; Schema: -; Owner: vigil
--

SELECT pg_catalog.lo_create('7');


ALTER LARGE OBJECT 7 OWNER TO vigil;

--
-- Data for Name: t; Type: TABLE DATA; Schema: public; Owner: vigil
--

COPY public.t (a) FROM stdin;
one
two
\.


--
-- Data for Name: BLOBS; Type: BLOBS; Schema: -; Owner: -
--

BEGIN;

SELECT pg_catalog.lo_open('7', 131072);
SELECT pg_catalog.lowrite(0, '\x6c61726765206f626a656374');
SELECT pg_catalog.lo_close(0);

COMMIT;

--
-- PostgreSQL database dump complete
--

\unrestrict eaqXrk0Mwh2nNEN2BCrOtreeatTeG6eAVmcN4GD8dO9dVlKP5Aj5a7ogp2QEUer

