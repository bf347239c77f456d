import Cron
import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy
import TestKit
import Testing

@testable import Engine

@Suite struct `Maintenance as a person reads it` {
    private let item = BackupItem(target: "main", database: "shop")

    private func action(
        _ kind: MaintenanceClass, _ object: String, _ reason: String, table: String? = nil,
        megabytes: Int64 = 80, predicted: Duration? = .seconds(65), isGuessed: Bool = false,
        fit: MaintenanceAction.Fit = .now
    ) -> MaintenanceAction {
        MaintenanceAction(
            kind: kind, oid: 1, object: QualifiedName("public", object),
            table: QualifiedName("public", table ?? object), reason: reason, urgency: 1,
            size: ByteCount(megabytes << 20), predicted: predicted, isGuessed: isGuessed, fit: fit)
    }

    private func look(_ plan: MaintenancePlan) -> MaintenanceLook {
        MaintenanceLook(
            item: item, facts: MaintainBench.facts(), plan: plan, history: MaintenanceHistory(), forgot: nil)
    }

    private static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private var plan: MaintenancePlan {
        MaintenancePlan(
            actions: [
                action(
                    .freeze, "ledger", "912 345 678 transactions old, above the 500 million of an emergency",
                    megabytes: 52_000, predicted: .seconds(3_900), fit: .emergency),
                action(
                    .leftover, "orders_pkey_ccnew", "left by a rebuild of ours on 2026-11-20", table: "orders"
                ),
                action(
                    .vacuum, "orders",
                    "412 000 dead rows, 41 % of all, and autovacuum would come at 200 050; 12 % of its pages are visible to all",
                    isGuessed: true),
                action(
                    .reindex, "orders_pkey", "3.9 times the size of a clean rebuild", table: "orders",
                    predicted: nil),
                action(
                    .reindex, "big_idx", "2.1 times the size of a clean rebuild", table: "big",
                    megabytes: 90_000,
                    fit: .waits(because: "it takes about 3h 10m, and 1h 05m are left")),
                action(
                    .analyze, "a", "never analyzed", fit: .skipped(because: "the role may not maintain it")),
                action(
                    .analyze, "b", "never analyzed", fit: .skipped(because: "the role may not maintain it")),
            ],
            notices: [
                "'nightly report' of anna (pid 4711) has held its snapshot for 2h 05m",
                "2 invalid indexes of others: public.x_ccnew, public.y_ccnew",
            ])
    }

    @Test func `a plan tells what, how long and why, and what is left and why`() throws {
        let none = MaintenancePlanView(look(MaintenancePlan()))
        let refused = MaintenancePlanView(look(MaintenancePlan(refusal: "the server is a standby")))
        Golden.expect(
            [MaintenancePlanView(look(plan)), none, refused].map(MaintenanceText.plan).joined(
                separator: "\n\n"),
            "maintain-plan")
        Golden.expect(try Self.json([MaintenancePlanView(look(plan))]), "maintain-plan-json")
    }

    @Test func `a look tells in one line what there is to do`() {
        #expect(
            MaintenanceLook.count(plan.actions)
                == "4 to do (1 leftover, 1 freeze, 1 vacuum, 1 reindex), 1 waits, 2 skipped")
        #expect(MaintenanceLook.count([]) == "nothing to do")
        var look = look(MaintenancePlan(notices: ["somebody is in the way"]))
        look.forgot = MemoryServer.unreachable("the catalog")
        #expect(
            look.detail == "nothing to do; somebody is in the way; nothing is known of earlier nights: "
                + "the catalog does not answer")
    }

    private var records: [MaintenanceRecord] {
        var list: [MaintenanceRecord] = []
        let states: [(MaintenanceClass, MaintenanceRecord.State, String)] = [
            (.freeze, .done, "frozen"), (.reindex, .done, "1 GB smaller"),
            (.vacuum, .noEffect, "it is locked by pid 4711 'psql'"),
            (.reindex, .cancelled, "window 'nights' is closed"), (.analyze, .failed, "permission denied"),
            (.vacuum, .running, ""), (.vacuum, .waits, "window 'nights' is closed"),
            (.analyze, .waits, "window 'nights' is closed"), (.reindex, .skipped, "a dump is running"),
        ]
        for (index, (kind, state, detail)) in states.enumerated() {
            var one = MaintenanceRecord.sample(ManualClock.id(500), index + 1, state, kind: kind)
            one.detail = detail
            one.object.name = "object_\(index + 1)"
            if kind != .reindex { one.table = one.object }
            if state != .done { (one.before, one.after, one.took) = (nil, nil, .zero) }
            if kind == .freeze {
                one.before?.xidAge = 912_345_678
                one.isEmergency = true
            }
            list.append(one)
        }
        var other = MaintenanceRecord.sample(ManualClock.id(500), 10, .done, kind: .analyze)
        other.database = "other"
        other.before = nil
        return list + [other]
    }

    @Test func `what was done tells what it changed, and why the rest was not`() throws {
        let views = records.map { MaintenanceView($0, isOver: true) }
        Golden.expect(MaintenanceText.results(views), "maintain-results")
        Golden.expect(try Self.json(views), "maintain-results-json")
        #expect(MaintenanceText.results([]) == "")
        #expect(MaintenanceView(records[5]).result == "running")
    }

    @Test func `very many that wait are counted`() {
        let views = (1...40).map { index -> MaintenanceView in
            var one = MaintenanceRecord.sample(ManualClock.id(500), index, .waits, kind: .analyze)
            one.detail = "window 'nights' is closed"
            one.object.name = "t\(index)"
            return MaintenanceView(one)
        }
        Golden.expect(MaintenanceText.results(views), "maintain-many")
    }

    @Test func `each object has a line while it is done`() {
        let lines = records.map { MaintenanceText.progress($0, of: 10) }
        let starving = MaintenancePlan.Starving(
            kind: .reindex, object: QualifiedName("public", "big_idx"), nights: 4,
            reason: "it takes about 3h 10m, and 1h 05m are left")
        Golden.expect(
            (lines + ["\(MaintenanceText.place(records[0], of: 200)) \(MaintenanceText.line(records[0]))"]
                + [MaintenanceText.starving(starving)]).joined(separator: "\n"), "maintain-progress")
    }

    @Test func `what is wrong is said in one line with a remedy`() {
        let faults: [MaintainFault] = [
            .nothingChosen(target: "main"), .refused(item: "main/shop", why: "the server is a standby"),
            .objectsFailed(item: "main/shop", count: 1, first: "vacuum public.a: denied"),
            .objectsFailed(item: "main/shop", count: 3, first: "vacuum public.a: denied"),
            .statementFailed(
                item: "main/shop", number: 2, summary: "syntax error", code: "statement.syntax", mayPass: true
            ),
            .notReached(item: "main/shop", number: 3, mayPass: false),
            .notWritten(object: "orders_pkey", why: "the disk is full"),
        ]
        Golden.expect(
            faults.map { fault in
                "\(fault.code) (\(fault.exitStatus), \(fault.mayPass ? "may pass" : "stays")): \(fault)"
            }.joined(separator: "\n"), "maintain-faults")
    }
}
