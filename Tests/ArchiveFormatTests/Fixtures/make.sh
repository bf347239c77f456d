#!/bin/bash
# Makes the archives of this folder with real servers: make.sh BIN15 BIN16 BIN17 BIN18
#
# Each argument is the bin folder of a PostgreSQL of that major version; the folder ../lib beside it is put on the
# library path. Servers run on a private Unix socket, as the user postgres when this script runs as root.
# The committed archives are what the tests read: making them again changes their bytes (times, keys, OIDs).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
as=(env)
[ "$(id -u)" = 0 ] && { chown postgres "$work"; as=(runuser -u postgres -- env); }
chmod 755 "$work"
export LC_ALL=C PGHOST=$work PGUSER=vigil PGDATABASE=shop

content() {
    cat <<'SQL'
CREATE SCHEMA "odd name";
CREATE TABLE customer (id integer PRIMARY KEY, name text NOT NULL, note text);
INSERT INTO customer VALUES (1, 'Ada', E'tab\there, line\nbreak, back\\slash'), (2, 'Grüße', NULL), (3, '\.', '');
CREATE TABLE "odd name"."Line;Items" (n integer, filler text);
INSERT INTO "odd name"."Line;Items" SELECT i, repeat(chr(97 + i % 26), 40) || md5(i::text) FROM generate_series(1, 60) i;
CREATE TABLE nothing_yet (id integer);
CREATE FUNCTION misleading() RETURNS text LANGUAGE sql AS $body$
SELECT 'a body that looks like data
COPY public.customer (id) FROM stdin;
\.
it''s not';
$body$;
CREATE VIEW named AS SELECT id, name FROM customer;
COMMENT ON VIEW named IS 'it''s a view; -- not a comment';
SELECT lo_from_bytea(4000000001, '\x00ff5c2e0a0a0a');
SELECT lo_from_bytea(4002, decode(repeat('ab12', 300), 'hex'));
SELECT lo_create(4003);
SQL
}

one() { # MAJOR BIN: every fixture of one major version
    local major=$1 bin=$2 data=$work/data$1
    local lib=(LD_LIBRARY_PATH="$(dirname "$bin")/lib")
    [ -e "$(dirname "$bin")/lib/libpq.so.5" ] || lib=(LC_ALL=C)
    "${as[@]}" "${lib[@]}" "$bin/initdb" -D "$data" -U vigil -A trust -E UTF8 --locale=C >/dev/null
    "${as[@]}" "${lib[@]}" "$bin/pg_ctl" -D "$data" -w -l "$work/log$major" \
        -o "-c listen_addresses='' -c unix_socket_directories=$work -c fsync=off" start >/dev/null
    trap '"${as[@]}" "${lib[@]}" "$bin/pg_ctl" -D "$data" -m fast stop >/dev/null' RETURN
    run() { env "${lib[@]}" "$bin/$@"; }
    run psql -qXd postgres -c 'CREATE DATABASE shop' -c 'CREATE DATABASE tiny'
    content | run psql -qXv ON_ERROR_STOP=1 -f - >/dev/null
    run psql -qXd tiny -c "CREATE TABLE t (a text)" -c "INSERT INTO t VALUES ('one'), ('two')" \
        -c "SELECT lo_from_bytea(7, 'large object')" >/dev/null
    cd "$here"
    run pg_dump -Fc -f "custom-$major-zlib.dump"
    run pg_dump -Fc -Z0 -f "custom-$major-none.dump"
    run pg_dump -Fc | cat >"custom-$major-zlib-piped.dump"
    run pg_dump -Fc --inserts -f "custom-$major-inserts.dump"
    rm -rf "directory-$major-zlib" "directory-$major-none"
    run pg_dump -Fd -f "directory-$major-zlib"
    run pg_dump -Fd -Z0 -f "directory-$major-none"
    run pg_dump -Ft -f "tar-$major.tar"
    run pg_dump -Fp -f "plain-$major.sql"
    run pg_dump -Fp -Z6 -f "plain-$major.sql.gz"
    if [ "$major" = 15 ]; then
        run pg_dump --inserts -f "plain-$major-inserts.sql"
        run pg_dumpall --globals-only -l postgres -f "globals-$major.sql"
        run pg_dumpall -l postgres -f "cluster-$major.sql"
        run pg_dump -Fc tiny -f tiny-custom-zlib.dump
        run pg_dump -Fc -Z0 tiny -f tiny-custom-none.dump
        run pg_dump -Ft tiny -f tiny-tar.tar
        run pg_dump tiny -f tiny-plain.sql
        run pg_dump -Z6 tiny -f tiny-plain.sql.gz
        rm -rf tiny-directory-zlib && run pg_dump -Fd tiny -f tiny-directory-zlib
    fi
    for codec in lz4 zstd; do
        if run pg_dump -Fc -t customer --compress=$codec -f "$work/probe" 2>/dev/null; then
            run pg_dump -Fc --compress=$codec -f "custom-$major-$codec.dump"
            rm -rf "directory-$major-$codec" && run pg_dump -Fd --compress=$codec -f "directory-$major-$codec"
            run pg_dump -Fp --compress=$codec -f "plain-$major.sql.${codec/zstd/zst}"
            [ "$major" = 17 ] && run pg_dump -Fc tiny --compress=$codec -f "tiny-custom-$codec.dump"
        fi
    done
    if [ "$major" = 17 ]; then
        run pg_dump tiny -f tiny-plain-restricted.sql
        run pg_dumpall --globals-only -l postgres -f "globals-$major.sql"
    fi
    return 0
}

one 15 "$1"; one 16 "$2"; one 17 "$3"; one 18 "$4"
rm -rf "$work"
