import FoundationEssentials
import Measures
import Policy
import TestKit
import Testing

@Suite struct `What is learned of maintenance` {
    private static let name = QualifiedName("public", "t")

    private static func past(
        _ name: QualifiedName = name, days: Double, size: Int64, took: Double,
        end: PastMaintenance.End = .done
    ) -> PastMaintenance {
        PastMaintenance(
            kind: .vacuum, object: name, table: name,
            at: MaintenanceRow.now.addingTimeInterval(-days * 86_400),
            size: ByteCount(size), took: .milliseconds(Int64(took * 1000)), end: end)
    }

    /// What the plan predicts for a table of 100 MiB.
    private static func predicted(
        _ past: [PastMaintenance], others: [PastMaintenance] = [], kind: String = "dead=900000"
    ) throws -> (Duration?, isGuessed: Bool) {
        let row = try MaintenanceRow(["table t \(kind)", "-", "-", "-", "-", "forecast"])
        let plan = MaintenancePlan.make(
            facts: row.facts, history: MaintenanceHistory(past, others: others))
        let action = try #require(plan.actions.first)
        return (action.predicted, action.isGuessed)
    }

    private static let size = Int64(100 << 20)

    @Test func `is the pace of the object, of its last five times`() throws {
        let times = (1...9).map {
            Self.past(days: Double($0), size: Self.size / 2, took: $0 <= 5 ? 10 : 1000)
        }
        let (duration, isGuessed) = try Self.predicted(times.reversed())
        #expect(duration == .seconds(20) && !isGuessed)
    }

    @Test func `is the pace of its class where the object has none`() throws {
        let other = Self.past(QualifiedName("public", "u"), days: 1, size: Self.size, took: 60)
        #expect(try Self.predicted([other]) == (.milliseconds(60_100), false))
        #expect(try Self.predicted([], others: [other]) == (.milliseconds(60_100), false))
    }

    @Test func `of another database says nothing of an object of the same name`() throws {
        let same = [Self.past(days: 1, size: Self.size, took: 60)]
        #expect(try Self.predicted([], others: same).0 == .milliseconds(60_100))
        #expect(try Self.predicted(same).0 == .seconds(60))
    }

    @Test func `is a guess where nothing was measured`() throws {
        let (duration, isGuessed) = try Self.predicted([])
        #expect(duration == .milliseconds(5343) && isGuessed)
        let (other, isOtherGuessed) = try Self.predicted([], kind: "age=150000000")
        #expect(other == duration && isOtherGuessed)
    }

    @Test func `is the time itself where no size was known`() throws {
        #expect(try Self.predicted([Self.past(days: 1, size: 0, took: 7)]).0 == .seconds(7))
    }

    @Test(arguments: [PastMaintenance.End.failed, .skipped, .waited, .noEffect, .open])
    func `is nothing of what was not done`(_ end: PastMaintenance.End) throws {
        #expect(try Self.predicted([Self.past(days: 1, size: Self.size, took: 7, end: end)]).isGuessed)
    }

    @Test func `is at least as long as a try that was cancelled`() throws {
        let tries = [
            Self.past(days: 3, size: Self.size, took: 60),
            Self.past(days: 2, size: Self.size, took: 90, end: .cancelled),
            Self.past(days: 1, size: Self.size, took: 80, end: .cancelled),
        ]
        #expect(try Self.predicted(tries) == (.seconds(90), false))
        let done = tries + [Self.past(days: 0.5, size: Self.size, took: 70)]
        #expect(try Self.predicted(done).0 == .seconds(65))
    }

    @Test func `is a guess while no try was finished, and no shorter than one that was cut short`() throws {
        let cut = { Self.past(days: 1, size: Self.size, took: $0, end: .cancelled) }
        #expect(try Self.predicted([cut(1)]) == (.milliseconds(5343), true), "a second says nothing")
        #expect(try Self.predicted([cut(90)]) == (.seconds(90), true))
        let other = Self.past(QualifiedName("public", "u"), days: 1, size: Self.size, took: 60)
        #expect(try Self.predicted([cut(1), other]) == (.milliseconds(60_100), false), "its class goes on")
    }

    @Test func `never overflows`() throws {
        let slow = Self.past(days: 1, size: 1, took: 1e9)
        #expect(try Self.predicted([slow]).0 == .seconds(31_536_000))
    }

    /// The index, its leftover, and whether it may be one.
    @Test(arguments: Rows.read("leftover-names.tsv"))
    func `is what a rebuild calls its leftovers`(_ row: [String]) {
        let fill = { (text: String) in text.replacing("…", with: String(repeating: "x", count: 50)) }
        #expect(LeftoverName.isLeftover(fill(row[1]), of: fill(row[0])) == (row[2] == "yes"), "\(row[3])")
    }

    @Test(arguments: ["_ccnew", "_ccnew1", "_ccnew12", "_ccold", "_ccold3"])
    func `is a name of 63 bytes at most, whole characters only`(_ suffix: String) {
        for index in [
            "i", String(repeating: "a", count: 63), String(repeating: "ö", count: 31),
            "x" + String(repeating: "😀", count: 15),
        ] {
            let name = LeftoverName.cut(index, before: suffix)
            #expect(name.utf8.count <= 63 && name.hasSuffix(suffix))
            #expect(LeftoverName.isLeftover(name, of: index))
            #expect(name.utf8.count >= 60 || name == index + suffix)
        }
    }
}
