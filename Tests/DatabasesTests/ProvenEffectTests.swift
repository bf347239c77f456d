import Engine
import Measures
import Testing

@testable import Databases

@Suite struct `What counts as done` {
    private func state(
        dead: Int64 = 0, of tuples: Double = 0, xid: Int64 = 0, multixact: Int64 = 0
    ) -> ObjectState {
        ObjectState(size: .zero, deadRows: dead, tuples: tuples, xidAge: xid, multixactAge: multixact)
    }

    @Test(
        arguments: [
            // transactions before and after, multixacts before and after
            (600_000_000, 50, 0, 0, true),
            (600_000_000, 400_000_000, 0, 0, true),
            (600_000_000, 599_000_000, 0, 0, false),
            // Transactions were the reason, and only multixacts fell.
            (600_000_000, 600_000_000, 1_000, 0, false),
            (300_000_000, 300_000_000, 700_000_000, 5, true),
            (300_000_000, 5, 700_000_000, 700_000_000, false),
            // A young one had nothing to freeze.
            (40, 45, 0, 0, true),
        ])
    func `of a freeze, the age that it was for has fallen`(
        xid: Int64, then: Int64, multixact: Int64, later: Int64, isDone: Bool
    ) {
        let old = state(xid: xid, multixact: multixact)
        #expect(ProvenEffect.isFrozen(old, state(xid: then, multixact: later)) == isDone)
    }

    @Test(
        arguments: [
            (1_000_000, 0, true), (1_000_000, 700_000, true), (1_000_000, 999_999, false), (0, 0, true),
            (60, 59, true), (60, 60, false), (0, 7, false),
        ])
    func `of a vacuum, a quarter of the dead rows is gone`(dead: Int64, then: Int64, isDone: Bool) {
        #expect(
            ProvenEffect.isVacuumed(state(dead: dead), state(dead: then), isVisible: false) == isDone)
    }

    @Test(
        arguments: [
            // dead rows before (0 also while the server has not counted yet) and after, of so many rows
            (0, 7, 100.0, true), (0, 400, 600.0, false), (400, 400, 600.0, false),
            (400, 400, 1_000_000.0, true),
        ])
    func `of a vacuum of what only grew, more is seen by all and little is dead`(
        dead: Int64, then: Int64, tuples: Double, isDone: Bool
    ) {
        let new = state(dead: then, of: tuples)
        #expect(ProvenEffect.isVacuumed(state(dead: dead), new, isVisible: true) == isDone)
    }
}
