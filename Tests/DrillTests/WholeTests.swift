import ArchiveFormat
import Engine
import FoundationEssentials
import Jobs
import TestKit
import Testing

@Suite(.enabled(if: SecondProcess.part == nil)) struct `A drill of a sound backup` {
    @Test(arguments: await TemporaryServer.versions())
    func `proves a nasty database, in every format`(version: Int) async throws {
        let saved = try await SavedDatabase.nasty(version)
        let bench = await saved.bench()
        let sets = try await bench.sets()
        #expect(sets.map(\.manifest.format) == [.custom, .directory, .plain])
        for set in sets {
            let drilled = try await bench.drill(DrillSpec(backup: .id(set.manifest.id.uuidString)))
            #expect(drilled.outcome == .succeeded, "\(set.manifest.format)\n\(drilled)")
            let report = try #require(drilled.reports.first)
            #expect(report.verdict == .proven)
            #expect(report.server.version.hasPrefix("\(version)"))
            let tables = report.lines.filter { $0.check == .content && $0.state == .ok }
            #expect(tables.first?.count ?? 0 > 1_000)
            #expect(report.lines.contains { $0.check == .largeObjects && $0.state == .ok && $0.count == 3 })
            #expect(report.recoverySeconds != nil)
        }
        #expect(try bench.folder.names("state/drills").filter { !$0.hasPrefix("template-") } == [".lock"])
        #expect(try await bench.sets().allSatisfy { $0.manifest.proof?.verdict == .proven })
    }
}
