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

    @Test(arguments: Rows.read("confirming.tsv"))
    func `has a guess confirmed before it is acted on`(_ row: [String]) throws {
        let row = try MaintenanceRow([row[0], row[1], row[2], "-", row[3], row[4]])
        let action = try #require(Self.plan(row).actions.first, "\(row.why)")
        let asked = action.options.confirmsAbove.map { [String(Int($0))] }
        #expect((asked ?? []) == row.expected, "\(row.why)")
    }

    @Test(arguments: Rows.read("bloat.tsv"))
    func `believes what pgstattuple sees of an index`(_ row: [String]) throws {
        let numbers = try row[3...6].map { try #require(Double($0)) }
        let reading = BTreeReading(
            size: try ByteCount.parse(row[0]), leafPages: try #require(Int64(row[1])),
            internalPages: try #require(Int64(row[2])), leafDensity: numbers[0].isNaN ? nil : numbers[0],
            leafFragmentation: numbers[1].isNaN ? nil : numbers[1], fillFactor: Int(numbers[2]))
        let verdict =
            switch reading.verdict(factor: numbers[3]) {
            case .confirmed: "confirmed"
            case .refuted: "refuted"
            }
        #expect(verdict == row[7], "\(row[8]): \(reading.verdict(factor: numbers[3]))")
    }

    /// The versions around those whose concurrent builds may corrupt.
    @Test(arguments: [
        (130_000, false), (130_021, false), (140_000, true), (140_001, true), (140_003, true),
        (140_004, false),
        (140_005, false), (150_000, false),
    ])
    func `refuses concurrent builds of 14.0 to 14.3 alone`(version: Int, isRefused: Bool) {
        #expect((RebuildRule.refusal(version: version) != nil) == isRefused)
    }

    @Test func `tells what pgstattuple saw`() {
        let reading = BTreeReading(
            size: ByteCount(80 << 20), leafPages: 10_000, internalPages: 50, leafDensity: 21.4,
            leafFragmentation: 48.6)
        #expect(
            reading.verdict(factor: 2)
                == .confirmed(
                    "pgstattuple confirms it: leaves 21 % full, 49 % of them out of order, 4.28 × a clean index"
                ))
        #expect(
            reading.verdict(factor: 5)
                == .refuted(
                    "pgstattuple finds no bloat: leaves 21 % full, 49 % of them out of order, 4.28 × a clean index"
                )
        )
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
