import ArchiveFormat

extension UnitComparison {
    // MARK: What the table of contents tells

    /// Every value that the archive sets.
    func sequences() -> [DrillLine] {
        guard let contents else { return [unread(.sequences)] }
        let found = Dictionary(
            state.sequences.map { (ContentProof.Name(schema: $0.schema, name: $0.name), $0) },
            uniquingKeysWith: { first, _ in first })
        var same = 0
        var lines: [DrillLine] = []
        for entry in contents.entries where entry.kind == "SEQUENCE SET" {
            guard let value = entry.sequenceValue else {
                lines.append(.unknown(.sequences, entry.qualifiedName, "its value could not be read"))
                continue
            }
            let expected = Self.told(value.last, value.isCalled)
            let name = ContentProof.Name(schema: entry.schema ?? "", name: entry.name)
            let one = found[name].map { Self.told($0.lastValue, $0.isCalled) }
            if one == expected {
                same += 1
            } else {
                lines.append(
                    DrillLine(
                        .sequences, "\(name)", expected: expected, found: one ?? "nothing", state: .broken))
            }
        }
        return summary(.sequences, same, "sequence") + lines
    }

    private static func told(_ last: Int64, _ isCalled: Bool) -> String {
        isCalled ? "\(last)" : "\(last), not used yet"
    }

    /// Those that held data must hold data.
    func materializedViews() -> [DrillLine] {
        guard let contents else { return [unread(.materializedViews)] }
        let names = contents.entries.filter { $0.kind == "MATERIALIZED VIEW DATA" }.map(\.qualifiedName)
        var lines: [DrillLine] = []
        for name in names where state.materializedViews[name] != true {
            let found = state.materializedViews[name] == nil ? "no such view" : "not populated"
            lines.append(
                DrillLine(
                    .materializedViews, name, expected: "populated", found: found, state: .broken))
        }
        return summary(.materializedViews, names.count - lines.count, "materialized view") + lines
    }

    /// None may be left unvalidated that the archive does not define so.
    func constraints() -> [DrillLine] {
        guard let contents else {
            let found = state.notValidConstraints
            return found.isEmpty
                ? [DrillLine(.constraints, "all", found: "validated", state: .ok)]
                : found.map { .unknown(.constraints, $0, "not validated; a plain archive does not tell why") }
        }
        let all = contents.entries.filter { Self.constraintKinds.contains($0.kind) }
        let open = all.filter(\.isNotValid)
        let allowed = Set(open.flatMap(\.constraintNames))
        // A constraint of a partitioned table has ones of the same name on its partitions.
        let names = Set(open.flatMap { $0.name.split(separator: " ").suffix(1) })
        let broken = state.notValidConstraints.filter { one in
            !allowed.contains(one) && !names.contains(one.split(separator: ".").last ?? "")
        }
        let lines = broken.map { name in
            DrillLine(.constraints, name, expected: "validated", found: "not validated", state: .broken)
        }
        let same = max(0, all.count - broken.count)
        let notValid = open.isEmpty ? "as defined" : "as defined, \(open.count) of them not validated"
        guard same > 0 else { return lines }
        let subject = TextLines.count(same, "constraint")
        return [DrillLine(.constraints, subject, found: notValid, state: .ok, count: same)] + lines
    }

    private static let constraintKinds: Set<String> = [
        "CONSTRAINT", "CHECK CONSTRAINT", "FK CONSTRAINT",
    ]

    /// None may be invalid; but an index of a partitioned table stays so until each partition has its part, which may
    /// have been so before.
    func indexes() -> [DrillLine] {
        let all = contents?.entries.filter { $0.kind == "INDEX" } ?? []
        let partitioned = Set(all.filter(\.isOnParentOnly).map(\.qualifiedName))
        let lines = state.invalidIndexes.map { name in
            if contents == nil {
                return DrillLine.unknown(.indexes, name, "not valid; a plain archive does not tell why")
            }
            return partitioned.contains(name)
                ? DrillLine.note(.indexes, name, "not valid: not every partition has its part of it")
                : DrillLine(.indexes, name, expected: "valid", found: "not valid", state: .broken)
        }
        let same = all.count - lines.count
        if same > 0 {
            let subject = TextLines.count(same, "index", "indexes")
            return [DrillLine(.indexes, subject, found: "valid", state: .ok, count: same)] + lines
        }
        return lines.isEmpty ? [DrillLine(.indexes, "all", found: "valid", state: .ok)] : lines
    }

    private func summary(_ check: DrillLine.Check, _ count: Int, _ what: String) -> [DrillLine] {
        guard count > 0 else { return [] }
        return [
            DrillLine(
                check, TextLines.count(count, what), found: "as in the archive", state: .ok, count: count)
        ]
    }

    private func unread(_ check: DrillLine.Check) -> DrillLine {
        .note(check, "all", "not compared: a plain archive has no table of contents")
    }
}

extension TOCEntry {
    /// What a SEQUENCE SET entry sets: `SELECT pg_catalog.setval('shop.id_seq', 5, true);`.
    var sequenceValue: (last: Int64, isCalled: Bool)? {
        let tokens = SQLText(definition?.bytes ?? []).tokens
        guard let comma = tokens.firstIndex(where: { $0.isSymbol(",") }) else { return nil }
        var rest = tokens[(comma + 1)...]
        let isNegative = rest.first?.isSymbol("-") == true
        if isNegative { rest = rest.dropFirst() }
        guard let digits = rest.first?.text, let last = Int64((isNegative ? "-" : "") + digits),
            let called = rest.dropFirst(2).first
        else { return nil }
        return (last, called.isWord("TRUE"))
    }

    /// Whether the archive defines a constraint that no row was checked against.
    var isNotValid: Bool {
        let tokens = SQLText(definition?.bytes ?? []).tokens
        return zip(tokens, tokens.dropFirst()).contains { one, two in
            one.isWord("NOT") && (two.isWord("VALID") || two.isWord("ENFORCED"))
        }
    }

    /// Whether an index is of a partitioned table alone: `CREATE INDEX … ON ONLY …`.
    var isOnParentOnly: Bool {
        let tokens = SQLText(definition?.bytes ?? []).tokens
        return zip(tokens, tokens.dropFirst()).contains { $0.isWord("ON") && $1.isWord("ONLY") }
    }

    /// `schema.table.constraint` for each way to split the tag `table constraint`, whose names may hold spaces.
    fileprivate var constraintNames: [String] {
        name.indices.filter { name[$0] == " " }.map { gap in
            let table = name[..<gap]
            let constraint = name[name.index(after: gap)...]
            return (schema.map { "\($0)." } ?? "") + "\(table).\(constraint)"
        }
    }
}
