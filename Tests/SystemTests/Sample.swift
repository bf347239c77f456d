import Databases
import FoundationEssentials
import Jobs
import Postgres
import TestKit
import Testing

/// A database with something of everything that a backup must bring back.
enum Sample {
    /// Made by one session of a superuser; the role is the cluster's and may be there already.
    private static let script = """
        create schema "Odd ""names"" – ä";
        create type public.mood as enum ('calm', 'hurried');
        create table public.customer (
            id bigint generated always as identity primary key, name text not null, mood public.mood, facts jsonb);
        insert into public.customer (name, mood, facts)
            select 'Customer ' || n, (array['calm', 'hurried'])[1 + n % 2]::public.mood,
                jsonb_build_object('number', n, 'text', E'tab\\t, line\\n, quote '' and \\\\.')
            from generate_series(1, 2000) n;
        create table "Odd ""names"" – ä"."select" ("from" integer, data bytea, nothing text);
        insert into "Odd ""names"" – ä"."select"
            select n, decode(repeat('00ff0a5c', n), 'hex'), null from generate_series(1, 50) n;
        create table public.sale (id integer, day date not null) partition by range (day);
        create table public.sale_old partition of public.sale for values from ('2025-01-01') to ('2026-01-01');
        create table public.sale_new partition of public.sale for values from ('2026-01-01') to ('2027-01-01');
        insert into public.sale select n, date '2025-06-01' + n from generate_series(1, 400) n;
        create table public.empty (nothing integer);
        create view public.calm as select name from public.customer where mood = 'calm';
        create function public.twice(n integer) returns integer language sql immutable as 'select 2 * n';
        create index on public.customer (public.twice(id::integer));
        select lo_from_bytea(0, decode(repeat('ab', 5000), 'hex')) from generate_series(1, 3);
        analyze;
        """

    /// Tests begin all at the same time, and a server has only so many connections.
    private static let places = Places(4)

    /// Makes the database `name` on a server.
    static func make(_ name: String, on server: TemporaryServer) async throws {
        await places.take()
        let made: Result<Void, any Error>
        do {
            try await run("create database \"\(name)\"", server.connectionInfo())
            made = .success(try await run(script, server.connectionInfo(database: name)))
        } catch {
            made = .failure(error)
        }
        await places.giveBack()
        try made.get()
    }

    /// A new database of the sample on the shared server of a version.
    static func database(version: Int? = nil) async throws -> (server: TemporaryServer, info: ConnectionInfo)
    {
        let server = try await TemporaryServer.shared(version: version)
        let name = server.newDatabaseName()
        try await make(name, on: server)
        return (server, server.connectionInfo(database: name))
    }

    /// The way to a catalog that nobody else uses, on the shared server.
    static func catalog() async throws -> ConnectionInfo {
        let server = try await TemporaryServer.shared()
        return server.connectionInfo(database: server.newDatabaseName())
    }

    /// Runs statements on a connection of their own.
    static func run(_ script: String, _ info: ConnectionInfo) async throws {
        let connection = try await Connection.open(info.options())
        do {
            try await connection.run(script: script)
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
    }

    /// One column `value` of all rows of a statement.
    static func texts(_ sql: String, _ info: ConnectionInfo) async throws -> [String] {
        let connection = try await Connection.open(info.options())
        do {
            let found = try await connection.query(sql).texts("value")
            await connection.close()
            return found
        } catch {
            await connection.close()
            throw error
        }
    }

    /// The rows of every table that holds any of its own, by its name; and large objects with their bytes.
    static func counts(_ info: ConnectionInfo) async throws -> [String: Int64] {
        let tables = try await texts(
            """
            select format('select %L as value, count(*) as count from %I.%I',
                n.nspname || '.' || c.relname, n.nspname, c.relname) as value
            from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
            """, info)
        let objects = """
            select 'large object ' || row_number() over (order by length(lo_get(oid))) as value,
                length(lo_get(oid)) as count from pg_catalog.pg_largeobject_metadata
            """
        let connection = try await Connection.open(info.options())
        let rows = try await connection.query((tables + [objects]).joined(separator: " union all "))
        await connection.close()
        var counts: [String: Int64] = [:]
        for row in rows { counts[try row.text("value")] = try row.integer("count") }
        return counts
    }
}

extension ConnectionInfo {
    /// The connection as an application has it in `DATABASE_URL`.
    func url(user: String? = nil, password: String? = nil) -> String {
        func escaped(_ text: String) -> String {
            text.utf8.map { byte in
                let plain =
                    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                    || (0x61...0x7A).contains(byte)
                return plain
                    ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }.joined()
        }
        let login = escaped(user ?? self["user"] ?? "") + (password.map { ":" + escaped($0) } ?? "")
        let place = "?host=\(escaped(self["host"] ?? ""))&port=\(self["port"] ?? "")"
        return "postgres://\(login)@/\(escaped(self["dbname"] ?? ""))\(place)"
    }
}
