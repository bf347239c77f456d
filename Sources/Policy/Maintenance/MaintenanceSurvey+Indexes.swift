import FoundationEssentials
import Measures

/// Indexes: bloat, collations that have changed, and what interrupted rebuilds of ours left.
extension MaintenanceSurvey {
    /// A wrong order comes before every bloat.
    static let staleRatio = 1_000_000.0

    /// A rebuild for a collation counts for so long: the server calls the collation changed until somebody refreshes its
    /// version, and does not know which indexes were built since.
    private static let collationDone = Duration.seconds(30 * 86_400)

    func reindex(_ index: IndexFacts) -> MaintenanceNeed? {
        guard let finding = staleCollation(index) ?? bloat(index) else { return nil }
        var need = need(.reindex, of: index, finding)
        need.options = MaintenanceOptions(
            analyzesAfter: index.isExpression,
            confirmsAbove: finding.isGuess && index.method == "btree"
                && index.size <= RebuildRule.confirmedMax
                ? limits.reindex.factor : nil)
        need.obstacle =
            RebuildRule.refusal(version: facts.version) ?? obstacles.right(index.mayMaintain) ?? unfit(index)
            ?? RebuildRule.refusal(size: index.size, free: index.freeSpace)
            ?? obstacles.autovacuum(of: table(index)) ?? obstacles.snapshotForRebuild()
        return need
    }

    /// Our own leftover, which every write of the table still maintains; nil for anybody else's.
    func leftover(_ index: IndexFacts) -> MaintenanceNeed? {
        guard !index.isBusy, let origin = origin(of: index) else { return nil }
        var need = need(
            .leftover, of: index,
            Finding(ratio: 1, reason: "an invalid index that our own rebuild of \(origin.name) left"))
        need.obstacle =
            obstacles.right(index.mayMaintain) ?? obstacles.autovacuum(of: table(index)) ?? obstacles.dump()
        return need
    }

    /// Invalid indexes that nobody is building and that we have not left, for people to look at.
    func strangers() -> [IndexFacts] {
        facts.indexes.filter { !$0.isValid && !$0.isBusy && origin(of: $0) == nil }
    }

    /// The index whose rebuild of ours left this one.
    private func origin(of index: IndexFacts) -> QualifiedName? {
        history.interrupted.first { $0.owns(index.name, of: index.tableName) }?.index
    }

    private func table(_ index: IndexFacts) -> [RelationFacts] {
        guard let table = relations[index.table] else { return [] }
        return [table] + [table.owner.flatMap { relations[$0] }].compactMap { $0 }
    }

    private func need(
        _ kind: MaintenanceClass, of index: IndexFacts, _ finding: Finding
    ) -> MaintenanceNeed {
        MaintenanceNeed(
            kind: kind, oid: index.oid, object: index.name,
            table: relations[index.table].map { known($0).name } ?? index.tableName, reason: finding.reason,
            ratio: finding.ratio, size: index.size, comparedSize: index.size)
    }

    /// What REINDEX CONCURRENTLY cannot do (manual, "REINDEX", Notes).
    private func unfit(_ index: IndexFacts) -> String? {
        if index.isOfSystem { return "indexes of system catalogs cannot be rebuilt concurrently" }
        if index.isExclusion { return "indexes of exclusion constraints cannot be rebuilt concurrently" }
        return index.isBusy ? "another session builds or alters it, or its table" : nil
    }

    /// Text sorts otherwise after an upgrade of the C library or ICU: the index is wrong whatever its size.
    private func staleCollation(_ index: IndexFacts) -> Finding? {
        guard index.hasStaleCollation else { return nil }
        if let done = history.rebuiltForCollation[index.name],
            facts.takenAt.timeIntervalSince(done) < Self.collationDone / .seconds(1)
        {
            return nil
        }
        return Finding(ratio: Self.staleRatio, reason: PastMaintenance.collationReason)
    }

    /// How many times as many rows it may have by now as when they were counted: a table that has grown is not bloated.
    private func growth(of index: IndexFacts) -> Double {
        guard let table = relations[index.table] else { return 1 }
        let inserted = table.insertedSinceVacuum ?? table.modifiedSinceAnalyze
        return 1 + Double(max(inserted, 0)) / max(index.tuples, 1)
    }

    private func bloat(_ index: IndexFacts) -> Finding? {
        guard index.size >= limits.reindex.choice.sizeMin else { return nil }
        let factor = limits.reindex.factor
        let limit = "the limit is \(Self.short(factor)) ×"
        if let learned = history.learned[index.name], learned.fileNode == index.fileNode {
            guard index.tuples >= LearnedIndex.tuplesMin else { return nil }
            let bytes = Double(index.size.bytes) / (index.tuples * growth(of: index))
            let ratio = bytes / learned.bytesPerTuple
            guard ratio > factor else { return nil }
            return Finding(
                ratio: ratio / factor,
                reason: "\(Decimals.threeDigits(bytes)) bytes a row, \(Decimals.threeDigits(ratio)) × the "
                    + "\(Decimals.threeDigits(learned.bytesPerTuple)) right after its last rebuild; \(limit)")
        }
        guard let estimated = index.estimatedSize, estimated > .zero else { return nil }
        let expected = min(Double(estimated.bytes) * growth(of: index), 1e18)
        let ratio = Double(index.size.bytes) / expected
        guard ratio > factor else { return nil }
        return Finding(
            ratio: ratio / factor,
            reason:
                "\(index.size), \(Decimals.threeDigits(ratio)) × the \(ByteCount(Int64(expected))) that the statistics let "
                + "expect; \(limit)", isGuess: true)
    }
}

/// The names that REINDEX CONCURRENTLY gives to what it builds and to what it replaces.
package enum LeftoverName {
    /// Longer names are cut, without splitting a character (`NAMEDATALEN` - 1).
    private static let bytesMax = 63

    /// Whether a leftover of a rebuild of this index may be called so: `…_ccnew`, `…_ccnew1`, `…_ccold` and so on, cut
    /// before the suffix (`makeObjectName` in src/backend/commands/indexcmds.c).
    package static func isLeftover(_ name: String, of index: String) -> Bool {
        guard let mark = name.ranges(of: "_cc").last?.lowerBound else { return false }
        let suffix = name[mark...]
        let word = ["_ccnew", "_ccold"].first { suffix.hasPrefix($0) }
        guard let word, suffix.dropFirst(word.count).utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return false
        }
        return name == cut(index, before: String(suffix))
    }

    /// The index's name with the suffix, both in 63 bytes.
    package static func cut(_ index: String, before suffix: String) -> String {
        var kept = ""
        var left = bytesMax - suffix.utf8.count
        for scalar in index.unicodeScalars {
            let width = String(scalar).utf8.count
            guard width <= left else { break }
            left -= width
            kept.unicodeScalars.append(scalar)
        }
        return kept + suffix
    }
}
