import FoundationEssentials
import Measures

/// One database's facts in the order in which needs are looked for: what belongs to what, and what stands in the way.
struct MaintenanceSurvey {
    let facts: MaintenanceFacts
    let limits: MaintenanceLimits
    let history: MaintenanceHistory
    let obstacles: MaintenanceObstacles
    let relations: [UInt32: RelationFacts]
    /// TOAST tables by the table that they belong to.
    let toasts: [UInt32: RelationFacts]
    /// Bytes of all indexes of a table.
    private let indexBytes: [UInt32: ByteCount]
    /// When an expression index of a table was last rebuilt by us, by the table.
    let expressionsRebuilt: [UInt32: Date]
    /// The server's counters have gone since they were counted last: no dead rows anywhere says nothing.
    let areStatisticsLost: Bool

    init(_ facts: MaintenanceFacts, _ limits: MaintenanceLimits, _ history: MaintenanceHistory) {
        self.facts = facts
        self.limits = limits
        self.history = history
        obstacles = MaintenanceObstacles(facts, limits)
        relations = Dictionary(facts.relations.map { ($0.oid, $0) }) { first, _ in first }
        var toasts: [UInt32: RelationFacts] = [:]
        for relation in facts.relations where relation.kind == .toast {
            if let owner = relation.owner { toasts[owner] = relation }
        }
        self.toasts = toasts
        var bytes: [UInt32: ByteCount] = [:]
        for index in facts.indexes {
            bytes[index.table, default: .zero] = bytes[index.table, default: .zero] + index.size
        }
        indexBytes = bytes
        areStatisticsLost = Self.areLost(facts)
        var rebuilt: [UInt32: Date] = [:]
        for index in facts.indexes where index.isExpression {
            guard let done = history.lastDone[.init(.reindex, index.name)] else { continue }
            rebuilt[index.table] = max(rebuilt[index.table] ?? done, done)
        }
        expressionsRebuilt = rebuilt
    }

    /// After a crash and after upgrades to versions before 18, every counter begins at nothing (manual, 27.2).
    private static func areLost(_ facts: MaintenanceFacts) -> Bool {
        let counted = facts.relations.filter { relation in
            switch relation.kind {
            case .table, .materializedView: relation.size > .zero && !relation.isOtherTemporary
            case .partitioned, .toast, .systemCatalog: false
            }
        }
        return !counted.isEmpty
            && counted.allSatisfy {
                $0.deadRows == 0 && $0.modifiedSinceAnalyze == 0 && $0.lastVacuum == nil
                    && $0.lastAnalyze == nil
            }
    }

    /// Everything that is worth doing, in no order.
    func needs() -> [MaintenanceNeed] {
        facts.relations.flatMap(needs) + facts.indexes.compactMap(need)
    }

    private func needs(of relation: RelationFacts) -> [MaintenanceNeed] {
        guard !relation.isOtherTemporary else { return [] }
        switch relation.kind {
        case .partitioned: return [analyze(relation)].compactMap { $0 }
        case .table, .materializedView, .systemCatalog:
            return [freeze(relation), vacuum(relation), analyze(relation)].compactMap { $0 }
        case .toast:
            // It is looked at with its table, whose VACUUM does it too.
            if let owner = relation.owner, relations[owner] != nil { return [] }
            return [freeze(relation), vacuum(relation)].compactMap { $0 }
        }
    }

    private func need(of index: IndexFacts) -> MaintenanceNeed? {
        index.isValid ? reindex(index) : leftover(index)
    }

    /// The table of a TOAST table, else itself: what people know it by.
    func known(_ relation: RelationFacts) -> RelationFacts {
        relation.owner.flatMap { relations[$0] } ?? relation
    }

    /// Whether it is a system catalog, or the TOAST table of one.
    func isOfSystem(_ relation: RelationFacts) -> Bool {
        switch known(relation).kind {
        case .systemCatalog: true
        case .table, .partitioned, .materializedView, .toast: false
        }
    }

    /// A need of one class on a relation, with what it costs.
    func need(
        _ kind: MaintenanceClass, of relation: RelationFacts, _ finding: Finding
    ) -> MaintenanceNeed {
        let toast = toasts[relation.oid]
        let heap = relation.size + (toast?.size ?? .zero)
        let indexes = [relation.oid, toast?.oid].reduce(ByteCount.zero) { sum, oid in
            sum + (oid.flatMap { indexBytes[$0] } ?? .zero)
        }
        let reads = kind == .analyze ? relation.size : heap + indexes
        return MaintenanceNeed(
            kind: kind, oid: relation.oid, object: relation.name, table: known(relation).name,
            reason: finding.reason, ratio: finding.ratio, size: reads, comparedSize: heap)
    }

    /// A number of the job's file as somebody would write it: `0.5`, `2`.
    static func short(_ number: Double) -> String {
        let text = Decimals.threeDigits(number)
        guard text.contains(".") else { return text }
        let zeros = text.reversed().prefix { $0 == "0" }.count
        let cut = text.dropLast(zeros)
        return String(cut.hasSuffix(".") ? cut.dropLast() : cut)
    }

    /// What was seen against a limit, and how many times the limit that is.
    struct Finding {
        var ratio: Double
        var reason: String
        /// It rests on what the statistics let expect, and not on what was measured.
        var isGuess = false
    }
}
