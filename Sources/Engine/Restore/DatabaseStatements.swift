package import ArchiveFormat

/// The statements that make a saved database again, under its own name or another one.
///
/// Authority: `dumpDatabase` in PostgreSQL, `src/bin/pg_dump/pg_dump.c`.
package struct DatabaseStatements: Sendable {
    package var database: Manifest.Database
    /// The name that it gets.
    package var name: String
    /// The major version of the server that it is made on.
    package var major: Int

    package init(database: Manifest.Database, name: String, major: Int) {
        self.database = database
        self.name = name
        self.major = major
    }

    /// How a database is made, or why it cannot be.
    package enum Creation: Sendable, Equatable {
        case statement(String)
        /// Nothing is broken by that: the backup cannot be tried on this server.
        case impossible(String)
    }

    /// `CREATE DATABASE` from `template0`, with the encoding, locale and owner that were saved.
    ///
    /// The version of a collation is left out: the one of this machine's library is the right one for indexes that are
    /// built here.
    ///
    /// - Parameter owner: Another owner than the saved one; nil takes that.
    package func create(owner: String? = nil) -> Creation {
        var parts = [
            "CREATE DATABASE \(Identifier.quoted(name))", "TEMPLATE = template0",
            "OWNER = \(Identifier.quoted(owner ?? database.owner))",
            "ENCODING = \(Literal.quoted(database.encoding))",
        ]
        let locale = database.icuLocale ?? database.collate
        switch database.localeProvider {
        case "c":
            if major >= 15 { parts.append("LOCALE_PROVIDER = libc") }
        case "i":
            guard major >= 15 else {
                return .impossible("PostgreSQL \(major) has no databases with ICU locales; 15 has")
            }
            parts += ["LOCALE_PROVIDER = icu", "ICU_LOCALE = \(Literal.quoted(locale))"]
        case "b":
            guard major >= 17 else {
                return .impossible("PostgreSQL \(major) has no built-in locales; 17 has")
            }
            parts += ["LOCALE_PROVIDER = builtin", "BUILTIN_LOCALE = \(Literal.quoted(locale))"]
        case let other:
            return .impossible("the locale provider '\(other)' is not known")
        }
        parts.append("LC_COLLATE = \(Literal.quoted(database.collate))")
        parts.append("LC_CTYPE = \(Literal.quoted(database.ctype))")
        return .statement(parts.joined(separator: " "))
    }

    /// Statements to perform, and what could not be taken over.
    package struct Properties: Sendable, Equatable {
        package var statements: [String]
        /// What is left out, each with why.
        package var notes: [String]
    }

    /// The database's settings, rights, comment and labels from an archive, for the name that it gets.
    ///
    /// Only the name behind a word DATABASE is changed, never what stands in a string.
    package func properties(from contents: TableOfContents) -> Properties {
        let saved = contents.entries.first { $0.description == "DATABASE" }?.tag?.display ?? database.name
        var properties = Properties(statements: [], notes: [])
        for entry in contents.entries where Self.isAboutDatabase(entry) {
            for statement in SQLText(entry.definition?.bytes ?? []).statements where !statement.isCommand {
                guard let text = renamed(statement, from: saved) else {
                    properties.notes.append("\(entry.titled): not in UTF-8, left out")
                    continue
                }
                properties.statements.append(text)
            }
        }
        return properties
    }

    /// The same from the facts of the manifest, for plain files, whose script holds none of it.
    package func propertiesFromManifest() -> Properties {
        var properties = Properties(statements: [], notes: [])
        let quoted = Identifier.quoted(name)
        let holders =
            database.settings.map { ("ALTER DATABASE \(quoted)", $0) }
            + (database.roleSettings ?? []).map {
                ("ALTER ROLE \(Identifier.quoted($0.role)) IN DATABASE \(quoted)", $0.setting)
            }
        for (holder, setting) in holders {
            let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                properties.notes.append("the setting '\(setting)' has no value")
                continue
            }
            let value = Self.value(of: parts[0].lowercased(), String(parts[1]))
            properties.statements.append(
                "\(holder) SET \(Identifier.quoted(String(parts[0]))) TO \(value)")
        }
        guard let acl = database.acl else { return properties }
        guard let items = AccessItem.list(acl, owner: database.owner) else {
            properties.notes.append("the rights could not be read: \(acl)")
            return properties
        }
        properties.statements += grants(items)
        return properties
    }

    private static func isAboutDatabase(_ entry: TOCEntry) -> Bool {
        switch entry.kind {
        case "DATABASE PROPERTIES": true
        case "ACL", "COMMENT", "SECURITY LABEL":
            entry.tag?.bytes.starts(with: Array("DATABASE ".utf8)) ?? false
        case _: false
        }
    }

    /// The statement for the other name; nil for text that is not UTF-8.
    private func renamed(_ statement: SQLText.Statement, from saved: String) -> String? {
        var bytes = statement.bytes
        let start = statement.tokens.first?.range.lowerBound ?? 0
        let pairs = zip(statement.tokens, statement.tokens.dropFirst())
        for (word, token) in pairs.reversed() where word.isWord("DATABASE") && token.identifier == saved {
            let range = (token.range.lowerBound - start)..<(token.range.upperBound - start)
            bytes.replaceSubrange(range, with: Array(Identifier.quoted(name).utf8))
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Settings that are lists of names: each name is a string of its own (`variable_is_guc_list_quote` in
    /// `src/bin/pg_dump/dumputils.c`).
    private static let lists: Set<String> = [
        "local_preload_libraries", "search_path", "session_preload_libraries", "shared_preload_libraries",
        "temp_tablespaces", "unix_socket_directories",
    ]

    private static func value(of setting: String, _ text: String) -> String {
        guard lists.contains(setting) else { return Literal.quoted(text) }
        let names = listed(text)
        return names.isEmpty ? "''" : names.map(Literal.quoted).joined(separator: ", ")
    }

    /// `"$user", public` as names; quotes are taken off (`SplitGUCList`).
    private static func listed(_ text: String) -> [String] {
        var names: [String] = []
        for token in SQLText(text).tokens where !token.isSymbol(",") {
            // What stands without quotes keeps its case, and signs belong to the word before them.
            let name = token.kind == .quotedName ? token.identifier ?? "" : token.text
            names.append(name)
        }
        let isPlain = !text.contains("\"")
        return isPlain
            ? text.split(separator: ",").map {
                String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
            : names
    }

    /// From nothing to these rights; who granted what is kept.
    private func grants(_ items: [AccessItem]) -> [String] {
        let quoted = Identifier.quoted(name)
        var statements = [
            "REVOKE ALL ON DATABASE \(quoted) FROM PUBLIC",
            "REVOKE ALL ON DATABASE \(quoted) FROM \(Identifier.quoted(database.owner))",
        ]
        // A grantor must have been granted before.
        let ordered =
            items.filter { $0.grantor == database.owner } + items.filter { $0.grantor != database.owner }
        for item in ordered {
            let isForeign = item.grantor != database.owner
            if isForeign {
                statements.append("SET SESSION AUTHORIZATION \(Identifier.quoted(item.grantor))")
            }
            for mayGrant in [false, true] {
                let rights = item.privileges.filter { $0.mayGrant == mayGrant }.sorted().map(\.name)
                guard !rights.isEmpty else { continue }
                let grantee = item.grantee.map(Identifier.quoted) ?? "PUBLIC"
                statements.append(
                    "GRANT \(rights.joined(separator: ", ")) ON DATABASE \(quoted) TO \(grantee)"
                        + (mayGrant ? " WITH GRANT OPTION" : ""))
            }
            if isForeign { statements.append("RESET SESSION AUTHORIZATION") }
        }
        return statements
    }
}
