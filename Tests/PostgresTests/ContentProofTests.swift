import ArchiveFormat
import Compression
import Databases
import FoundationEssentials
import Jobs
import Postgres
import TestKit
import Testing
import Verification

/// What a drill relies on: the rows of a table in an archive and those that a server sends have the same digest.
@Suite struct `Digests of tables on a server` {
    @Test(arguments: await TemporaryServer.versions())
    func `are those of an archive of the same tables, whatever they hold`(version: Int) async throws {
        let database = try await SampleDatabase(version, schema: Self.schema)
        let report = try await database.archived()
        #expect(report.verdict == .sound)
        #expect(report.tables.count == 9)
        for table in report.tables {
            let found = try await database.digest(of: table)
            #expect(found.rows == table.rows, "\(table.name)")
            #expect(found.digest == table.digest, "\(table.name)")
        }
        let digests = Set(report.tables.filter { ($0.rows ?? 0) > 0 }.compactMap(\.digest))
        #expect(digests.count == 8, "all but the empty one differ")
    }

    /// Every kind of value, and tables as pg_dump treats them specially.
    private static let schema = """
        CREATE SCHEMA "Odd ""Name"" x";
        CREATE TYPE "Odd ""Name"" x".mood AS ENUM ('good', 'b\\ad');
        CREATE TABLE "Odd ""Name"" x"."Mixed.Case" ("Id" int, "a ""b"", c" text);
        INSERT INTO "Odd ""Name"" x"."Mixed.Case" VALUES (1, 'x'), (2, NULL);
        CREATE TABLE texts (t text);
        INSERT INTO texts VALUES (NULL), (''), ('\\N'), ('\\.'), (E'\\\\.'), (E'tab\\tline\\nreturn\\r\\b\\f\\v'),
            (E'back\\\\slash\\\\'), ('Grüße ☂ 𝄞'), (pg_catalog.repeat(E'long\\n', 300000));
        CREATE TABLE kinds (i int, n numeric, f float8, d date, at timestamptz, span interval, b bytea, j jsonb,
            l int[], r int4range, u uuid, m bool, bits bit varying, p point, net inet, v tsvector, c pg_catalog.regclass);
        INSERT INTO kinds SELECT g, g / 3.0, 'NaN', 'infinity', timestamptz '2026-03-29 00:59:59+00' + g * interval '1 h',
            g * interval '1 mon -3 d 00:00:00.5', pg_catalog.decode(pg_catalog.md5(g::text), 'hex'),
            pg_catalog.jsonb_build_object('k', E'a\\n"\\\\"', 'n', g), ARRAY[g, NULL, -g], '[1,5)',
            pg_catalog.md5(g::text)::uuid, g % 2 = 0, B'101', point(g, 1e-300), '10.0.0.1/8', 'a:1 b:2', 'texts'
            FROM pg_catalog.generate_series(1, 500) g;
        INSERT INTO kinds VALUES (NULL);
        CREATE TABLE empty (i int);
        CREATE TABLE no_columns ();
        INSERT INTO no_columns DEFAULT VALUES;
        INSERT INTO no_columns DEFAULT VALUES;
        CREATE TABLE changed (a int, gone text, b int, twice int GENERATED ALWAYS AS (a * 2) STORED);
        INSERT INTO changed VALUES (1, 'x', 2), (3, 'y', 4);
        ALTER TABLE changed DROP COLUMN gone;
        ALTER TABLE changed ADD COLUMN later text DEFAULT 'since';
        CREATE TABLE parted (n int) PARTITION BY RANGE (n);
        CREATE TABLE parted_low PARTITION OF parted FOR VALUES FROM (0) TO (10);
        INSERT INTO parted SELECT pg_catalog.generate_series(0, 9);
        CREATE TABLE parent (n int);
        CREATE TABLE child (m int) INHERITS (parent);
        INSERT INTO parent VALUES (1);
        INSERT INTO child VALUES (1, 2), (3, 4);
        """

    @Test func `do not depend on where the rows lie, and see every change`() async throws {
        let database = try await SampleDatabase(
            nil,
            schema: """
                CREATE TABLE one (k int, t text);
                INSERT INTO one SELECT g, pg_catalog.md5(g::text) FROM pg_catalog.generate_series(1, 3000) g;
                CREATE TABLE two (k int, t text);
                INSERT INTO two SELECT g, pg_catalog.md5(g::text) FROM pg_catalog.generate_series(4001, 7000) g;
                """)
        let tables = try await database.archived().tables
        let original = try await database.digests(of: tables)
        #expect(original == tables.map(\.digest))
        let connection = database.connection
        try await connection.run(script: "SET search_path = public")
        try await connection.run(
            script: "CREATE TABLE shuffled AS SELECT * FROM one ORDER BY pg_catalog.md5(t); DELETE FROM one; "
                + "INSERT INTO one SELECT * FROM shuffled; DROP TABLE shuffled;")
        #expect(try await database.digests(of: tables) == original, "another order")
        let changes = [
            "UPDATE one SET t = t || ' ' WHERE k = 1234": "a changed value",
            "UPDATE one SET t = NULL WHERE k = 1": "a lost value",
            "DELETE FROM one WHERE k = 3000": "one row less",
            "INSERT INTO one VALUES (3001, 'x')": "one row more",
            "INSERT INTO one SELECT * FROM one WHERE k = 17": "a duplicate",
            "INSERT INTO one SELECT * FROM one": "every row twice",
            "DELETE FROM one WHERE k = 5; INSERT INTO one SELECT * FROM one WHERE k = 6":
                "a duplicate for a row",
            "UPDATE one SET k = CASE k WHEN 1 THEN 2 ELSE 1 END WHERE k IN (1, 2)": "two values exchanged",
            """
            WITH a AS (DELETE FROM one WHERE k = 9 RETURNING *), b AS (DELETE FROM two WHERE k = 4009 RETURNING *),
                c AS (INSERT INTO one SELECT * FROM b) INSERT INTO two SELECT * FROM a
            """: "two rows exchanged between tables",
        ]
        for (change, what) in changes {
            try await connection.run(script: "BEGIN; \(change);")
            let found = try await database.digests(of: tables)
            #expect(found[0] != original[0], "\(what)")
            #expect((found[1] != original[1]) == change.contains("two SELECT"), "\(what)")
            try await connection.run(script: "ROLLBACK")
        }
        #expect(try await database.digests(of: tables) == original)
    }
}

/// A database of a test's own on the shared server, and archives of it.
private struct SampleDatabase {
    let server: TemporaryServer
    let name: String
    let connection: Connection

    init(_ version: Int?, schema: String) async throws {
        server = try await TemporaryServer.shared(version: version)
        name = server.newDatabaseName()
        let admin = try await Connection.open(server.connectionInfo().options(statementLimit: .seconds(60)))
        try await admin.query("CREATE DATABASE \(name)")
        connection = try await Connection.open(
            server.connectionInfo(database: name).options(statementLimit: .seconds(60)))
        try await connection.run(script: schema)
        // What setup_connection of pg_dump sets (src/bin/pg_dump/pg_dump.c).
        try await connection.run(
            script: "SET datestyle = ISO; SET intervalstyle = postgres; SET extra_float_digits = 3; "
                + "SET synchronize_seqscans = off; SET row_security = off; SET search_path = '';")
    }

    /// What a verification says of an archive of the database.
    func archived() async throws -> VerificationReport {
        let info = server.connectionInfo(database: name)
        let major = await connection.serverVersion / 10_000
        let binaries = try #require(await TemporaryServer.installed().first { $0.major == major })
        let path = FileManager.default.temporaryDirectory.path + "/content-\(UUID().uuidString).dump"
        defer {
            // What is left in a temporary folder does no harm.
            try? FileManager.default.removeItem(atPath: path)
        }
        let program = "\(binaries.directory)/pg_dump"
        let end = try await ChildRun.run(
            [program, "-Fc", "-f", path, info.conninfo],
            environment: ["LD_LIBRARY_PATH": "\(binaries.directory)/../lib"])
        #expect(end.status == 0, "\(end)")
        return await ArchiveVerifier().verify(path: path)
    }

    /// The rows of a table as the server sends them, in the columns that pg_dump saves.
    func digest(of table: VerificationReport.TableContent) async throws -> DigestedRows {
        let name = "pg_catalog.format('%I.%I', $1::text, $2::text)"
        let columns = try await connection.query(
            """
            SELECT pg_catalog.quote_ident(attname) AS name FROM pg_catalog.pg_attribute
            WHERE attrelid = \(name)::pg_catalog.regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
            ORDER BY attnum
            """, [.text(table.schema), .text(table.name)]
        ).texts("name")
        let quoted = try await connection.query(
            "SELECT \(name) AS name", [.text(table.schema), .text(table.name)]
        )
        .one().text("name")
        let list = columns.isEmpty ? "" : "(\(columns.joined(separator: ", ")))"
        let digester = try RowDigester()
        let rows = try await connection.copyOut("COPY \(quoted) \(list) TO STDOUT") { digester.take($0) }
        let digested = digester.end(.none)
        #expect(digested.rows == rows)
        return digested
    }

    func digests(of tables: [VerificationReport.TableContent]) async throws -> [RowDigest?] {
        var found: [RowDigest?] = []
        for table in tables { found.append(try await digest(of: table).digest) }
        return found
    }
}
