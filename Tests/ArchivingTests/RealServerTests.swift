import ArchiveFormat
import Databases
import Faults
import FoundationEssentials
import Jobs
import Postgres
import TestKit
import Testing

@testable import Archiving
@testable import Engine

@Suite(.timeLimit(.minutes(5)), .serialized) struct `An archive of ours of a real server` {
    /// Every kind of column and table that a dump treats in a way of its own.
    static let everything = #"""
        CREATE SCHEMA "My App";
        CREATE TYPE mood AS ENUM ('sad', 'glad');
        CREATE TYPE pair AS (a int, b text);
        CREATE DOMAIN positive AS int CHECK (VALUE > 0);
        CREATE TABLE kinds (id int GENERATED ALWAYS AS IDENTITY, twice int GENERATED ALWAYS AS (n * 2) STORED, n int,
            f float8, r real, num numeric, b bytea, t text, j jsonb, a int[], at timestamptz, d date, i interval,
            m mood, p pair, q positive, u uuid, net inet, bits bit(3), x money, flag bool);
        INSERT INTO kinds (n, f, r, num, b, t, j, a, at, d, i, m, p, q, u, net, bits, x, flag) SELECT i, 1 / 3.0 * i, i / 7.0,
            i * 1.10, decode(md5(i::text), 'hex'), E'a\tb\nc\\d\r' || i, jsonb_build_object('k', i), ARRAY[i, NULL, 3],
            timestamptz '2026-03-29 01:30:00+00' + i * interval '1 h', date '0044-03-15 BC' + i, i * interval '25 h', 'glad',
            ROW(i, 'x,"y"')::pair, i, md5(i::text)::uuid, '10.0.0.1/8', B'101', i, i % 2 = 0 FROM generate_series(1, 500) i;
        INSERT INTO kinds (n, f, r, num) VALUES (NULL, 'NaN', '-Infinity', 'NaN');
        CREATE TABLE "My App"."Ördérs ""1""" ("Größe" text, dropped int, rest int);
        INSERT INTO "My App"."Ördérs ""1""" SELECT repeat('ö', i % 50), i, i FROM generate_series(1, 2000) i;
        ALTER TABLE "My App"."Ördérs ""1""" DROP COLUMN dropped;
        CREATE TABLE nothing ();
        INSERT INTO nothing SELECT FROM generate_series(1, 3);
        CREATE TABLE empty (a int);
        CREATE TABLE parent (n int);
        INSERT INTO parent VALUES (1);
        CREATE TABLE child (k int) INHERITS (parent);
        INSERT INTO child VALUES (2, 3);
        CREATE TABLE log (day date, what text) PARTITION BY RANGE (day);
        CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
        CREATE TABLE log_2 PARTITION OF log FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
        INSERT INTO log SELECT date '2026-01-01' + i % 59, md5(i::text) FROM generate_series(1, 3000) i;
        CREATE UNLOGGED TABLE loose AS SELECT i FROM generate_series(1, 10) i;
        CREATE MATERIALIZED VIEW seen AS SELECT count(*) FROM kinds;
        CREATE INDEX ON kinds (n);
        """#

    /// Tables that are worth dividing: heaps, much TOAST, and rows that were updated out of their order.
    static let large = """
        CREATE TABLE wide AS SELECT i, repeat(md5(i::text), 12) AS t FROM generate_series(1, 150000) i;
        CREATE TABLE toasted (i int, t text);
        ALTER TABLE toasted ALTER t SET STORAGE EXTERNAL;
        INSERT INTO toasted SELECT i, repeat(md5(i::text), 400) FROM generate_series(1, 4000) i;
        UPDATE wide SET t = t || 'x' WHERE i % 1000 = 3;
        DELETE FROM wide WHERE i BETWEEN 40000 AND 60000;
        """

    @Test(arguments: await TemporaryServer.versions())
    func `is pg_dump's for every kind of table and value`(version: Int) async throws {
        let source = try await Source(version: version, Self.everything)
        defer { source.remove() }
        let stock = try await source.stock()
        let script = try await source.script(stock)
        #expect(script.count > 5_000)
        for connections in [1, 2, 3] {
            let (path, written) = try await source.ours(connections: connections)
            #expect(written.connections == connections && written.remark.isEmpty)
            #expect(try await source.list(path) == source.list(stock))
            #expect(try await source.script(path) == script, "\(connections) connections")
        }
    }

    @Test(arguments: await TemporaryServer.versions())
    func `has large tables in the order of their pages, whoever read them`(version: Int) async throws {
        let source = try await Source(version: version, Self.large)
        defer { source.remove() }
        let script = try await source.script(source.stock())
        for (connections, compression) in [
            (2, SegmentCompression.isal(level: 1)), (5, .zlib(level: 1)),
        ] {
            let (path, written) = try await source.ours(connections: connections, compression: compression)
            #expect(written.tally.tables.map(\.rows).sorted { ($0 ?? 0) < ($1 ?? 0) } == [4_000, 129_999])
            #expect(try await source.script(path) == script, "\(connections) connections, \(compression)")
            let report = try await Making.verify(
                Array(try Data(contentsOf: URL(filePath: path))), parts: written.tally.parts)
            #expect(
                report.verdict == .sound && report.tables.map(\.digest) == written.tally.tables.map(\.digest))
        }
    }

    @Test(arguments: await TemporaryServer.versions())
    func `is restored by pg_restore, in parallel and in part`(version: Int) async throws {
        let source = try await Source(version: version, Self.everything)
        defer { source.remove() }
        let (path, _) = try await source.ours(connections: 2)
        for (suffix, arguments) in [("whole", ["--jobs=2"]), ("part", ["--table=kinds", "--data-only"])] {
            let copy = "\(source.name)_\(suffix)"
            let first = try await source.connect()
            try await first.query("CREATE DATABASE \(copy) TEMPLATE template0")
            await first.close()
            let info = source.server.connectionInfo(database: copy)
            if suffix == "part" {
                try await source.run(
                    "pg_restore",
                    ["--dbname=\(info.conninfo)", "--exit-on-error", "--section=pre-data", path])
            }
            try await source.run(
                "pg_restore", ["--dbname=\(info.conninfo)", "--exit-on-error"] + arguments + [path])
            let query = "SELECT pg_catalog.md5(string_agg(k::text, '|' ORDER BY id)) AS sum FROM kinds k"
            let restored = try await Source.ask(info, query)
            #expect(try await restored == Source.ask(source.info, query))
        }
    }

    @Test func `of large objects comes over one connection, which it says`() async throws {
        let source = try await Source(
            version: nil,
            Self.large + "SELECT lo_from_bytea(0, repeat('large ', 100000)::bytea); SELECT lo_create(0);")
        defer { source.remove() }
        let (path, written) = try await source.ours(connections: 2)
        #expect(written.connections == 1 && written.remark == "there are large objects")
        #expect(written.tally.largeObjects == 2)
        #expect(try await source.script(path) == source.script(source.stock()))
    }

    @Test func `saves the state that was held, whatever is written meanwhile`() async throws {
        let source = try await Source(version: nil, Self.large)
        defer { source.remove() }
        let script = try await source.script(source.stock())
        let (path, written) = try await source.ours(connections: 2) {
            let writer = try await source.connect()
            try await writer.query("INSERT INTO wide SELECT i, 'new' FROM generate_series(1, 5000) i")
            try await writer.query("DELETE FROM toasted WHERE i < 100")
            await writer.close()
        }
        #expect(written.connections == 2)
        #expect(try await source.script(path) == script)
    }

    @Test func `lets a session that lies in wait for a table go first, and reads pg_dump's stream`()
        async throws
    {
        let source = try await Source(version: nil, Self.large)
        defer { source.remove() }
        let shared = try await ServerProbe().shareSnapshot(
            of: source.target, database: source.name, connections: 2)
        let tables = [CopySource(schema: "public", name: "wide")]
        // A reader, and somebody who waits for it to go.
        let reader = try await source.connect()
        try await reader.query("BEGIN")
        try await reader.query("SELECT FROM wide LIMIT 1")
        let writer = try await source.connect()
        async let altered = writer.query("ALTER TABLE wide ADD COLUMN more int")
        #expect(
            try await Fact.comes {
                try await Source.ask(
                    source.info, "SELECT count(*)::text AS sum FROM pg_locks WHERE NOT granted")
                    == "1"
            })
        #expect(try await shared.lock(tables) == false)
        try await reader.query("ROLLBACK")
        _ = try await altered
        #expect(try await shared.lock(tables), "the state is still there")
        await shared.release()
        await reader.close()
        await writer.close()
    }

    @Test(.enabled(if: Pooler.program != nil))
    func `is refused several connections by a pooler`() async throws {
        let source = try await Source(version: nil, "CREATE TABLE t (a int)")
        defer { source.remove() }
        let pooler = try Pooler(source.server)
        #expect(try await Fact.comes { pooler.isReady })
        let target = Target(
            name: "main", connection: pooler.through(source.info), origin: "test")
        let fault = await #expect(throws: AnyFault.self) {
            _ = try await ServerProbe().shareSnapshot(of: target, database: source.name, connections: 2)
        }
        #expect(fault?.code == "backup.snapshot-pooled")
    }

    @Test func `fails when a connection is lost, and leaves none behind`() async throws {
        let source = try await Source(version: nil, Self.large)
        defer { source.remove() }
        let fault = await #expect(throws: AnyFault.self) {
            _ = try await source.ours(connections: 2) {
                let killer = try await source.connect()
                // One of the two that hold the state; pg_dump's own session is not there yet.
                try await killer.query(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()
                    AND state = 'idle in transaction' ORDER BY pid DESC LIMIT 1
                    """)
                await killer.close()
            }
        }
        #expect(fault?.mayPass == true, "\(fault.map { "\($0)" } ?? "")")
    }
}
