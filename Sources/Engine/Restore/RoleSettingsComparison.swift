import ArchiveFormat

/// Compares the settings that roles have in one database, which are neither those of the roles nor of the database:
/// `ALTER ROLE … IN DATABASE … SET`, kept in an archive's entry for the database's properties.
struct RoleSettingsComparison: Sendable {
    let expected: TableOfContents
    let found: TableOfContents

    /// A line for all that are as they were, and one for each that is not.
    func lines() -> [DrillLine] {
        let (left, right) = (Self.settings(expected), Self.settings(found))
        let names = Set(left.keys).union(right.keys).sorted()
        let broken = names.filter { left[$0] != right[$0] }.map { name in
            DrillLine(
                .settings, name, expected: left[name] ?? "none", found: right[name] ?? "none", state: .broken)
        }
        let same = names.count - broken.count
        guard same > 0 else { return broken }
        let subject = TextLines.count(same, "setting of a role", "settings of roles")
        return [DrillLine(.settings, subject, found: "as saved", state: .ok, count: same)] + broken
    }

    /// Values by `role, name`.
    private static func settings(_ contents: TableOfContents) -> [String: String] {
        var settings: [String: String] = [:]
        for entry in contents.entries where entry.kind == "DATABASE PROPERTIES" {
            for statement in GlobalsScript.parse(entry.definition?.bytes ?? []).statements {
                guard case .roleSetting(let role, _?, let name) = statement.kind else { continue }
                let at = statement.tokens.firstIndex { $0.isWord("TO") || $0.isSymbol("=") }
                let value = statement.tokens[(at.map { $0 + 1 } ?? statement.tokens.count)...]
                settings["\(name) of role \(role)"] = value.map(\.text).joined(separator: " ")
            }
        }
        return settings
    }
}
