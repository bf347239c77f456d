import FoundationEssentials
import Measures
import Policy
import TestKit
import Testing

@Suite struct `The plan of maintenance` {
    private static func plan(_ row: MaintenanceRow) -> MaintenancePlan {
        MaintenancePlan.make(facts: row.facts, limits: row.limits, history: row.history, left: row.left)
    }

    /// `now vacuum public.t`, and what is unusual in how it is done.
    private static func line(_ action: MaintenanceAction) -> String {
        let fit =
            switch action.fit {
            case .now: "now"
            case .emergency: "emergency"
            case .waits: "waits"
            case .skipped: "skipped"
            }
        return "\(fit) \(action.kind.rawValue) \(action.object.schema).\(action.object.name)"
            + (action.options.skipsIndexes ? " -indexes" : "")
            + (action.options.analyzesAfter ? " +analyze" : "")
    }

    private static func lines(_ plan: MaintenancePlan) -> [String] {
        (plan.refusal == nil ? [] : ["refused"]) + plan.actions.map(line)
            + plan.starving.map {
                "starving \($0.kind.rawValue) \($0.object.schema).\($0.object.name) \($0.nights)"
            }
    }

    @Test(arguments: Rows.read("maintenance.tsv"))
    func `finds what is worth doing, and what stands against it`(_ fields: [String]) throws {
        let row = try MaintenanceRow(fields)
        #expect(Self.lines(Self.plan(row)) == row.expected, "\(row.why)")
    }

    /// Everything that a person reads of a plan.
    @Test func `tells its reasons with the number and the limit`() throws {
        var text: [String] = []
        for fields in Rows.read("maintenance.tsv") {
            let row = try MaintenanceRow(fields)
            let plan = Self.plan(row)
            text.append("# \(row.why)")
            if let refusal = plan.refusal { text.append("refused: \(refusal)") }
            for action in plan.actions {
                text.append("\(Self.line(action)): \(action.reason)")
                switch action.fit {
                case .now, .emergency: break
                case .waits(let why), .skipped(let why): text.append("  \(why)")
                }
            }
            text += plan.starving.map { "starving: \($0.object.name), \($0.nights) nights: \($0.reason)" }
            text += plan.notices.map { "notice: \($0)" }
        }
        Golden.expect(text.joined(separator: "\n") + "\n", "maintenance-reasons")
    }

    @Test func `freezes and vacuums whole tables, with TOAST and indexes in what they take`() throws {
        let row = try MaintenanceRow([
            "table t dead=900000 size=100MiB; toast pg_toast.x of=t size=50MiB; index i on=t size=30MiB; "
                + "index pg_toast.xi schema=pg_toast on=x size=1MiB", "-", "-", "-", "-", "sizes",
        ])
        let action = try #require(Self.plan(row).actions.first)
        #expect(action.size == ByteCount(181 << 20))
        #expect(action.oid == MaintenanceRow.oid(action.object) && action.table == action.object)
        #expect(!action.options.freezes && action.isGuessed)
    }

    @Test func `says that a freeze freezes`() throws {
        let row = try MaintenanceRow(["table t age=150000000", "-", "-", "-", "-", "options"])
        #expect(Self.plan(row).actions.map(\.options) == [MaintenanceOptions(freezes: true)])
    }
}
