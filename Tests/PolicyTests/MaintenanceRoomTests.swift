import Measures
import Policy
import TestKit
import Testing

@Suite struct `Room for several statements at a time` {
    /// What fits in half an hour, where each rebuild takes about 17 minutes.
    private func fits(_ objects: String) throws -> [MaintenanceAction.Fit] {
        let row = try MaintenanceRow([objects, "-", "-", "-", "-", "two workers"])
        return MaintenancePlan.make(facts: row.facts, left: .seconds(1800), workers: 2).actions.map(\.fit)
    }

    @Test func `has one rebuild after the other`() throws {
        let index = "size=10000MB estimated=1000MB"
        let found = try fits("index a on=t \(index); index b on=u \(index)")
        guard found.count == 2, found[0] == .now, case .waits = found[1] else {
            return #expect(Bool(false), "\(found)")
        }
    }

    @Test func `has no rebuild beside an ANALYZE`() {
        for kind in MaintenanceClass.allCases {
            let isFree = kind != .reindex && kind != .analyze
            #expect(MaintenanceRoom.areFree(.reindex, kind) == isFree)
            #expect(MaintenanceRoom.areFree(kind, .reindex) == isFree)
            #expect(MaintenanceRoom.areFree(.vacuum, kind) && MaintenanceRoom.areFree(kind, .vacuum))
        }
        #expect(MaintenanceRoom.areFree(.analyze, .analyze))
    }
}
