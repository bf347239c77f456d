/// One grant on a database, as `pg_database.datacl` holds it: `role=CTc/grantor`.
///
/// Authority: `aclparse` in PostgreSQL, `src/backend/utils/adt/acl.c`.
package struct AccessItem: Sendable, Hashable {
    /// Nil for everybody.
    package var grantee: String?
    /// What is granted, and whether it may be granted on.
    package var privileges: Set<Privilege>
    package var grantor: String

    /// One right on a database.
    package struct Privilege: Sendable, Hashable, Comparable {
        /// `CREATE`, `TEMPORARY`, `CONNECT`; another letter stands for itself.
        package var name: String
        package var mayGrant: Bool

        package static func < (left: Privilege, right: Privilege) -> Bool { left.name < right.name }
    }

    /// The items of an array's text; nil for text that is none.
    ///
    /// - Parameters:
    ///   - text: `datacl` as text; nil for the default: everybody may connect and make temporary tables, and the
    ///     owner may do all (`acldefault`).
    ///   - owner: The owner of the database.
    package static func list(_ text: String?, owner: String) -> [AccessItem]? {
        guard let text else {
            let all: Set<Privilege> = Set(names.values.map { .init(name: $0, mayGrant: false) })
            return [
                AccessItem(
                    grantee: nil, privileges: all.filter { $0.name != "CREATE" }, grantor: owner),
                AccessItem(grantee: owner, privileges: all, grantor: owner),
            ]
        }
        guard text.hasPrefix("{"), text.hasSuffix("}") else { return nil }
        var items: [AccessItem] = []
        for element in elements(text.dropFirst().dropLast()) {
            guard let item = AccessItem(element) else { return nil }
            items.append(item)
        }
        return items
    }

    /// The grantee for people.
    package var name: String { grantee ?? "everybody" }

    /// What is granted, for people.
    package var told: String {
        let rights = privileges.sorted().map { $0.mayGrant ? "\($0.name) with grant option" : $0.name }
        return (rights.isEmpty ? "nothing" : rights.joined(separator: ", ")) + ", by \(grantor)"
    }

    private static let names: [Character: String] = ["C": "CREATE", "T": "TEMPORARY", "c": "CONNECT"]

    private init(grantee: String?, privileges: Set<Privilege>, grantor: String) {
        self.grantee = grantee
        self.privileges = privileges
        self.grantor = grantor
    }

    /// Reads one item, with names in double quotes where they need some.
    private init?(_ text: String) {
        var rest = Substring(text)
        let grantee = Self.name(&rest)
        guard rest.popFirst() == "=" else { return nil }
        var privileges: Set<Privilege> = []
        while let letter = rest.first, letter != "/" {
            rest = rest.dropFirst()
            let mayGrant = rest.first == "*"
            if mayGrant { rest = rest.dropFirst() }
            privileges.insert(.init(name: Self.names[letter] ?? String(letter), mayGrant: mayGrant))
        }
        guard rest.popFirst() == "/" else { return nil }
        let grantor = Self.name(&rest)
        guard rest.isEmpty, !grantor.isEmpty else { return nil }
        self.init(grantee: grantee.isEmpty ? nil : grantee, privileges: privileges, grantor: grantor)
    }

    private static func name(_ rest: inout Substring) -> String {
        guard rest.first == "\"" else {
            let plain = rest.prefix { $0 != "=" && $0 != "/" }
            rest = rest.dropFirst(plain.count)
            return String(plain)
        }
        rest = rest.dropFirst()
        var name = ""
        while let character = rest.popFirst() {
            guard character == "\"" else {
                name.append(character)
                continue
            }
            guard rest.first == "\"" else { break }
            rest = rest.dropFirst()
            name.append("\"")
        }
        return name
    }

    /// The elements of an array's text, without the quotes and backslashes of the array.
    private static func elements(_ text: Substring) -> [String] {
        var elements: [String] = []
        var element = ""
        var isQuoted = false
        var rest = text
        while let character = rest.popFirst() {
            switch character {
            case "\\": rest.popFirst().map { element.append($0) }
            case "\"": isQuoted.toggle()
            case "," where !isQuoted:
                elements.append(element)
                element = ""
            default: element.append(character)
            }
        }
        return text.isEmpty ? [] : elements + [element]
    }
}
