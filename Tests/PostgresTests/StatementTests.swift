import Databases
import Postgres
import TestKit
import Testing

@Suite struct `Running statements` {
    @Test(arguments: await TemporaryServer.versions())
    func `returns typed values of every server version`(version: Int) async throws {
        let connection = try await connect(version)
        let rows = try await connection.query(
            """
            SELECT $1::text AS word, $2::bigint AS whole, $3::float8 AS part, $4::boolean AS flag, $5::text AS nothing,
                pg_catalog.array_to_string($6::text[], '|', 'NULL') AS list
            """,
            [
                "naïve ☂ \\ \" '", 9_007_199_254_740_993, .number(0.1), true, nil,
                .array(["a\\b", "c\"d", nil, "", "{,}"]),
            ])
        let row = try rows.one()
        #expect(try row.text("word") == "naïve ☂ \\ \" '")
        #expect(try row.integer("whole") == 9_007_199_254_740_993)
        #expect(try row.number("part") == 0.1)
        #expect(try row.boolean("flag"))
        #expect(try row.optionalText("nothing") == nil)
        #expect(try row.optionalInteger("nothing") == nil)
        #expect(try row.text("list") == "a\\b|c\"d|NULL||{,}")
        #expect(await connection.serverVersion / 10_000 == version)
    }

    @Test func `says which column holds something unexpected`() async throws {
        let row = try await connect().query("SELECT 'x' AS word, NULL AS nothing").one()
        #expect(throws: PostgresFault.unexpectedValue(column: "word", found: "x", wanted: "an integer")) {
            try row.integer("word")
        }
        #expect(throws: PostgresFault.unexpectedValue(column: "nothing", found: "NULL", wanted: "a boolean"))
        {
            try row.boolean("nothing")
        }
        #expect(
            throws: PostgresFault.unexpectedValue(column: "other", found: "no such column", wanted: "a value")
        ) {
            try row.optionalText("other")
        }
        await #expect(throws: PostgresFault.unexpectedValue(column: "*", found: "no row", wanted: "a row")) {
            try await connect().query("SELECT 1 WHERE false").one()
        }
    }

    @Test func `counts what a statement touched`() async throws {
        let connection = try await connect()
        try await connection.query("CREATE TEMPORARY TABLE touched (n int)")
        let rows = try await connection.query("INSERT INTO touched SELECT generate_series(1, 7)")
        #expect(rows.affected == 7 && rows.isEmpty)
    }

    @Test func `collects notices instead of printing them`() async throws {
        let connection = try await connect()
        let rows = try await connection.query("DROP TABLE IF EXISTS nobody")
        #expect(rows.notices.map(\.severity) == ["NOTICE"])
        #expect(rows.notices.first?.message.contains("nobody") ?? false)
        #expect(try await connection.query("SELECT 1").notices == [], "each statement has its own")
        let flood = "DO $$ BEGIN FOR n IN 1..2000 LOOP RAISE WARNING 'w%', n; END LOOP; END $$"
        #expect(try await connection.query(flood).notices.count == 1000)
    }

    @Test func `refuses what PostgreSQL cannot take`() async throws {
        let connection = try await connect()
        await #expect(throws: PostgresFault.zeroByte) {
            try await connection.query("SELECT $1::text", ["a\0b"])
        }
        await #expect(throws: PostgresFault.zeroByte) { try await connection.query("SELECT '\0'") }
        await #expect(throws: PostgresFault.zeroByte) { try await connection.run(script: "SELECT '\0'") }
        #expect(try await connection.query("SELECT 1 AS n").count == 1)
    }

    @Test func `runs a script as a whole or not at all`() async throws {
        let connection = try await connect()
        try await connection.run(script: "CREATE TEMPORARY TABLE half (n int); INSERT INTO half VALUES (1);")
        await #expect(throws: PostgresFault.self) {
            try await connection.run(script: "INSERT INTO half VALUES (2); SELECT 1 / 0;")
        }
        #expect(try await connection.query("SELECT n FROM half").texts("n") == ["1"])
    }

    @Test func `gives up a connection that wants to copy`() async throws {
        let connection = try await connect()
        let fault = await #expect(throws: PostgresFault.self) {
            try await connection.query("COPY pg_class TO STDOUT")
        }
        #expect(fault?.code == "connection.lost")
        #expect(await !connection.isOpen)
    }

    @Test func `does the statements of many tasks one after the other`() async throws {
        let connection = try await connect()
        let sum = try await withThrowingTaskGroup(of: Int64.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let rows = try await connection.query("SELECT $1::bigint AS n", [.integer(Int64(number))])
                    return try rows.one().integer("n")
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 199 * 100)
    }

    @Test func `takes and returns texts of many megabytes`() async throws {
        let text = String(repeating: "äöü", count: 2_000_000)
        let rows = try await connect().query("SELECT $1::text || $1::text AS twice", [.text(text)])
        #expect(try rows.one().text("twice").utf8.count == 24_000_000)
    }
}

@Suite struct `A transaction` {
    @Test func `commits when its body returns, and others wait meanwhile`() async throws {
        let connection = try await connect()
        try await connection.query("CREATE TEMPORARY TABLE steps (n int)")
        async let others: Void = withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { try await connection.query("INSERT INTO steps VALUES (0)") } }
            try await group.waitForAll()
        }
        for _ in 0..<10 {
            let same = try await connection.transaction { transaction throws(PostgresFault) in
                let before = try await transaction.query("SELECT count(*) AS n FROM steps").one().integer("n")
                try await transaction.run(script: "SELECT 1; SELECT 2")
                return try await transaction.query("SELECT count(*) AS n FROM steps").one().integer("n")
                    == before
            }
            #expect(same)
        }
        try await others
        #expect(try await connection.query("SELECT n FROM steps").count == 20)
    }

    @Test func `rolls back when its body throws, and the connection is usable`() async throws {
        let connection = try await connect()
        try await connection.query("CREATE TEMPORARY TABLE kept (n int)")
        let fault = await #expect(throws: PostgresFault.self) {
            try await connection.transaction { transaction throws(PostgresFault) in
                try await transaction.query("INSERT INTO kept VALUES (1)")
                try await transaction.query("SELECT 1 / 0")
            }
        }
        #expect(fault?.sqlState == "22012")
        #expect(try await connection.query("SELECT n FROM kept").isEmpty)
    }

    @Test func `does not pass for committed when a statement in it has failed`() async throws {
        let connection = try await connect()
        try await connection.query("CREATE TEMPORARY TABLE lost (n int)")
        await #expect(throws: PostgresFault.transactionFailed(address: connection.address)) {
            try await connection.transaction { transaction throws(PostgresFault) in
                try await transaction.query("INSERT INTO lost VALUES (1)")
                do throws(PostgresFault) { try await transaction.query("SELECT 1 / 0") } catch {}
            }
        }
        #expect(try await connection.query("SELECT n FROM lost").isEmpty)
    }

    @Test func `rolls back when its task is cancelled`() async throws {
        let connection = try await connect()
        try await connection.query("CREATE TEMPORARY TABLE undone (n int)")
        let task = Task {
            try await connection.transaction { transaction throws(PostgresFault) in
                try await transaction.query("INSERT INTO undone VALUES (1)")
                withUnsafeCurrentTask { $0?.cancel() }
            }
        }
        await #expect(throws: PostgresFault.cancelled) { try await task.value }
        #expect(try await connection.query("SELECT n FROM undone").isEmpty)
    }
}

/// A connection to the shared server.
func connect(_ version: Int? = nil, limit: Duration = .seconds(60)) async throws -> Connection {
    try await Connection.open(
        TemporaryServer.shared(version: version).connectionInfo().options(statementLimit: limit))
}
