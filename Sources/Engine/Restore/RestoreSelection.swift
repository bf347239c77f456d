package import ArchiveFormat

/// The entries of an archive that a restore of single tables or schemas needs.
///
/// `pg_restore --table` leaves out indexes, constraints, and the schema itself, so what it restores is not the table
/// that was saved. Here a table comes with all that belongs to it, and with all that it cannot be without: its schema,
/// types, functions and sequences, and for views the tables below them. A foreign key comes only where both tables do.
package struct RestoreSelection: Sendable, Equatable {
    /// In the archive's order.
    package var dumpIDs: [Int32]
    /// Names that match nothing.
    package var missing: [String]

    /// What `pg_restore --use-list` reads.
    package var list: String { dumpIDs.map { "\($0);\n" }.joined() }

    /// Chooses.
    ///
    /// - Parameters:
    ///   - tables: Tables, views and sequences as `name` or `schema.name`.
    ///   - schemas: Schemas with all that is in them.
    package static func choose(
        tables: [String], schemas: [String], in contents: TableOfContents
    ) -> RestoreSelection {
        var search = SelectionSearch(contents.entries)
        let missing =
            tables.filter { name in
                !search.add { relations.contains($0.kind) && ($0.name == name || $0.qualifiedName == name) }
            }
            + schemas.filter { name in
                !search.add { $0.schema == name || ($0.kind == "SCHEMA" && $0.name == name) }
            }
        search.complete()
        return RestoreSelection(
            dumpIDs: contents.entries.map(\.dumpID).filter(search.chosen.contains), missing: missing)
    }

    /// What has a name like a table's.
    static let relations: Set<String> = ["TABLE", "FOREIGN TABLE", "VIEW", "MATERIALIZED VIEW", "SEQUENCE"]
}

/// Adds to chosen entries what belongs to them and what they need, until nothing is added any more.
private struct SelectionSearch {
    let entries: [TOCEntry]
    let byID: [Int32: TOCEntry]
    var chosen: Set<Int32> = []

    /// What belongs to the relation that it depends on.
    private static let parts: Set<String> = [
        "TABLE DATA", "INDEX", "ROW SECURITY", "SEQUENCE SET", "MATERIALIZED VIEW DATA", "STATISTICS",
        "STATISTICS DATA",
    ]
    /// What belongs to a relation whose name begins its own, and may depend on other relations too.
    private static let named: Set<String> = [
        "CONSTRAINT", "CHECK CONSTRAINT", "DEFAULT", "TRIGGER", "RULE", "POLICY",
    ]
    /// What belongs to any object.
    private static let remarks: Set<String> = ["ACL", "COMMENT", "SECURITY LABEL"]
    /// What comes only when everything that it is between has been chosen.
    private static let ties: Set<String> = [
        "FK CONSTRAINT", "TABLE ATTACH", "INDEX ATTACH", "SEQUENCE OWNED BY",
    ]

    init(_ entries: [TOCEntry]) {
        self.entries = entries
        byID = Dictionary(entries.map { ($0.dumpID, $0) }) { first, _ in first }
    }

    /// - Returns: Whether there was any.
    mutating func add(_ matches: (TOCEntry) -> Bool) -> Bool {
        let found = entries.filter { matches($0) && !Self.ties.contains($0.kind) }
        chosen.formUnion(found.map(\.dumpID))
        return !found.isEmpty
    }

    mutating func complete() {
        var before = -1
        // Each round adds something, so there are at most as many as entries.
        while chosen.count != before {
            before = chosen.count
            for entry in entries where !chosen.contains(entry.dumpID) {
                if isWanted(entry) { chosen.insert(entry.dumpID) }
            }
            for entry in entries where chosen.contains(entry.dumpID) {
                chosen.formUnion(needs(of: entry).filter { byID[$0] != nil })
            }
        }
    }

    private func isWanted(_ entry: TOCEntry) -> Bool {
        let needed = needs(of: entry).compactMap { byID[$0] }
        guard !needed.isEmpty else { return false }
        if Self.ties.contains(entry.kind) {
            return needed.allSatisfy { chosen.contains($0.dumpID) } || isPartition(entry, needed)
        }
        let there = needed.filter { chosen.contains($0.dumpID) }
        if Self.remarks.contains(entry.kind) { return !there.isEmpty }
        let relations = there.filter { RestoreSelection.relations.contains($0.kind) }
        if Self.parts.contains(entry.kind) { return !relations.isEmpty }
        return Self.named.contains(entry.kind) && relations.contains { entry.name.hasPrefix("\($0.name) ") }
    }

    /// A partitioned table holds its rows in its partitions, so it comes with them; a partition comes alone.
    private func isPartition(_ entry: TOCEntry, _ needed: [TOCEntry]) -> Bool {
        entry.kind == "TABLE ATTACH"
            && needed.contains { chosen.contains($0.dumpID) && $0.qualifiedName != entry.qualifiedName }
    }

    private func needs(of entry: TOCEntry) -> [Int32] {
        entry.dependencies.compactMap { Int32($0.display) }
    }
}
