/// One word, name, string or sign of SQL text, or a command of psql.
package struct SQLToken: Sendable, Equatable {
    /// What it is.
    package var kind: Kind
    /// Its text as written, quotes included.
    package var text: String
    /// Where its bytes stand in the text that it was read from.
    package var range: Range<Int>

    /// The kinds that matter; white space and comments are none.
    package enum Kind: Sendable, Equatable {
        /// A keyword or a name without quotes.
        case word
        /// A name in double quotes.
        case quotedName
        /// A string in single quotes, `E` before it included, or a dollar-quoted one.
        case string
        case number
        /// Any other sign; `::` is one.
        case symbol
        /// A command of psql, without the backslash.
        case command
    }

    /// The name that it stands for as an identifier: folded to lower case, or without its quotes; nil for the rest.
    package var identifier: String? {
        switch kind {
        case .word: text.lowercased()
        case .quotedName: String(text.dropFirst().dropLast()).replacing("\"\"", with: "\"")
        case .string, .number, .symbol, .command: nil
        }
    }

    /// The contents of a string in plain single quotes; nil for the rest.
    package var literal: String? {
        guard kind == .string, text.hasPrefix("'"), text.utf8.count >= 2 else { return nil }
        return String(text.dropFirst().dropLast()).replacing("''", with: "'")
    }

    /// Whether it is this keyword, in any case.
    package func isWord(_ word: String) -> Bool { kind == .word && text.uppercased() == word }

    /// Whether it is this sign.
    package func isSymbol(_ sign: String) -> Bool { kind == .symbol && text == sign }
}
