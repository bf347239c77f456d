import FoundationEssentials
import Jobs
import Measures
import TestKit
import Testing

@Suite struct `An assertion` {
    /// 2026-11-22 00:30 UTC.
    private static let started = Date(timeIntervalSince1970: 1_795_307_400)

    @Test(arguments: Rows.read("assertions.tsv"))
    func `is met as the rows say`(_ row: [String]) throws {
        let expectation =
            row[0].hasPrefix("max_age ")
            ? try Assertion.Expectation.maxAge(DurationText.parse(row[0].dropFirst(8)))
            : try #require(Assertion.Expectation(row[0]))
        let finding = Assertion(sql: "select 1", expectation: expectation).check(
            rows: try #require(Int64(row[1])), value: row[2] == "NULL" ? nil : row[2], startedAt: Self.started
        )
        #expect(finding.isMet == (row[3] == "yes"), "\(row[6])")
        #expect(finding.expected == row[4] && finding.found == row[5], "\(finding)")
    }

    @Test(arguments: [
        "", "rows", "rows > x", "rows > -1", "rows >", "rows => 1", "row > 1", "value", "value =",
        "value = 'x",
        "value == 1", "rows > 99999999999999999999",
    ])
    func `expects nothing else`(_ text: String) {
        #expect(Assertion.Expectation(text) == nil)
    }

    @Test func `shows long answers cut, and on one line`() {
        let long = String(repeating: "x", count: 150) + "\n" + String(repeating: "y", count: 150)
        let finding = Assertion(sql: "select 1", expectation: .value(.equal, "z")).check(
            rows: 1, value: long, startedAt: Self.started)
        #expect(finding.found.count == 201 && finding.found.hasSuffix("y…") && !finding.found.contains("\n"))
    }

    @Test func `is asked in the databases that it names`() {
        let one = Assertion(sql: "select 1", database: "shop*", expectation: .rows(.greater, 0))
        #expect(one.concerns("shop_eu") && !one.concerns("app"))
        #expect(Assertion(sql: "select 1", expectation: .rows(.greater, 0)).concerns("app"))
    }
}
