import Cron
import FoundationEssentials
import TestKit
import Testing

@testable import Engine

@Suite struct `The report of a drill` {
    private static let start = Date(timeIntervalSince1970: 1_795_307_400)

    private func report(_ lines: [DrillLine], seconds: Double? = 754.2) -> DrillReport {
        DrillReport(
            backup: .init(
                id: "0193b0f2-0000-7000-8000-000000000001", store: "local",
                path: "main/shop/20261122T003000Z",
                target: "main", database: "shop <b>&\"co\"", slot: Self.start, started: Self.start + 3,
                serverVersion: "16.9", bytes: 348_000_000),
            server: .init(version: "16.9"), started: Self.start + 86_400, proof: .content,
            expectation: .init(
                tables: 42, largeObjects: 0, proof: .content, hasContents: true, hasGlobals: true),
            lines: lines,
            phases: [
                .init(name: "cluster", seconds: 0.8), .init(name: "globals", seconds: 0.3),
                .init(name: "database", seconds: 0.2), .init(name: "data", seconds: 402),
                .init(name: "indexes", seconds: 311.4), .init(name: "analyze", seconds: 39.5),
            ], recoverySeconds: seconds, objectiveSeconds: 1_800,
            hosts: "This machine has 2 cores, the server's has 8: there it may take less time.", workers: 2,
            memory: 536_870_912, disk: 21_474_836_480, diskUsed: 1_610_612_736)
    }

    private var well: [DrillLine] {
        [
            DrillLine(.rows, "42 tables, 1,234,567 rows", found: "as in the archive", state: .ok, count: 42),
            DrillLine(.manifest, "3 files", found: "as in the manifest", state: .ok, count: 3),
            DrillLine(.globals, "12 statements", found: "performed", state: .ok, count: 12),
            DrillLine(.database, "owner, encoding, collation", found: "as saved", state: .ok, count: 3),
            DrillLine(.restore, "pg_restore", found: "ended without an error", state: .ok),
            DrillLine(.content, "40 tables, 1.31 GiB", found: "as in the archive", state: .ok, count: 40),
            DrillLine(
                .content, "shop.event, shop.log", found: "only counted, for it has more than 8 GiB of data",
                state: .note, count: 2),
            DrillLine(.definition, "318 definitions", found: "as in the archive", state: .ok, count: 318),
            DrillLine(.roles, "5 roles, 3 memberships", found: "as in the set", state: .ok, count: 8),
            DrillLine(.extensions, "citext", expected: "1.6", found: "1.8", state: .note),
            .unknown(.amcheck, "all indexes", "the extension is not there"),
        ]
    }

    private var broken: [DrillLine] {
        well + [
            DrillLine(
                .content, "shop.orders", expected: "digest 00000000000000000000000000000001",
                found: "digest 00000000000000000000000000000002", state: .broken),
            DrillLine(
                .definition, "FUNCTION shop.f(text), line 3 of its definition",
                expected: "RETURN a < b && c;", found: "RETURN a <script>alert('x')</script>;", state: .broken
            ),
        ]
    }

    private var instants: InstantText { InstantText(zone: .utc) }

    @Test func `the verdict follows from the lines and from nothing else`() {
        #expect(report(well).verdict == .proven)
        #expect(report(broken).verdict == .broken)
        let required: [DrillLine.Check] = [
            .manifest, .globals, .database, .restore, .rows, .content, .definition, .roles,
        ]
        for check in required {
            let without = well.filter { $0.check != check }
            #expect(report(without).verdict == .couldNotVerify, "\(check)")
            #expect(report(without + [.unknown(check, "it", "not looked at")]).verdict == .couldNotVerify)
            #expect(report(well + [.unknown(check, "it", "not looked at")]).verdict == .couldNotVerify)
            let fault = DrillLine(check, "it", state: .broken)
            #expect(report(without + [fault, .unknown(.rows, "it", "x")]).verdict == .broken)
        }
    }

    @Test func `nothing compared with nothing is never proven`() {
        func verdict(_ lines: [DrillLine], tables: Int?, required: Set<DrillLine.Check> = [])
            -> DrillReport.Verdict
        {
            DrillReport.judge(lines, .init(tables: tables, largeObjects: 0, required: required)).verdict
        }
        #expect(verdict([], tables: 0) == .couldNotVerify)
        #expect(verdict(well, tables: nil) == .couldNotVerify)
        #expect(verdict(well, tables: 43) == .couldNotVerify)
        #expect(verdict(well.filter { $0.check != .rows }, tables: 42) == .couldNotVerify)
        let empty = [DrillLine(.rows, "no tables", state: .ok, count: 0)]
        #expect(verdict(empty, tables: 0, required: [.rows]) == .couldNotVerify)
        let defined = [DrillLine(.definition, "3 definitions", state: .ok, count: 3)]
        #expect(verdict(defined, tables: 0, required: [.definition]) == .proven)
        let few = well.filter { $0.check != .content } + [DrillLine(.content, "1 table", state: .ok)]
        #expect(report(few).verdict == .couldNotVerify)
    }

    @Test func `only so many broken lines are kept, and the rest is counted`() {
        let many = (0..<1_000).map { DrillLine(.rows, "t\($0)", expected: "1", found: "2", state: .broken) }
        let report = report(well + many)
        #expect(report.lines.count { $0.state == .broken } == DrillReport.brokenMax)
        #expect(report.brokenOmitted == 800)
        #expect(report.lines.count { $0.state == .ok } == well.count { $0.state == .ok })
        #expect(DrillText.render(report, instants).contains("and 800 more"))
        #expect(DrillPage.render(report, instants).contains("and 800 more"))
    }

    @Test func `the text says first what is wrong`() {
        Golden.expect(DrillText.render(report(well), instants), "drill-proven")
        Golden.expect(DrillText.render(report(broken, seconds: 2_000), instants), "drill-broken")
        let lacking: [DrillLine] = [
            .unknown(.restore, "EXTENSION postgis", "extension \"postgis\" is not available")
        ]
        Golden.expect(DrillText.render(report(lacking, seconds: nil), instants), "drill-could-not-verify")
    }

    @Test func `the JSON is read back as it was`() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        let data = try encoder.encode(report(broken))
        Golden.expect(String(decoding: data, as: UTF8.self), "drill-json")
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        #expect(try decoder.decode(DrillReport.self, from: data) == report(broken))
    }

    @Test func `the page stands alone and everything in it is escaped`() {
        let page = DrillPage.render(report(broken), instants)
        Golden.expect(page, "drill-page")
        #expect(!page.contains("<script") && !page.contains("http") && !page.contains("<b>&\""))
        #expect(page.contains("&lt;script&gt;alert(&#39;x&#39;)"))
    }
}
