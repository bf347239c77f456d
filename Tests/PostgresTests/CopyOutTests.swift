import Databases
import Jobs
import Postgres
import Synchronization
import TestKit
import Testing

@Suite struct `Copying rows out` {
    @Test(arguments: await TemporaryServer.versions())
    func `hands over every row of every server version`(version: Int) async throws {
        let connection = try await connect(version)
        let text = Mutex("")
        let rows = try await connection.copyOut(
            "COPY (VALUES (1, 'a'), (2, NULL), (3, E'x\\ny\\t\\\\.')) TO STDOUT"
        ) { bytes in
            let piece = String(decoding: bytes, as: UTF8.self)
            text.withLock { $0 += piece }
        }
        #expect(rows == 3)
        #expect(text.withLock { $0 } == "1\ta\n2\t\\N\n3\tx\\ny\\t\\\\.\n")
    }

    @Test func `takes batches of many short rows and single long ones`() async throws {
        let connection = try await connect()
        let bytes = Mutex(0)
        let largest = Mutex(0)
        // A row of 2 MiB in the middle of short ones.
        let rows = try await connection.copyOut(
            """
            COPY (SELECT CASE n WHEN 50000 THEN pg_catalog.repeat('x', 2097152) ELSE n::text END
                FROM pg_catalog.generate_series(100000, 299999) n) TO STDOUT
            """
        ) { piece in
            let (count, last) = (piece.count, piece.last)
            bytes.withLock { $0 += count }
            largest.withLock { $0 = max($0, count) }
            #expect(last == 10, "whole rows only")
        }
        #expect(rows == 200_000)
        #expect(bytes.withLock { $0 } == 1_400_000)
        #expect(largest.withLock { $0 } <= 256 << 10)
        let long = Mutex<[Int]>([])
        let three = try await connection.copyOut(
            "COPY (VALUES ('a'), (pg_catalog.repeat('x', 2097152)), ('b')) TO STDOUT"
        ) { piece in
            let count = piece.count
            long.withLock { $0.append(count) }
        }
        #expect(three == 3)
        #expect(long.withLock { $0 } == [2, 2_097_153, 2])
    }

    @Test func `gives nothing for an empty table and line breaks for one without columns`() async throws {
        let connection = try await connect()
        try await connection.run(
            script: "CREATE TEMPORARY TABLE empty (n int); CREATE TEMPORARY TABLE none (); "
                + "INSERT INTO none DEFAULT VALUES; INSERT INTO none DEFAULT VALUES;")
        let text = Mutex("")
        #expect(
            try await connection.copyOut("COPY empty TO STDOUT") { _ in Issue.record("rows of nothing") } == 0
        )
        let rows = try await connection.copyOut("COPY none TO STDOUT") { bytes in
            let piece = String(decoding: bytes, as: UTF8.self)
            text.withLock { $0 += piece }
        }
        #expect(rows == 2)
        #expect(text.withLock { $0 } == "\n\n")
    }

    @Test func `leaves the connection usable after an error among the rows`() async throws {
        let connection = try await connect()
        let bytes = Mutex(0)
        let fault = await #expect(throws: PostgresFault.self) {
            try await connection.copyOut(
                "COPY (SELECT 1 / (90000 - n) FROM pg_catalog.generate_series(1, 100000) n) TO STDOUT"
            ) { piece in
                let count = piece.count
                bytes.withLock { $0 += count }
            }
        }
        #expect(fault?.sqlState == "22012")
        #expect(bytes.withLock { $0 } > 0, "rows had come before")
        #expect(try await connection.query("SELECT 1 AS n").one().integer("n") == 1)
    }

    @Test func `refuses statements that copy nothing out`() async throws {
        let connection = try await connect()
        for statement in ["SELECT 1", "", "CREATE TEMPORARY TABLE made (n int)"] {
            let fault = await #expect(throws: PostgresFault.self) {
                try await connection.copyOut(statement) { _ in Issue.record("no rows") }
            }
            #expect(fault?.code == "statement.unexpected-value", "\(statement)")
        }
        await #expect(throws: PostgresFault.zeroByte) { try await connection.copyOut("COPY \0") { _ in } }
        let two = await #expect(throws: PostgresFault.self) {
            try await connection.copyOut("SELECT 1; SELECT 2") { _ in }
        }
        #expect(two?.sqlState == "42601")
        let missing = await #expect(throws: PostgresFault.self) {
            try await connection.copyOut("COPY nobody TO STDOUT") { _ in }
        }
        #expect(missing?.sqlState == "42P01")
        #expect(await connection.isOpen)
        let fault = await #expect(throws: PostgresFault.self) {
            try await connection.copyOut("COPY made FROM STDIN") { _ in }
        }
        #expect(fault?.code == "connection.lost")
        #expect(await !connection.isOpen)
    }

    @Test func `stops when its task is cancelled while rows keep coming`() async throws {
        let connection = try await connect()
        let bytes = Mutex(0)
        let task = Task {
            try await connection.copyOut(
                "COPY (SELECT pg_catalog.repeat('x', 90), pg_catalog.generate_series(1, 1000000000)) TO STDOUT"
            ) { piece in
                let count = piece.count
                bytes.withLock { $0 += count }
                withUnsafeCurrentTask { $0?.cancel() }
            }
        }
        await #expect(throws: PostgresFault.cancelled) { try await task.value }
        #expect((1...256 << 10).contains(bytes.withLock { $0 }), "what came afterwards was thrown away")
        #expect(try await connection.query("SELECT 1 AS n").one().integer("n") == 1)
    }

    @Test func `stops when its task is cancelled while no row comes`() async throws {
        let connection = try await connect()
        let begun = Mutex(false)
        let task = Task {
            begun.withLock { $0 = true }
            return try await connection.copyOut("COPY (SELECT pg_catalog.pg_sleep(600)) TO STDOUT") { _ in }
        }
        #expect(try await Fact.comes { begun.withLock { $0 } })
        task.cancel()
        await #expect(throws: PostgresFault.cancelled) { try await task.value }
        #expect(try await connection.query("SELECT 1 AS n").one().integer("n") == 1)
    }

    @Test func `stops when it takes longer than it may`() async throws {
        let connection = try await connect()
        let endless =
            "COPY (SELECT pg_catalog.repeat('x', 90), pg_catalog.generate_series(1, 1000000000)) TO STDOUT"
        for statement in [endless, "COPY (SELECT pg_catalog.pg_sleep(600)) TO STDOUT"] {
            await #expect(
                throws: PostgresFault.statementTimedOut(address: connection.address, limit: .milliseconds(50))
            ) {
                try await connection.copyOut(statement, limit: .milliseconds(50)) { _ in }
            }
            #expect(try await connection.query("SELECT 1 AS n").one().integer("n") == 1)
        }
    }

    @Test func `sees what its transaction sees, and rolls back with it`() async throws {
        let connection = try await connect()
        try await connection.query("CREATE TEMPORARY TABLE inside (n int)")
        let fault = await #expect(throws: PostgresFault.self) {
            try await connection.transaction { transaction throws(PostgresFault) in
                try await transaction.query("INSERT INTO inside SELECT pg_catalog.generate_series(1, 10)")
                let rows = try await transaction.copyOut("COPY inside TO STDOUT") { _ in }
                #expect(rows == 10)
                _ = try await transaction.copyOut("COPY nobody TO STDOUT") { _ in }
            }
        }
        #expect(fault?.sqlState == "42P01")
        #expect(try await connection.copyOut("COPY inside TO STDOUT") { _ in } == 0)
    }

    @Test func `ends when the server ends the connection`() async throws {
        let (connection, other) = (try await connect(), try await connect())
        let process = try await connection.query("SELECT pg_catalog.pg_backend_pid() AS pid").one().integer(
            "pid")
        let task = Task {
            try await connection.copyOut("COPY (SELECT pg_catalog.pg_sleep(600)) TO STDOUT") { _ in }
        }
        let asleep = "SELECT 1 FROM pg_catalog.pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'"
        #expect(try await Fact.comes { try await other.query(asleep, [.integer(process)]).count == 1 })
        try await other.query("SELECT pg_catalog.pg_terminate_backend($1::int)", [.integer(process)])
        let fault = await #expect(throws: PostgresFault.self) { try await task.value }
        #expect(fault?.code == "connection.lost")
    }
}
