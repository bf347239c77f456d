import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy
import TestKit
import Testing

@testable import Engine

@Suite(.timeLimit(.minutes(2))) struct `Leftovers of rebuilds` {
    private let item = BackupItem(target: "main", database: "shop")
    private let leftover = "orders_pkey_ccnew"

    /// A database with nothing but an invalid index that bears the name of a leftover.
    private func putLeftover(_ bench: MaintainBench) {
        var index = MaintainBench.index(12, leftover, of: 1, "orders")
        index.isValid = false
        index.estimatedSize = nil
        bench.maintenance.put(MaintainBench.facts(relations: [], indexes: [index]), of: "main")
    }

    private func look(_ bench: MaintainBench) async throws -> MaintenanceLook {
        putLeftover(bench)
        let target = Target(name: "main", connection: ConnectionInfo(parameters: []), origin: "test")
        return try await MaintenanceLook.take(
            item, of: target, spec: MaintainSpec(), left: nil, port: bench.maintenance, book: bench.journaled)
    }

    @Test func `are ours only by the names that were written down`() async throws {
        for (left, isOurs) in [([leftover], true), ([], false), (["orders_pkey_ccold"], false)] {
            let bench = MaintainBench()
            bench.maintenance.answer(
                "orders_pkey",
                MaintenanceEffect(
                    .cancelled, "somebody waits", leftovers: left.map { QualifiedName("public", $0) }))
            let run = await bench.perform(MaintainBench.job())
            let record = try await bench.book.maintenance(of: run.id).first { $0.kind == .reindex }
            #expect(record?.leftovers == left)
            #expect(try await look(bench).actions.map(\.kind) == (isOurs ? [.leftover] : []), "\(left)")
        }
    }

    @Test func `that nobody could look for are ours by the names that a rebuild gives`() async throws {
        let bench = MaintainBench()
        var effect = MaintenanceEffect(.failed, "the server went away")
        effect.leavesUnknown = true
        bench.maintenance.answer("orders_pkey", effect)
        let run = await bench.perform(MaintainBench.job())
        let record = try await bench.book.maintenance(of: run.id).first { $0.kind == .reindex }
        #expect(record?.state == .failed && record?.leftovers == nil)
        #expect(try await look(bench).actions.map(\.kind) == [.leftover])
    }

    @Test func `are known from the journal while the catalog is down`() async throws {
        let bench = MaintainBench()
        await bench.book.fail(with: MemoryServer.unreachable("the catalog"))
        bench.maintenance.answer(
            "orders_pkey",
            MaintenanceEffect(
                .cancelled, "somebody waits", leftovers: [QualifiedName("public", leftover)]))
        _ = await bench.perform(MaintainBench.job())
        let look = try await look(bench)
        #expect(look.actions.map(\.kind) == [.leftover] && look.forgot != nil)
    }

    @Test func `of a run that the catalog knows in part are those of its end in the journal`() {
        let begun = MaintenanceRecord.sample(ManualClock.id(500), 1, .running)
        var ended = MaintenanceRecord.sample(ManualClock.id(500), 1, .cancelled)
        ended.leftovers = [leftover]
        var other = MaintenanceRecord.sample(ManualClock.id(500), 2, .done)
        other.database = "stock"
        let earlier = MaintenanceRecord.sample(ManualClock.id(499), 1, .done)
        var view = JournalView()
        view.add([.maintenance(ManualClock.id(500), [ended, other], nil)])
        let past = view.maintenance([earlier, begun], in: item)
        #expect(past.count == 2 && past.contains(earlier) && past.contains(ended))
    }
}
