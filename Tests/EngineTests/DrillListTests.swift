import ArchiveFormat
import Cron
import Faults
import FoundationEssentials
import Jobs
import Measures
import TestKit
import Testing

@testable import Engine

@Suite struct `Drills in lists` {
    private func drilled() async throws -> DrillBench {
        let bench = DrillBench()
        try await bench.publish()
        _ = await bench.drill()
        for name in ["customer", "nothing_yet"] {
            bench.throwaway.restored.tables["public.\(name)"] = ["9\tx"]
        }
        bench.throwaway.restored.state.settings = []
        bench.throwaway.restored.state.extensions = [:]
        bench.throwaway.restored.state.owner = "somebody"
        bench.throwaway.restored.state.collate = "tr_TR.UTF-8"
        bench.throwaway.restored.state.invalidIndexes = ["public.customer_pkey"]
        _ = await bench.drill(id: ManualClock.id(501))
        return bench
    }

    @Test func `say what each came to, and name what is broken`() async throws {
        let bench = try await drilled()
        let records = try await bench.journaled.drills(DrillQuery(), limit: 10)
        #expect(Set(records.map(\.verdict)) == [.proven, .broken])
        let views = records.map(DrillView.init)
        let instants = InstantText(zone: .utc)
        let table = DrillListText.table(views, instants)
        #expect(table.contains("VERDICT") && table.contains("BROKEN") && table.contains("proven"))
        let found = DrillListText.findings(views, instants)
        #expect(found.contains("main/shop") && found.contains("all of it: pgvigil drills show"))
        #expect(found.contains("and ") && found.contains(" more"), "\(found)")
        for view in views { #expect(view.id == "\(view.run.prefix(8))/1") }
    }

    @Test func `have their report, and are found by what is asked for`() async throws {
        let bench = try await drilled()
        let broken = try #require(
            try await bench.journaled.drills(DrillQuery(verdict: .broken), limit: 10).first)
        let report = try await bench.journaled.report(ofDrill: broken.ordinal, of: broken.run)
        #expect(report.flatMap(DrillReport.parse)?.verdict == .broken)
        #expect(try await bench.journaled.report(ofDrill: 9, of: broken.run) == nil)
        #expect(
            DrillQuery(run: broken.run, backup: broken.backup, target: "main", database: "shop").means(broken)
        )
        #expect(!DrillQuery(verdict: .proven).means(broken) && !DrillQuery(target: "other").means(broken))
    }
}
