import ArchiveFormat
import Compression
import Databases
import Engine
import Faults
import Postgres
import TestKit
import Testing

@Suite(.enabled(if: SecondProcess.part == nil)) struct `The content of a table` {
    @Test(arguments: await TemporaryServer.versions())
    func `has a digest that knows no order and sees every change`(version: Int) async throws {
        let drill = try await DrillServer(version: version)
        try await drill.perform(
            "CREATE SCHEMA \"My App\"",
            "CREATE TABLE \"My App\".\"Ördérs \"\"1\"\"\" (id int, \"Größe\" text, twice int GENERATED ALWAYS AS (id * 2) STORED)",
            "INSERT INTO \"My App\".\"Ördérs \"\"1\"\"\" SELECT i, E'a\\tb\\nc\\\\' || i FROM generate_series(1, 5000) i",
            "CREATE TABLE shuffled AS SELECT id, \"Größe\" FROM \"My App\".\"Ördérs \"\"1\"\"\" ORDER BY md5(id::text)",
            "CREATE TABLE nothing ()", "INSERT INTO nothing SELECT FROM generate_series(1, 3)",
            "CREATE TABLE parent (n int)", "INSERT INTO parent VALUES (1)",
            "CREATE TABLE child () INHERITS (parent)", "INSERT INTO child VALUES (2)")
        let server = drill.server
        let original = CopySource(schema: "My App", name: "Ördérs \"1\"", columns: ["id", "Größe"])
        let shuffled = CopySource(schema: "public", name: "shuffled")
        let reading = try await server.content(of: original, in: "postgres")
        #expect(reading.count == 5000 && reading.bytes > 50_000)
        #expect(try await server.content(of: shuffled, in: "postgres") == reading)
        #expect(try await server.rowCount(of: original, in: "postgres") == 5000)
        var expected = RowDigest()
        for number in 1...5000 {
            expected.add(RowDigester.hash(of: Array("\(number)\ta\\tb\\nc\\\\\(number)".utf8)))
        }
        #expect(reading.digest == expected)

        try await drill.perform("UPDATE shuffled SET \"Größe\" = 'changed' WHERE id = 4711")
        let changed = try await server.content(of: shuffled, in: "postgres")
        #expect(changed.count == 5000 && changed.digest != reading.digest)
        let empty = try await server.content(of: .init(schema: "public", name: "nothing"), in: "postgres")
        #expect(empty.count == 3 && empty.bytes == 3)
        let parent = CopySource(schema: "public", name: "parent")
        #expect(try await server.content(of: parent, in: "postgres").count == 1)
        #expect(try await server.rowCount(of: parent, in: "postgres") == 1)
        await server.stop()
    }

    @Test func `is read in the database's encoding, as pg_dump does`() async throws {
        let drill = try await DrillServer(version: 15)
        try await drill.perform(
            "CREATE DATABASE old TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'",
            "CREATE DATABASE oldest TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
        for database in ["old", "oldest"] {
            try await drill.perform(
                "CREATE TABLE \"größe \\ \"\"2\"\"\" (\"Länge\" text)",
                "INSERT INTO \"größe \\ \"\"2\"\"\" VALUES ('é')",
                in: database)
            let table = CopySource(schema: "public", name: "größe \\ \"2\"", columns: ["Länge"])
            let reading = try await drill.server.content(of: table, in: database)
            #expect(reading.bytes == (database == "old" ? 2 : 3))
            #expect(try await drill.server.rowCount(of: table, in: database) == 1)
        }
        await drill.server.stop()
    }

    @Test func `is written as the session wrote it that saved it`() async throws {
        let drill = try await DrillServer(version: 15)
        try await drill.perform(
            "CREATE TABLE t AS SELECT timestamptz '2026-01-01 00:00:00+00' AS at, 0.1::float8 + 0.2 AS f",
            "ALTER DATABASE postgres SET DateStyle = 'SQL, DMY'",
            "ALTER DATABASE postgres SET extra_float_digits = -15")
        let line = "2026-01-01 01:00:00+01\t0.30000000000000004"
        var expected = RowDigest()
        expected.add(RowDigester.hash(of: Array(line.utf8)))
        let table = CopySource(schema: "public", name: "t", settings: ["TimeZone": "Europe/Paris"])
        #expect(try await drill.server.content(of: table, in: "postgres").digest == expected)
        let other = CopySource(schema: "public", name: "t", settings: ["TimeZone": "UTC"])
        #expect(try await drill.server.content(of: other, in: "postgres").digest != expected)
        await drill.server.stop()
    }

    @Test func `is read by many at once, and of what is not there nothing`() async throws {
        let drill = try await DrillServer(version: 15)
        try await drill.perform(
            "DO $$ BEGIN FOR i IN 1..40 LOOP EXECUTE format('CREATE TABLE t%s AS SELECT generate_series(1, %s)', i, i); END LOOP; END $$"
        )
        let counts = try await withThrowingTaskGroup(of: (Int, Int64).self) { group in
            for number in 1...40 {
                group.addTask {
                    let table = CopySource(schema: "public", name: "t\(number)")
                    return (number, try await drill.server.content(of: table, in: "postgres").count)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts.count == 40 && counts.allSatisfy { Int64($0.0) == $0.1 })
        let fault = await #expect(throws: AnyFault.self) {
            try await drill.server.content(of: .init(schema: "public", name: "none"), in: "postgres")
        }
        #expect(fault?.summary.contains("[42P01]") ?? false)
        await drill.server.stop()
    }
}

@Suite(.enabled(if: SecondProcess.part == nil)) struct `Large objects` {
    @Test(arguments: await TemporaryServer.versions())
    func `are all read, however long, and each change is seen`(version: Int) async throws {
        let drill = try await DrillServer(version: version)
        let server = drill.server
        #expect(try await server.largeObjects(in: "postgres").count == 0)
        let sizes = [0, 1, 32_767, 32_768, 32_769, 32_768 + 524_288, 1_200_000] + Array(1...70)
        let digester = try LargeObjectDigester()
        for (index, size) in sizes.enumerated() {
            let oid = UInt32(20_000 + sizes.count - index)
            try await drill.perform(
                "SELECT lo_from_bytea(\(oid), convert_to(repeat('x', \(size)), 'UTF8'))")
            [UInt8](repeating: UInt8(ascii: "x"), count: size).withUnsafeBytes { digester.take($0) }
            digester.end(oid: oid)
        }
        let reading = try await server.largeObjects(in: "postgres")
        #expect(reading.count == Int64(sizes.count))
        #expect(reading.bytes == Int64(sizes.reduce(0, +)))
        #expect(reading.digest == digester.digest)
        try await drill.perform("SELECT lo_put(\(20_000 + sizes.count - 6), 40000, 'y')")
        let changed = try await server.largeObjects(in: "postgres")
        #expect(changed.count == reading.count && changed.digest != reading.digest)
        await server.stop()
    }
}
