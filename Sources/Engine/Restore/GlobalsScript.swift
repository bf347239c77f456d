import ArchiveFormat

/// The statements of a `pg_dumpall --globals-only` script: roles, their settings and memberships, and tablespaces.
///
/// It holds password hashes; nothing that is printed of it does. Authority: `src/bin/pg_dump/pg_dumpall.c`.
package struct GlobalsScript: Sendable, Equatable {
    package var statements: [Statement]

    /// One statement with what it does.
    package struct Statement: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
        package var kind: Kind
        /// For the server; it may hold a password hash and is never printed.
        package var sql: String
        let tokens: [SQLToken]

        /// What it does, without any string that it holds.
        package var description: String { kind.title }
        /// The same as ``description``.
        package var debugDescription: String { description }

        package static func == (left: Self, right: Self) -> Bool {
            left.kind == right.kind && left.sql == right.sql
        }
    }

    /// What a statement does.
    package enum Kind: Sendable, Equatable {
        case createRole(String)
        case alterRole(String)
        /// `ALTER ROLE … SET`, in one database or in all.
        case roleSetting(role: String, database: String?, name: String)
        case roleComment(String)
        case roleLabel(String)
        case membership(Membership)
        case createTablespace(String)
        /// ALTER, COMMENT, GRANT and the like on a tablespace.
        case tablespaceOther(String)
        /// `SET` for the session.
        case setting
        case other
    }

    /// That a role is a member of another one.
    package struct Membership: Sendable, Hashable {
        package var role: String
        package var member: String
        package var grantedBy: String?
        /// `ADMIN`, `INHERIT` and `SET` with their values, where they are said.
        package var options: [String: String]
    }

    /// Reads the script; commands of psql and comments are left out.
    package static func parse(_ bytes: [UInt8]) -> GlobalsScript {
        GlobalsScript(
            statements: SQLText(bytes).statements.filter { !$0.isCommand }.map { one in
                Statement(kind: Kind(one.tokens), sql: one.text, tokens: one.tokens)
            })
    }

    /// The role that `initdb` made on the saved server, as far as the script tells: a superuser who granted
    /// memberships, else `postgres` if that is a superuser, else the first one, else `postgres`.
    package var bootstrapRole: String {
        let superusers = statements.compactMap { one -> String? in
            guard case .alterRole(let role) = one.kind else { return nil }
            return one.tokens.contains { $0.isWord("SUPERUSER") } ? role : nil
        }
        let grantors = statements.compactMap { one -> String? in
            guard case .membership(let membership) = one.kind else { return nil }
            return membership.grantedBy
        }
        if let grantor = grantors.first(where: { superusers.contains($0) }) { return grantor }
        if superusers.contains("postgres") { return "postgres" }
        return superusers.first ?? "postgres"
    }

    /// The roles that the script makes, in its order.
    package var roles: [String] {
        statements.compactMap { one in
            guard case .createRole(let role) = one.kind else { return nil }
            return role
        }
    }

    /// The tablespaces that the script makes, in its order.
    package var tablespaces: [String] {
        statements.compactMap { one in
            guard case .createTablespace(let name) = one.kind else { return nil }
            return name
        }
    }
}

extension GlobalsScript.Kind {
    /// What a statement of these tokens does.
    init(_ tokens: [SQLToken]) {
        let words = tokens.prefix(3).map { $0.text.uppercased() }
        func name(_ index: Int) -> String { index < tokens.count ? tokens[index].identifier ?? "" : "" }
        switch words.first {
        case "SET": self = .setting
        case "CREATE" where ["ROLE", "USER", "GROUP"].contains(words.dropFirst().first):
            self = .createRole(name(2))
        case "CREATE" where words.dropFirst().first == "TABLESPACE": self = .createTablespace(name(2))
        case "ALTER" where words.dropFirst().first == "TABLESPACE": self = .tablespaceOther(name(2))
        case "ALTER" where ["ROLE", "USER"].contains(words.dropFirst().first): self = Self.alter(tokens)
        case "COMMENT", "SECURITY": self = Self.about(tokens, isLabel: words.first == "SECURITY")
        case "GRANT", "REVOKE": self = Self.grant(tokens, isGrant: words.first == "GRANT")
        case .some, .none: self = .other
        }
    }

    private static func alter(_ tokens: [SQLToken]) -> Self {
        let role = tokens.count > 2 ? tokens[2].identifier ?? "" : ""
        var rest = tokens.dropFirst(3)
        var database: String?
        if rest.first?.isWord("IN") == true {
            database = rest.dropFirst(2).first?.identifier
            rest = rest.dropFirst(3)
        }
        guard rest.first?.isWord("SET") == true || rest.first?.isWord("RESET") == true else {
            return .alterRole(role)
        }
        let name = rest.dropFirst().prefix { !$0.isWord("TO") && !$0.isSymbol("=") }
        return .roleSetting(
            role: role, database: database, name: name.map { $0.identifier ?? $0.text }.joined())
    }

    private static func about(_ tokens: [SQLToken], isLabel: Bool) -> Self {
        guard let on = tokens.firstIndex(where: { $0.isWord("ON") }), on + 2 < tokens.count else {
            return .other
        }
        let name = tokens[on + 2].identifier ?? ""
        if tokens[on + 1].isWord("TABLESPACE") { return .tablespaceOther(name) }
        guard tokens[on + 1].isWord("ROLE") else { return .other }
        return isLabel ? .roleLabel(name) : .roleComment(name)
    }

    private static func grant(_ tokens: [SQLToken], isGrant: Bool) -> Self {
        if let on = tokens.firstIndex(where: { $0.isWord("ON") }) {
            guard on + 2 < tokens.count, tokens[on + 1].isWord("TABLESPACE") else { return .other }
            return .tablespaceOther(tokens[on + 2].identifier ?? "")
        }
        guard isGrant, tokens.count >= 4, let role = tokens[1].identifier, tokens[2].isWord("TO"),
            let member = tokens[3].identifier
        else { return .other }
        var rest = tokens.dropFirst(4)
        var options: [String: String] = [:]
        if rest.first?.isWord("WITH") == true {
            rest = rest.dropFirst()
            while let option = rest.first, let value = rest.dropFirst().first, !option.isWord("GRANTED") {
                options[option.text.uppercased()] = value.isWord("OPTION") ? "TRUE" : value.text.uppercased()
                rest = rest.dropFirst(2)
                if rest.first?.isSymbol(",") == true { rest = rest.dropFirst() }
            }
        }
        let isGranted = rest.first?.isWord("GRANTED") == true
        return .membership(
            .init(
                role: role, member: member, grantedBy: isGranted ? rest.dropFirst(2).first?.identifier : nil,
                options: options))
    }

    /// What it does, for people.
    var title: String {
        switch self {
        case .createRole(let role): "role \(role)"
        case .alterRole(let role): "attributes of role \(role)"
        case .roleSetting(let role, let database, let name):
            "setting \(name) of role \(role)" + (database.map { " in database \($0)" } ?? "")
        case .roleComment(let role): "comment on role \(role)"
        case .roleLabel(let role): "security label of role \(role)"
        case .membership(let one): "membership of \(one.member) in \(one.role)"
        case .createTablespace(let name): "tablespace \(name)"
        case .tablespaceOther(let name): "properties of tablespace \(name)"
        case .setting: "setting of the session"
        case .other: "another statement"
        }
    }

    /// The role that a statement changes by itself; nil for memberships and what is not about one role.
    var changedRole: String? {
        switch self {
        case .createRole(let role), .alterRole(let role), .roleSetting(let role, _, _),
            .roleComment(let role),
            .roleLabel(let role):
            role
        case .membership, .createTablespace, .tablespaceOther, .setting, .other: nil
        }
    }
}
