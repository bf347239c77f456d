--
-- PostgreSQL database dump
--

\restrict a7r4BMpDnuRXWOc9Gr3dgecxy86iEV9SU0CrNAOmYuytWiTrM1z0AtWJty3TdpC

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

--
-- Name: odd name; Type: SCHEMA; Schema: -; Owner: vigil
--

CREATE SCHEMA "odd name";


ALTER SCHEMA "odd name" OWNER TO vigil;

--
-- Name: misleading(); Type: FUNCTION; Schema: public; Owner: vigil
--

CREATE FUNCTION public.misleading() RETURNS text
    LANGUAGE sql
    AS $$
SELECT 'a body that looks like data
COPY public.customer (id) FROM stdin;
\.
it''s not';
$$;


ALTER FUNCTION public.misleading() OWNER TO vigil;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: Line;Items; Type: TABLE; Schema: odd name; Owner: vigil
--

CREATE TABLE "odd name"."Line;Items" (
    n integer,
    filler text
);


ALTER TABLE "odd name"."Line;Items" OWNER TO vigil;

--
-- Name: customer; Type: TABLE; Schema: public; Owner: vigil
--

CREATE TABLE public.customer (
    id integer NOT NULL,
    name text NOT NULL,
    note text
);


ALTER TABLE public.customer OWNER TO vigil;

--
-- Name: named; Type: VIEW; Schema: public; Owner: vigil
--

CREATE VIEW public.named AS
 SELECT customer.id,
    customer.name
   FROM public.customer;


ALTER TABLE public.named OWNER TO vigil;

--
-- Name: VIEW named; Type: COMMENT; Schema: public; Owner: vigil
--

COMMENT ON VIEW public.named IS 'it''s a view; -- not a comment';


--
-- Name: nothing_yet; Type: TABLE; Schema: public; Owner: vigil
--

CREATE TABLE public.nothing_yet (
    id integer
);


ALTER TABLE public.nothing_yet OWNER TO vigil;

--
-- Name: 4000000001; Type: BLOB; Schema: -; Owner: vigil
--

SELECT pg_catalog.lo_create('4000000001');


ALTER LARGE OBJECT 4000000001 OWNER TO vigil;

--
-- Name: 4002; Type: BLOB; Schema: -; Owner: vigil
--

SELECT pg_catalog.lo_create('4002');


ALTER LARGE OBJECT 4002 OWNER TO vigil;

--
-- Name: 4003; Type: BLOB; Schema: -; Owner: vigil
--

SELECT pg_catalog.lo_create('4003');


ALTER LARGE OBJECT 4003 OWNER TO vigil;

--
-- Data for Name: Line;Items; Type: TABLE DATA; Schema: odd name; Owner: vigil
--

INSERT INTO "odd name"."Line;Items" VALUES (1, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbc4ca4238a0b923820dcc509a6f75849b');
INSERT INTO "odd name"."Line;Items" VALUES (2, 'ccccccccccccccccccccccccccccccccccccccccc81e728d9d4c2f636f067f89cc14862c');
INSERT INTO "odd name"."Line;Items" VALUES (3, 'ddddddddddddddddddddddddddddddddddddddddeccbc87e4b5ce2fe28308fd9f2a7baf3');
INSERT INTO "odd name"."Line;Items" VALUES (4, 'eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeea87ff679a2f3e71d9181a67b7542122c');
INSERT INTO "odd name"."Line;Items" VALUES (5, 'ffffffffffffffffffffffffffffffffffffffffe4da3b7fbbce2345d7772b0674a318d5');
INSERT INTO "odd name"."Line;Items" VALUES (6, 'gggggggggggggggggggggggggggggggggggggggg1679091c5a880faf6fb5e6087eb1b2dc');
INSERT INTO "odd name"."Line;Items" VALUES (7, 'hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh8f14e45fceea167a5a36dedd4bea2543');
INSERT INTO "odd name"."Line;Items" VALUES (8, 'iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiic9f0f895fb98ab9159f51fd0297e236d');
INSERT INTO "odd name"."Line;Items" VALUES (9, 'jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj45c48cce2e2d7fbdea1afc51c7c6ad26');
INSERT INTO "odd name"."Line;Items" VALUES (10, 'kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkd3d9446802a44259755d38e6d163e820');
INSERT INTO "odd name"."Line;Items" VALUES (11, 'llllllllllllllllllllllllllllllllllllllll6512bd43d9caa6e02c990b0a82652dca');
INSERT INTO "odd name"."Line;Items" VALUES (12, 'mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmc20ad4d76fe97759aa27a0c99bff6710');
INSERT INTO "odd name"."Line;Items" VALUES (13, 'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnc51ce410c124a10e0db5e4b97fc2af39');
INSERT INTO "odd name"."Line;Items" VALUES (14, 'ooooooooooooooooooooooooooooooooooooooooaab3238922bcc25a6f606eb525ffdc56');
INSERT INTO "odd name"."Line;Items" VALUES (15, 'pppppppppppppppppppppppppppppppppppppppp9bf31c7ff062936a96d3c8bd1f8f2ff3');
INSERT INTO "odd name"."Line;Items" VALUES (16, 'qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqc74d97b01eae257e44aa9d5bade97baf');
INSERT INTO "odd name"."Line;Items" VALUES (17, 'rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr70efdf2ec9b086079795c442636b55fb');
INSERT INTO "odd name"."Line;Items" VALUES (18, 'ssssssssssssssssssssssssssssssssssssssss6f4922f45568161a8cdf4ad2299f6d23');
INSERT INTO "odd name"."Line;Items" VALUES (19, 'tttttttttttttttttttttttttttttttttttttttt1f0e3dad99908345f7439f8ffabdffc4');
INSERT INTO "odd name"."Line;Items" VALUES (20, 'uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu98f13708210194c475687be6106a3b84');
INSERT INTO "odd name"."Line;Items" VALUES (21, 'vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv3c59dc048e8850243be8079a5c74d079');
INSERT INTO "odd name"."Line;Items" VALUES (22, 'wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwb6d767d2f8ed5d21a44b0e5886680cb9');
INSERT INTO "odd name"."Line;Items" VALUES (23, 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx37693cfc748049e45d87b8c7d8b9aacd');
INSERT INTO "odd name"."Line;Items" VALUES (24, 'yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy1ff1de774005f8da13f42943881c655f');
INSERT INTO "odd name"."Line;Items" VALUES (25, 'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz8e296a067a37563370ded05f5a3bf3ec');
INSERT INTO "odd name"."Line;Items" VALUES (26, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa4e732ced3463d06de0ca9a15b6153677');
INSERT INTO "odd name"."Line;Items" VALUES (27, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb02e74f10e0327ad868d138f2b4fdd6f0');
INSERT INTO "odd name"."Line;Items" VALUES (28, 'cccccccccccccccccccccccccccccccccccccccc33e75ff09dd601bbe69f351039152189');
INSERT INTO "odd name"."Line;Items" VALUES (29, 'dddddddddddddddddddddddddddddddddddddddd6ea9ab1baa0efb9e19094440c317e21b');
INSERT INTO "odd name"."Line;Items" VALUES (30, 'eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee34173cb38f07f89ddbebc2ac9128303f');
INSERT INTO "odd name"."Line;Items" VALUES (31, 'ffffffffffffffffffffffffffffffffffffffffc16a5320fa475530d9583c34fd356ef5');
INSERT INTO "odd name"."Line;Items" VALUES (32, 'gggggggggggggggggggggggggggggggggggggggg6364d3f0f495b6ab9dcf8d3b5c6e0b01');
INSERT INTO "odd name"."Line;Items" VALUES (33, 'hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh182be0c5cdcd5072bb1864cdee4d3d6e');
INSERT INTO "odd name"."Line;Items" VALUES (34, 'iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiie369853df766fa44e1ed0ff613f563bd');
INSERT INTO "odd name"."Line;Items" VALUES (35, 'jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj1c383cd30b7c298ab50293adfecb7b18');
INSERT INTO "odd name"."Line;Items" VALUES (36, 'kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk19ca14e7ea6328a42e0eb13d585e4c22');
INSERT INTO "odd name"."Line;Items" VALUES (37, 'lllllllllllllllllllllllllllllllllllllllla5bfc9e07964f8dddeb95fc584cd965d');
INSERT INTO "odd name"."Line;Items" VALUES (38, 'mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmma5771bce93e200c36f7cd9dfd0e5deaa');
INSERT INTO "odd name"."Line;Items" VALUES (39, 'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnd67d8ab4f4c10bf22aa353e27879133c');
INSERT INTO "odd name"."Line;Items" VALUES (40, 'ooooooooooooooooooooooooooooooooooooooood645920e395fedad7bbbed0eca3fe2e0');
INSERT INTO "odd name"."Line;Items" VALUES (41, 'pppppppppppppppppppppppppppppppppppppppp3416a75f4cea9109507cacd8e2f2aefc');
INSERT INTO "odd name"."Line;Items" VALUES (42, 'qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqa1d0c6e83f027327d8461063f4ac58a6');
INSERT INTO "odd name"."Line;Items" VALUES (43, 'rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr17e62166fc8586dfa4d1bc0e1742c08b');
INSERT INTO "odd name"."Line;Items" VALUES (44, 'ssssssssssssssssssssssssssssssssssssssssf7177163c833dff4b38fc8d2872f1ec6');
INSERT INTO "odd name"."Line;Items" VALUES (45, 'tttttttttttttttttttttttttttttttttttttttt6c8349cc7260ae62e3b1396831a8398f');
INSERT INTO "odd name"."Line;Items" VALUES (46, 'uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuud9d4f495e875a2e075a1a4a6e1b9770f');
INSERT INTO "odd name"."Line;Items" VALUES (47, 'vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv67c6a1e7ce56d3d6fa748ab6d9af3fd7');
INSERT INTO "odd name"."Line;Items" VALUES (48, 'wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww642e92efb79421734881b53e1e1b18b6');
INSERT INTO "odd name"."Line;Items" VALUES (49, 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxf457c545a9ded88f18ecee47145a72c0');
INSERT INTO "odd name"."Line;Items" VALUES (50, 'yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyc0c7c76d30bd3dcaefc96f40275bdc0a');
INSERT INTO "odd name"."Line;Items" VALUES (51, 'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz2838023a778dfaecdc212708f721b788');
INSERT INTO "odd name"."Line;Items" VALUES (52, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa9a1158154dfa42caddbd0694a4e9bdc8');
INSERT INTO "odd name"."Line;Items" VALUES (53, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbd82c8d1619ad8176d665453cfb2e55f0');
INSERT INTO "odd name"."Line;Items" VALUES (54, 'cccccccccccccccccccccccccccccccccccccccca684eceee76fc522773286a895bc8436');
INSERT INTO "odd name"."Line;Items" VALUES (55, 'ddddddddddddddddddddddddddddddddddddddddb53b3a3d6ab90ce0268229151c9bde11');
INSERT INTO "odd name"."Line;Items" VALUES (56, 'eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee9f61408e3afb633e50cdf1b20de6f466');
INSERT INTO "odd name"."Line;Items" VALUES (57, 'ffffffffffffffffffffffffffffffffffffffff72b32a1f754ba1c09b3695e0cb6cde7f');
INSERT INTO "odd name"."Line;Items" VALUES (58, 'gggggggggggggggggggggggggggggggggggggggg66f041e16a60928b05a7e228a89c3799');
INSERT INTO "odd name"."Line;Items" VALUES (59, 'hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh093f65e080a295f8076b1c5722a46aa2');
INSERT INTO "odd name"."Line;Items" VALUES (60, 'iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii072b030ba126b2f4b2374f342be9ed44');


--
-- Data for Name: customer; Type: TABLE DATA; Schema: public; Owner: vigil
--

INSERT INTO public.customer VALUES (1, 'Ada', 'tab	here, line
break, back\slash');
INSERT INTO public.customer VALUES (2, 'Grüße', NULL);
INSERT INTO public.customer VALUES (3, '\.', '');


--
-- Data for Name: nothing_yet; Type: TABLE DATA; Schema: public; Owner: vigil
--



--
-- Data for Name: BLOBS; Type: BLOBS; Schema: -; Owner: -
--

BEGIN;

SELECT pg_catalog.lo_open('4002', 131072);
SELECT pg_catalog.lowrite(0, '\xab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12ab12');
SELECT pg_catalog.lo_close(0);

SELECT pg_catalog.lo_open('4003', 131072);
SELECT pg_catalog.lo_close(0);

SELECT pg_catalog.lo_open('4000000001', 131072);
SELECT pg_catalog.lowrite(0, '\x00ff5c2e0a0a0a');
SELECT pg_catalog.lo_close(0);

COMMIT;

--
-- Name: customer customer_pkey; Type: CONSTRAINT; Schema: public; Owner: vigil
--

ALTER TABLE ONLY public.customer
    ADD CONSTRAINT customer_pkey PRIMARY KEY (id);


--
-- PostgreSQL database dump complete
--

\unrestrict a7r4BMpDnuRXWOc9Gr3dgecxy86iEV9SU0CrNAOmYuytWiTrM1z0AtWJty3TdpC

