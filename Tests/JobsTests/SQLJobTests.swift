import Faults
import TestKit
import Testing

@testable import Jobs

@Suite struct `A job of statements` {
    @Test func `sends what it says, with the limits of each`() throws {
        let (job, faults) = Sample.job(
            """
            kind: sql
            target: main
            databases: shop
            exclude: shop_test
            statement_timeout: 1h
            keep_going: true
            statements:
              - refresh materialized view sales;
              - {sql: create index concurrently on orders (day), timeout: 4h}
              - sql: |
                  delete from log where ctid in
                    (select ctid from log where at < now() - interval '90 days' limit 5000)
                lock_timeout: 1s
                repeat: {pause: 250ms, max: 2000}
              - {sql: delete from queue where done, repeat: true}
              - {sql: select 1, repeat: false}
            """)
        #expect(faults.isEmpty, "\(faults)")
        let found = try #require(job)
        #expect(found.kind == .sql && found.targets == ["main"])
        #expect(found.atWindowEnd == .stop && found.atGuard == .stop)
        let batch =
            "delete from log where ctid in\n"
            + "  (select ctid from log where at < now() - interval '90 days' limit 5000)"
        #expect(
            found.work
                == .sql(
                    SQLSpec(
                        databases: ["shop"], excludeDatabases: ["shop_test"],
                        statements: [
                            .init(sql: "refresh materialized view sales", timeout: .seconds(3600)),
                            .init(
                                sql: "create index concurrently on orders (day)",
                                timeout: .seconds(4 * 3600), lockTimeout: nil),
                            .init(
                                sql: batch, timeout: .seconds(3600), lockTimeout: .seconds(1),
                                repetition: .init(pause: .milliseconds(250), timesMax: 2000)),
                            .init(
                                sql: "delete from queue where done", timeout: .seconds(3600),
                                repetition: .init()),
                            .init(sql: "select 1", timeout: .seconds(3600)),
                        ], keepsGoing: true)))
    }

    @Test func `waits for locks as long as the job says, where the statement says nothing`() {
        let job = Sample.job(
            """
            kind: sql
            databases: [a, "b*"]
            lock_timeout: 3s
            statements: [reindex index concurrently i, {sql: analyze t, lock_timeout: 9s}, vacuum]
            """
        ).job
        #expect(
            job?.work
                == .sql(
                    SQLSpec(
                        databases: ["a", "b*"],
                        statements: [
                            .init(sql: "reindex index concurrently i", lockTimeout: .seconds(3)),
                            .init(sql: "analyze t", lockTimeout: .seconds(9)),
                            .init(sql: "vacuum", lockTimeout: .seconds(3)),
                        ])))
    }

    /// Statements, and what is said of each; `-` where it is sent.
    @Test(arguments: Rows.read("statements.tsv"))
    func `takes one statement at a time`(_ row: [String]) throws {
        let sql = Escapes.plain(row[0])
        let quoted = sql.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            .replacing("\n", with: "\\n").replacing("${", with: "$${")
        let (job, faults) = Sample.job("kind: sql\ndatabases: shop\nstatements:\n  - \"\(quoted)\"\n")
        let summary = faults.first?.summary ?? "-"
        #expect(summary.hasSuffix(row[1]), "\(row[3]): \(faults)")
        #expect(faults.count <= 1)
        guard case .sql(let spec) = job?.work else { return #expect(row[2] == "-", "\(row[3])") }
        #expect(spec.statements.map(\.sql) == [Escapes.plain(row[2])], "\(row[3])")
    }

    @Test(arguments: 1...300 as ClosedRange<UInt64>)
    func `takes what anybody writes without a trap, and again what it took`(_ seed: UInt64) {
        let parts = [
            "select 1", ";", "'", "\"", "$", "$$", "$a$", "--", "/*", "*/", "(", ")", "[", "]", "\\", "E'",
            " ", "\n",
            "begin", "atomic", "end", "ö", "1", "copy", "stdin", "\u{7}", "😀", "e\u{301}",
        ]
        var state = seed
        func next(_ bound: Int) -> Int {
            // Knuth's generator for 64 bits (MMIX), whose upper bits are good enough here.
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let text = (0..<(1 + next(12))).map { _ in parts[next(parts.count)] }.joined()
        let statement = StatementText(text)
        guard statement.problem == nil else { return #expect(!text.isEmpty) }
        let again = StatementText(statement.sql)
        #expect(
            again.problem == nil && again.sql == statement.sql && again.words == statement.words, "\(text)")
    }
}
