import FoundationEssentials
import Measures

/// Dead, inserted and modified rows, against when autovacuum would come (manual, 24.1.6).
extension MaintenanceSurvey {
    private static let pageSize: Int64 = 8192
    private static let statistics = QualifiedName("pg_catalog", "pg_statistic")

    /// A vacuum of the table, which does its TOAST table too; or of that alone, where it alone has dead rows.
    func vacuum(_ relation: RelationFacts) -> MaintenanceNeed? {
        let toast = toasts[relation.oid]
        let own = deadRows(relation) ?? insertedRows(relation) ?? visibility(relation)
        guard let finding = own ?? toast.flatMap(deadRows) else { return nil }
        let part = own == nil ? toast ?? relation : relation
        var need = need(.vacuum, of: part, finding)
        need.obstacle =
            obstacles.right(part.mayMaintain) ?? obstacles.autovacuum([part, toast].compactMap { $0 })
            ?? obstacles.snapshot(vacuuming: part, ofSystem: isOfSystem(relation), at: facts.takenAt)
        return need
    }

    private func deadRows(_ relation: RelationFacts) -> Finding? {
        let parameters = relation.parameters
        var base = parameters.vacuumThreshold + parameters.vacuumScale * max(relation.tuples, 0)
        if parameters.vacuumMax >= 0 { base = min(base, parameters.vacuumMax) }
        return passed(relation.deadRows, base, limits.vacuum.factor, "dead rows")
    }

    /// Pages of tables that are only inserted into are never all-visible, and index-only scans visit them.
    private func insertedRows(_ relation: RelationFacts) -> Finding? {
        let parameters = relation.parameters
        guard let inserted = relation.insertedSinceVacuum, parameters.insertThreshold >= 0 else { return nil }
        let base = parameters.insertThreshold + parameters.insertScale * max(relation.tuples, 0)
        return passed(inserted, base, limits.vacuum.factor, "rows inserted since the last vacuum")
    }

    /// The same by the visibility map itself, where nobody counts inserted rows, or the count is lost.
    private func visibility(_ relation: RelationFacts) -> Finding? {
        let isUncounted = relation.insertedSinceVacuum == nil && relation.deadRows == 0
        guard isUncounted || (areStatisticsLost && relation.lastVacuum == nil) else { return nil }
        let pages = max(relation.pages, relation.size.bytes / Self.pageSize)
        let hidden = pages - relation.allVisiblePages
        let limit = max(relation.parameters.insertScale, 0) * limits.vacuum.factor * Double(pages)
        guard Double(hidden) > limit else { return nil }
        return Finding(
            ratio: Double(hidden) / max(limit, 1),
            reason:
                "\(Decimals.grouped(hidden)) of \(Decimals.grouped(pages)) pages are not all-visible, and "
                + "inserted rows are not counted")
    }

    /// New statistics for the planner; TOAST tables have none.
    func analyze(_ relation: RelationFacts) -> MaintenanceNeed? {
        let finding: Finding? =
            switch relation.kind {
            case .partitioned: modified(relation) ?? parentsTurn(relation)
            case .table, .materializedView:
                modified(relation) ?? neverAnalyzed(relation) ?? expressionRebuilt(relation)
            case .systemCatalog: modified(relation)
            case .toast: nil
            }
        // ANALYZE passes over its own catalog without a word (`analyze_rel` in src/backend/commands/analyze.c).
        guard let finding, relation.name != Self.statistics else { return nil }
        var need = need(.analyze, of: relation, finding)
        need.obstacle = obstacles.right(relation.mayMaintain) ?? obstacles.autovacuum([relation])
        return need
    }

    private func modified(_ relation: RelationFacts) -> Finding? {
        let parameters = relation.parameters
        let base = parameters.analyzeThreshold + parameters.analyzeScale * max(relation.tuples, 0)
        return passed(
            relation.modifiedSinceAnalyze, base, limits.analyze.factor, "rows modified since the last analyze"
        )
    }

    private func neverAnalyzed(_ relation: RelationFacts) -> Finding? {
        guard relation.lastAnalyze == nil, relation.size > .zero else { return nil }
        let reason =
            areStatisticsLost
            ? "the server has lost its counters; after an analyze it knows of dead rows again"
            : "never analyzed"
        return Finding(ratio: 1, reason: reason)
    }

    /// A rebuild throws the statistics of an expression away; the analyze that belongs to it may have been cut short.
    private func expressionRebuilt(_ relation: RelationFacts) -> Finding? {
        guard let rebuilt = expressionsRebuilt[relation.oid], let last = relation.lastAnalyze, last < rebuilt
        else { return nil }
        return Finding(ratio: 1, reason: "an index on an expression was rebuilt after the last analyze")
    }

    /// Autovacuum never analyzes a partitioned parent (manual, 24.1.3), and before 14 the server forgets that we did.
    private func parentsTurn(_ relation: RelationFacts) -> Finding? {
        let ours = history.lastDone[MaintenanceHistory.Subject(.analyze, relation.name)]
        let every = limits.analyze.parentsEvery / .seconds(1)
        guard let last = [relation.lastAnalyze, ours].compactMap({ $0 }).max() else {
            return Finding(
                ratio: 2, reason: "a partitioned table that was never analyzed; autovacuum does not do it")
        }
        let age = facts.takenAt.timeIntervalSince(last)
        guard age > every else { return nil }
        let shown = DurationText.render(.seconds(Int64(min(age, 1e12))))
        return Finding(
            ratio: age / max(every, 1),
            reason: "a partitioned table, analyzed \(shown) ago, above "
                + "\(DurationText.written(limits.analyze.parentsEvery)); autovacuum does not do it")
    }

    /// More than `factor` times the number at which autovacuum comes.
    private func passed(_ rows: Int64, _ base: Double, _ factor: Double, _ what: String) -> Finding? {
        let limit = base * factor
        guard Double(rows) > limit else { return nil }
        let shown = Decimals.grouped(Int64(min(max(limit, 0), 1e18)))
        return Finding(
            ratio: Double(rows) / max(limit, 1),
            reason: "\(Decimals.grouped(rows)) \(what), above \(shown), "
                + "\(Self.short(factor)) × what autovacuum waits for")
    }
}
