package import ArchiveFormat

/// Compares what an archive defines with what a schema-only dump of the restored database defines, entry by entry.
///
/// An entry is known by what it is, its schema and its name. Dump ids, OIDs, dependencies and the order of entries say
/// nothing. Rows, sequences' values and statistics have checks of their own, and so have the database's own properties,
/// since it may have another name. Where the two were dumped by, or from, different major versions, definitions are
/// written differently, and only presence and owners are compared.
package struct DefinitionComparison: Sendable {
    /// The archive's own table of contents.
    package var expected: TableOfContents
    /// The one of the restored database.
    package var found: TableOfContents
    /// Whether tablespaces were mapped away, so that they say nothing.
    package var ignoresTablespaces: Bool
    /// Whether the archive is a part of a database; what is found besides is only noted then.
    package var isPartial: Bool

    package init(
        expected: TableOfContents, found: TableOfContents, ignoresTablespaces: Bool, isPartial: Bool = false
    ) {
        self.expected = expected
        self.found = found
        self.ignoresTablespaces = ignoresTablespaces
        self.isPartial = isPartial
    }

    /// A line for everything that is as it was, one for each difference, and notes.
    package func lines() -> [DrillLine] {
        let largeObjects = found.entries.contains { Self.largeObjectKinds.contains($0.kind) }
        let left = Self.keyed(expected.entries.filter { Self.compares($0, largeObjects: largeObjects) })
        let right = Self.keyed(found.entries.filter { Self.compares($0, largeObjects: largeObjects) })
        var tally = Tally()
        for (key, entries) in left.sorted(by: { $0.value.order < $1.value.order }) {
            compare(entries.entries, right[key]?.entries ?? [], &tally)
        }
        for (_, entries) in right.filter({ left[$0.key] == nil }).sorted(by: {
            $0.value.order < $1.value.order
        }) {
            for entry in entries.entries { extra(entry, &tally) }
        }
        return summary(tally) + tally.lines + notes(tally, largeObjects: largeObjects)
    }

    /// Whether only presence and owners can be compared.
    package var isAcrossMajors: Bool {
        Self.majors(expected.header) != Self.majors(found.header)
    }

    private struct Tally {
        var same = 0
        var lines: [DrillLine] = []
        var rewritten: [String] = []
    }

    /// What an entry is known by.
    private struct Key: Hashable {
        var kind: ArchiveText?
        var namespace: ArchiveText?
        var tag: ArchiveText?
    }

    private static func keyed(_ entries: [TOCEntry]) -> [Key: (order: Int, entries: [TOCEntry])] {
        var keyed: [Key: (order: Int, entries: [TOCEntry])] = [:]
        keyed.reserveCapacity(entries.count)
        for (order, entry) in entries.enumerated() {
            let key = Key(kind: entry.description, namespace: entry.namespace, tag: entry.tag)
            keyed[key, default: (order, [])].entries.append(entry)
        }
        return keyed
    }

    private static let largeObjectKinds: Set<String> = ["BLOB", "BLOB METADATA"]
    private static let others: Set<String> = [
        "TABLE DATA", "BLOBS", "BLOB COMMENTS", "SEQUENCE SET", "MATERIALIZED VIEW DATA", "STATISTICS DATA",
        "DATABASE", "DATABASE PROPERTIES",
    ]
    private static let aboutObjects: Set<String> = ["ACL", "COMMENT", "SECURITY LABEL"]

    /// Whether an entry is compared here.
    private static func compares(_ entry: TOCEntry, largeObjects: Bool) -> Bool {
        let kind = entry.kind
        if others.contains(kind) { return false }
        if largeObjectKinds.contains(kind) { return largeObjects }
        guard aboutObjects.contains(kind), let tag = entry.tag?.bytes else { return true }
        if tag.starts(with: Array("DATABASE ".utf8)) { return false }
        let isLarge =
            tag.starts(with: Array("LARGE OBJECT ".utf8)) || tag.starts(with: Array("LARGE OBJECTS ".utf8))
        return largeObjects || !isLarge
    }

    private static func majors(_ header: ArchiveHeader) -> [Substring] {
        [header.serverVersion, header.dumpVersion].map { text in
            (text?.display ?? "").prefix { $0.isNumber }
        }
    }

    /// Pairs the entries of one key: those that are the same first, then in order.
    private func compare(_ left: [TOCEntry], _ right: [TOCEntry], _ tally: inout Tally) {
        if left.count == 1, right.count == 1 {
            pair(left[0], right[0], &tally)
            return
        }
        var rest = right
        var open: [TOCEntry] = []
        for entry in left {
            if let match = rest.firstIndex(where: { difference(entry, $0) == nil }) {
                rest.remove(at: match)
                tally.same += 1
            } else {
                open.append(entry)
            }
        }
        for entry in open {
            // The one with the same owner is likelier the same object.
            let match = rest.firstIndex { $0.owner == entry.owner } ?? rest.indices.first
            if let match {
                pair(entry, rest.remove(at: match), &tally)
            } else {
                tally.lines.append(
                    DrillLine(.definition, entry.titled, found: "it is missing", state: .broken))
            }
        }
        for entry in rest { extra(entry, &tally) }
    }

    private func pair(_ left: TOCEntry, _ right: TOCEntry, _ tally: inout Tally) {
        guard let difference = difference(left, right) else {
            tally.same += 1
            return
        }
        if difference.isOnlyWriting {
            tally.same += 1
            tally.rewritten.append(left.titled)
            return
        }
        tally.lines.append(
            DrillLine(
                .definition, "\(left.titled), \(difference.part)", expected: difference.expected,
                found: difference.found, state: .broken))
    }

    private func extra(_ entry: TOCEntry, _ tally: inout Tally) {
        let text = "it is not in the archive"
        tally.lines.append(
            isPartial
                ? .note(.definition, entry.titled, text)
                : DrillLine(.definition, entry.titled, found: text, state: .broken))
    }

    private func difference(_ left: TOCEntry, _ right: TOCEntry) -> DefinitionDifference? {
        DefinitionDifference(
            left, right, onlyOwners: isAcrossMajors, ignoresTablespaces: ignoresTablespaces)
    }

    private func summary(_ tally: Tally) -> [DrillLine] {
        guard tally.same > 0 else { return [] }
        let what = TextLines.count(tally.same, "definition")
        return [DrillLine(.definition, what, found: "as in the archive", state: .ok, count: tally.same)]
    }

    private func notes(_ tally: Tally, largeObjects: Bool) -> [DrillLine] {
        var notes: [DrillLine] = []
        if isAcrossMajors {
            let versions = Self.majors(expected.header) + Self.majors(found.header)
            notes.append(
                .note(
                    .definition, "versions",
                    "dumped from \(versions[0]) by pg_dump \(versions[1]), compared with a dump from \(versions[2])"
                        + " by \(versions[3]): only names and owners are compared"))
        }
        if let first = tally.rewritten.first {
            let more = tally.rewritten.count > 1 ? " and \(tally.rewritten.count - 1) more" : ""
            notes.append(
                .note(
                    .definition, "\(first)\(more)",
                    "written with other brackets or casts, as the server does when it reads its own text"))
        }
        if !largeObjects, expected.entries.contains(where: { Self.largeObjectKinds.contains($0.kind) }) {
            notes.append(
                .note(.definition, "large objects", "their owners and rights are not compared"))
        }
        return notes
    }
}

extension TOCEntry {
    /// What it is and its name, for people: `TABLE shop.orders`, `ACL of TABLE shop.orders`.
    var titled: String {
        let about: Set<String> = ["ACL", "COMMENT", "SECURITY LABEL"]
        guard about.contains(kind), let gap = name.firstIndex(of: " "), let schema else {
            return about.contains(kind) ? "\(kind) of \(name)" : "\(kind) \(qualifiedName)"
        }
        return "\(kind) of \(name[..<gap]) \(schema).\(name[name.index(after: gap)...])"
    }
}
