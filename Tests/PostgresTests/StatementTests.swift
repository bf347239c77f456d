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
        let row = try #require(rows.first)
        #expect(try row.text("word") == "naïve ☂ \\ \" '")
        #expect(try row.integer("whole") == 9_007_199_254_740_993)
        #expect(try row.number("part") == 0.1)
        #expect(try row.boolean("flag"))
        #expect(try row.optionalText("nothing") == nil)
        #expect(try row.text("list") == "a\\b|c\"d|NULL||{,}")
        #expect(await connection.serverVersion / 10_000 == version)
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

    private func connect(_ version: Int? = nil) async throws -> Connection {
        try await Connection.open(TemporaryServer.shared(version: version).connectionInfo().options())
    }
}
