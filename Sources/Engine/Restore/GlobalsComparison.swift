package import ArchiveFormat
import Faults

/// Compares the roles of a set with those of the cluster that they were restored into, both as `pg_dumpall
/// --globals-only` writes them.
///
/// Password hashes are compared and never shown. Between different major versions only the names of roles and the pairs
/// of memberships are compared.
package struct GlobalsComparison: Sendable {
    private let expected: GlobalsScript
    private let found: GlobalsScript
    private let ignoring: Set<String>
    private let sameMajor: Bool
    private let passwords: Manifest.Globals

    /// - Parameters:
    ///   - ignoring: Roles of the cluster that are not restored ones, such as our own.
    ///   - passwords: Whether the set holds password hashes.
    package init(
        expected: GlobalsScript, found: GlobalsScript, ignoring: Set<String>, sameMajor: Bool,
        passwords: Manifest.Globals
    ) {
        self.expected = expected
        self.found = found
        self.ignoring = ignoring
        self.sameMajor = sameMajor
        self.passwords = passwords
    }

    /// The role that a drill makes for itself.
    package static let ownRole = "pgvigil drill"

    /// A line for all roles that are as they were, one for each difference, and notes.
    package func lines() -> [DrillLine] {
        let (left, right) = (Roles(expected, ignoring), Roles(found, ignoring))
        var lines: [DrillLine] = []
        var same = 0
        for name in left.order {
            guard let role = left.roles[name] else { continue }
            guard let other = right.roles[name] else {
                lines.append(missing("role \(name)"))
                continue
            }
            let differences = sameMajor ? attributes(name, role, other) : []
            if differences.isEmpty { same += 1 }
            lines += differences
        }
        let (memberships, members) = memberships(left, right)
        lines += memberships
        if same + members > 0 {
            let text = "\(TextLines.count(same, "role")), \(TextLines.count(members, "membership"))"
            lines.insert(
                DrillLine(.roles, text, found: "as in the set", state: .ok, count: same + members), at: 0)
        }
        return lines + notes(left, right)
    }

    private func broken(_ subject: String, _ expected: String, _ found: String) -> DrillLine {
        DrillLine(
            .roles, subject, expected: FaultText.oneLine(expected), found: FaultText.oneLine(found),
            state: .broken)
    }

    private func missing(_ subject: String) -> DrillLine {
        DrillLine(.roles, subject, found: "it is missing", state: .broken)
    }

    private func attributes(_ name: String, _ left: Role, _ right: Role) -> [DrillLine] {
        var lines: [DrillLine] = []
        for key in Set(left.values.keys).union(right.values.keys).sorted()
        where left.values[key] != right.values[key] {
            lines.append(
                broken(
                    "role \(name), \(key)", left.values[key] ?? "none", right.values[key] ?? "none"))
        }
        if passwords == .withPasswords, left.password != right.password {
            let text =
                switch (left.password, right.password) {
                case (.some, .some): ("a hash", "another one")
                case (.some, nil): ("a hash", "none")
                case (nil, _): ("none", "a hash")
                }
            lines.append(broken("role \(name), password", text.0, text.1))
        }
        return lines
    }

    /// Differences of memberships, and how many are the same.
    private func memberships(_ left: Roles, _ right: Roles) -> (lines: [DrillLine], same: Int) {
        var lines: [DrillLine] = []
        var same = 0
        for one in left.memberships {
            let pair = right.memberships.filter { $0.role == one.role && $0.member == one.member }
            let subject = "membership of \(one.member) in \(one.role)"
            if pair.isEmpty {
                lines.append(missing(subject))
            } else if !sameMajor || pair.contains(one) {
                same += 1
            } else {
                // The grantor that is the same is likelier the same grant.
                let other = pair.first { $0.grantedBy == one.grantedBy } ?? pair[0]
                lines.append(broken(subject, Self.told(one), Self.told(other)))
            }
        }
        for one in right.memberships
        where !left.memberships.contains(where: { $0.role == one.role && $0.member == one.member }) {
            lines.append(
                DrillLine(
                    .roles, "membership of \(one.member) in \(one.role)", found: "it is not in the set",
                    state: .broken))
        }
        return (lines, same)
    }

    private static func told(_ one: GlobalsScript.Membership) -> String {
        let options = one.options.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        let grantor = one.grantedBy.map { ["granted by \($0)"] } ?? []
        let all = options + grantor
        return all.isEmpty ? "no options" : all.joined(separator: ", ")
    }

    private func notes(_ left: Roles, _ right: Roles) -> [DrillLine] {
        var notes: [DrillLine] = []
        let extra = right.order.filter { left.roles[$0] == nil }
        if !extra.isEmpty {
            notes.append(.note(.roles, extra.joined(separator: ", "), "not in the set"))
        }
        if !sameMajor {
            notes.append(
                .note(.roles, "versions", "of another major: only names and memberships are compared"))
        } else if passwords == .withoutPasswords {
            notes.append(.note(.roles, "passwords", "the set holds none: every role needs a new one"))
        }
        return notes
    }

    /// What is known of one role.
    private struct Role {
        /// Attributes, settings and the comment, by a name for people.
        var values: [String: String] = [:]
        var password: String?
    }

    /// All roles of a script.
    private struct Roles {
        var order: [String] = []
        var roles: [String: Role] = [:]
        var memberships: [GlobalsScript.Membership] = []

        init(_ script: GlobalsScript, _ ignoring: Set<String>) {
            for one in script.statements {
                if case .membership(let membership) = one.kind {
                    let names = [membership.role, membership.member]
                    if !names.contains(where: ignoring.contains) { memberships.append(membership) }
                }
                guard let name = one.kind.changedRole, !ignoring.contains(name) else { continue }
                if roles[name] == nil {
                    order.append(name)
                    roles[name] = Role()
                }
                read(one, into: name)
            }
        }

        private mutating func read(_ one: GlobalsScript.Statement, into name: String) {
            func after(_ word: String) -> String {
                let at = one.tokens.firstIndex { $0.isWord(word) || ($0.isSymbol("=") && word == "TO") }
                return one.tokens[(at.map { $0 + 1 } ?? one.tokens.count)...].map(\.text)
                    .joined(separator: " ")
            }
            switch one.kind {
            case .roleSetting(_, let database, let setting):
                let place = database.map { " in database \($0)" } ?? ""
                roles[name]?.values["setting \(setting)\(place)"] = after("TO")
            case .roleComment: roles[name]?.values["comment"] = after("IS")
            case .roleLabel:
                let provider = one.tokens.count > 3 ? one.tokens[3].text : ""
                roles[name]?.values["security label of \(provider)"] = after("IS")
            case .alterRole: readAttributes(one.tokens.dropFirst(3), into: name)
            case .createRole, .membership, .createTablespace, .tablespaceOther, .setting, .other: break
            }
        }

        /// `WITH NOSUPERUSER … CONNECTION LIMIT 20 PASSWORD '…' VALID UNTIL '…'`.
        private mutating func readAttributes(_ tokens: ArraySlice<SQLToken>, into name: String) {
            var rest = tokens
            while let token = rest.popFirst() {
                let word = token.text.uppercased()
                switch word {
                case "WITH": break
                case "PASSWORD": roles[name]?.password = rest.popFirst()?.text
                case "CONNECTION", "VALID":
                    rest = rest.dropFirst()
                    var value = rest.popFirst()?.text ?? ""
                    if value == "-" { value += rest.popFirst()?.text ?? "" }
                    roles[name]?.values[word == "VALID" ? "valid until" : "connection limit"] = value
                default:
                    let isOff = word.hasPrefix("NO")
                    let key = (isOff ? String(word.dropFirst(2)) : word).lowercased()
                    roles[name]?.values[key] = isOff ? "no" : "yes"
                }
            }
        }
    }
}
