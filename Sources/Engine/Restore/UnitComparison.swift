package import ArchiveFormat

/// Compares what surrounds the rows of a restored database with its backup: owner, locale, rights, settings,
/// extensions, sequences, materialized views, constraints and indexes.
package struct UnitComparison: Sendable {
    package var manifest: Manifest
    /// Nil for plain files, which have none: sequences, views and constraints cannot be compared then.
    package var contents: TableOfContents?
    package var state: RestoredState

    package init(manifest: Manifest, contents: TableOfContents?, state: RestoredState) {
        self.manifest = manifest
        self.contents = contents
        self.state = state
    }

    /// All lines, check by check.
    package func lines() -> [DrillLine] {
        database() + settings() + extensions() + sequences() + materializedViews() + constraints() + indexes()
    }

    // MARK: The database itself

    private func database() -> [DrillLine] {
        let saved = manifest.database
        var pairs = [
            ("owner", saved.owner, state.owner), ("encoding", saved.encoding, state.encoding),
            ("collation", saved.collate, state.collate), ("character type", saved.ctype, state.ctype),
            ("locale provider", saved.localeProvider, state.localeProvider),
        ]
        if let locale = saved.icuLocale { pairs.append(("locale", locale, state.icuLocale ?? "none")) }
        var lines: [DrillLine] = []
        for (name, expected, found) in pairs
        where name == "owner" ? expected != found : !Self.isSameLocale(expected, found) {
            lines.append(
                DrillLine(.database, name, expected: expected, found: found, state: .broken))
        }
        let same = pairs.count - lines.count
        if same > 0 {
            let names = pairs.map(\.0).filter { name in !lines.contains { $0.subject == name } }
            lines.insert(
                DrillLine(
                    .database, names.joined(separator: ", "), found: "as saved", state: .ok, count: same),
                at: 0)
        }
        return lines + rights()
    }

    /// Whether two names mean the same locale: `C.UTF-8` and `C.utf8` do.
    private static func isSameLocale(_ left: String, _ right: String) -> Bool {
        func plain(_ text: String) -> String { text.lowercased().replacing("-", with: "") }
        return plain(left) == plain(right)
    }

    private func rights() -> [DrillLine] {
        let expected = AccessItem.list(manifest.database.acl, owner: manifest.database.owner)
        let found = AccessItem.list(state.acl, owner: state.owner)
        guard let expected, let found else {
            return [.unknown(.database, "rights", "they could not be read")]
        }
        let (left, right) = (Set(expected), Set(found))
        var lines: [DrillLine] = []
        for item in left.subtracting(right).sorted(by: { ($0.name, $0.told) < ($1.name, $1.told) }) {
            let other = right.first { $0.grantee == item.grantee && $0.grantor == item.grantor }
            lines.append(
                DrillLine(
                    .database, "rights of \(item.name)", expected: item.told,
                    found: other?.told ?? "none", state: .broken))
        }
        for item in right.subtracting(left).sorted(by: { ($0.name, $0.told) < ($1.name, $1.told) })
        where !left.contains(where: { $0.grantee == item.grantee && $0.grantor == item.grantor }) {
            lines.append(
                DrillLine(
                    .database, "rights of \(item.name)", expected: "none", found: item.told, state: .broken))
        }
        guard lines.isEmpty else { return lines }
        let count = TextLines.count(left.count, "grant")
        return [DrillLine(.database, count, found: "as saved", state: .ok, count: left.count)]
    }

    private func settings() -> [DrillLine] {
        var (left, right) = (Self.split(manifest.database.settings), Self.split(state.settings))
        // An archive has those of roles among its own entries.
        if contents == nil, let saved = manifest.database.roleSettings {
            left.merge(Self.split(saved)) { first, _ in first }
            right.merge(Self.split(state.roleSettings)) { first, _ in first }
        }
        let names = Set(left.keys).union(right.keys).sorted()
        let lines = names.filter { left[$0] != right[$0] }.map { name in
            DrillLine(
                .settings, name, expected: left[name] ?? "none", found: right[name] ?? "none",
                state: .broken)
        }
        let same = names.count - lines.count
        guard same > 0 else { return lines }
        let subject = TextLines.count(same, "setting")
        return [DrillLine(.settings, subject, found: "as saved", state: .ok, count: same)] + lines
    }

    /// Values by name.
    private static func split(_ settings: [String]) -> [String: String] {
        Dictionary(settings.map(split)) { _, last in last }
    }

    /// Values by `name of role`.
    private static func split(_ settings: [Manifest.RoleSetting]) -> [String: String] {
        Dictionary(
            settings.map { one in
                let (name, value) = split(one.setting)
                return ("\(name) of role \(one.role)", value)
            }
        ) { _, last in last }
    }

    private static func split(_ setting: String) -> (String, String) {
        let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
    }

    private func extensions() -> [DrillLine] {
        var same = 0
        var lines: [DrillLine] = []
        for one in manifest.extensions {
            switch state.extensions[one.name] {
            case one.version: same += 1
            case let other?:
                // CREATE EXTENSION in a dump names no version, and so takes the server's default one.
                lines.append(
                    DrillLine(
                        .extensions, one.name, expected: one.version, found: other, state: .note, count: 1))
            case nil where manifest.partial != nil:
                lines.append(.note(.extensions, one.name, "the archive of a part holds no extensions"))
            case nil:
                lines.append(
                    DrillLine(
                        .extensions, one.name, expected: one.version, found: "nothing", state: .broken))
            }
        }
        guard same > 0 else { return lines }
        let subject = TextLines.count(same, "extension")
        return [DrillLine(.extensions, subject, found: "as saved", state: .ok, count: same)] + lines
    }
}
