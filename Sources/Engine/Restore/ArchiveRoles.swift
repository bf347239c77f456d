import ArchiveFormat

/// The roles that an archive names: owners, and whom rights and policies are given to.
enum ArchiveRoles {
    /// Their names; `PUBLIC` is none.
    static func names(in entries: [TOCEntry]) -> Set<String> {
        var names = Set(entries.compactMap { $0.owner?.display }.filter { !$0.isEmpty })
        for entry in entries where Self.granting.contains(entry.kind) {
            for statement in SQLText(entry.definition?.bytes ?? []).statements where !statement.isCommand {
                names.formUnion(roles(of: statement.tokens, isPolicy: entry.kind == "POLICY"))
            }
        }
        return names
    }

    private static let granting: Set<String> = ["ACL", "DEFAULT ACL", "POLICY"]

    /// The names behind TO, FROM, FOR ROLE and GRANTED BY.
    private static func roles(of tokens: [SQLToken], isPolicy: Bool) -> Set<String> {
        var names: Set<String> = []
        for (index, token) in tokens.enumerated() {
            let isList = token.isWord("TO") || (token.isWord("FROM") && !isPolicy)
            let isOne =
                !isPolicy && index > 0
                && ((token.isWord("ROLE") && tokens[index - 1].isWord("FOR"))
                    || (token.isWord("BY") && tokens[index - 1].isWord("GRANTED"))
                    || (token.isWord("AUTHORIZATION") && tokens[index - 1].isWord("SESSION")))
            guard isList || isOne else { continue }
            var rest = tokens[(index + 1)...]
            while let name = rest.popFirst(), let role = name.identifier {
                if !name.isWord("PUBLIC"), !pseudo.contains(role) || name.kind == .quotedName {
                    names.insert(role)
                }
                guard isList, rest.popFirst()?.isSymbol(",") == true else { break }
            }
            // What a policy says behind its roles is an expression.
            if isPolicy { break }
        }
        return names
    }

    /// Words that stand for whoever asks.
    private static let pseudo: Set<String> = ["current_user", "current_role", "session_user", "public"]
}
