import Measures

/// What the job's file says of an object, and what people are told of the database as a whole.
extension MaintenanceSurvey {
    /// What becomes of a need by the job's limits alone.
    enum Verdict: Equatable {
        case take
        /// Not wanted, and nobody needs to be told.
        case leave
        case skip(because: String)
    }

    /// Emergencies are never left without a word, and no size keeps them.
    func choose(_ need: MaintenanceNeed) -> Verdict {
        let choice = limits.choice(of: need.kind)
        let word = need.kind.rawValue
        func leave(_ why: String) -> Verdict { need.isEmergency ? .skip(because: why) : .leave }
        guard choice.isOn else { return leave("'\(word)' is switched off in the job's file") }
        let names = [need.object, need.table]
        if let include = choice.include, !include.contains(where: { names.contains(where: $0.matches) }) {
            return leave("'\(word).include' does not name it")
        }
        if let pattern = choice.exclude.first(where: { names.contains(where: $0.matches) }) {
            return leave("'\(word).exclude' names it, by '\(pattern.text)'")
        }
        if need.isEmergency { return .take }
        let hasStaleCollation = need.kind == .reindex && need.ratio >= Self.staleRatio
        if need.comparedSize < choice.sizeMin, !hasStaleCollation { return .leave }
        if let most = choice.sizeMax, need.comparedSize > most {
            return .skip(because: "\(need.comparedSize) is above '\(word).max_size', \(most)")
        }
        return .take
    }

    /// For people, beside the actions.
    func notices() -> [String] {
        var lines: [String] = []
        if areStatisticsLost {
            lines.append(
                "the server has lost its counters of dead rows, as after a crash; ages and the visibility map count, "
                    + "and tables are analyzed")
        }
        lines += obstacles.notices()
        lines += strangers().sorted { $0.name < $1.name }.map { index in
            "\(index.name.schema).\(index.name.name) of \(index.tableName.name) is invalid, and not of our making: "
                + "it takes \(index.size) and every write maintains it"
        }
        if facts.indexes.contains(where: \.hasStaleCollation) {
            lines.append(
                "a collation has changed its version; once every index that sorts by it is rebuilt, say 'ALTER DATABASE … "
                    + "REFRESH COLLATION VERSION', or 'ALTER COLLATION … REFRESH VERSION'")
        }
        return lines + unknownNames()
    }

    /// Names without a wildcard that nothing in the database has.
    private func unknownNames() -> [String] {
        MaintenanceClass.allCases.flatMap { kind -> [String] in
            let choice = limits.choice(of: kind)
            let written =
                (choice.include ?? []).map { ("include", $0) } + choice.exclude.map { ("exclude", $0) }
            return written.filter { !$0.1.isPattern && !isKnown($0.1, kind) }.map { key, pattern in
                "'\(kind.rawValue).\(key)' names '\(pattern.text)', and nothing in this database is called so"
            }
        }
    }

    private func isKnown(_ pattern: NamePattern, _ kind: MaintenanceClass) -> Bool {
        facts.relations.contains { pattern.matches($0.name) }
            || (kind == .reindex && facts.indexes.contains { pattern.matches($0.name) })
    }
}
