/// `COPY schema.table (columns) FROM stdin`, as pg_dump writes it.
///
/// Authority: `dumpTableData` and `fmtCopyColumnList` in PostgreSQL, `src/bin/pg_dump/pg_dump.c`.
package struct CopyStatement: Sendable, Equatable {
    /// Empty only where the statement does not name one.
    package var schema: String
    package var table: String
    /// In the order of the data; empty for a table without columns.
    package var columns: [String]

    static let keyword = Array("COPY ".utf8)

    /// The statement, with or without its semicolon and line break; nil for anything else.
    package static func parse(_ statement: some Collection<UInt8>) -> CopyStatement? {
        guard statement.starts(with: keyword) else { return nil }
        let text = String(decoding: statement, as: UTF8.self)
        let end = text.lastIndex { $0 != ";" && $0 != "\n" }.map(text.index(after:)) ?? text.endIndex
        guard text[..<end].hasSuffix("FROM stdin") else { return nil }
        var rest = text[..<end].dropFirst(keyword.count)
        guard let first = identifier(&rest) else { return nil }
        var (schema, table) = ("", first)
        if rest.first == "." {
            rest = rest.dropFirst()
            guard let second = identifier(&rest) else { return nil }
            (schema, table) = (first, second)
        }
        rest = rest.drop { $0 == " " }
        guard rest.first == "(" else { return CopyStatement(schema: schema, table: table, columns: []) }
        return columns(&rest).map { CopyStatement(schema: schema, table: table, columns: $0) }
    }

    /// Takes `(a, "B c")` from the start of the text.
    private static func columns(_ rest: inout Substring) -> [String]? {
        var names: [String] = []
        repeat {
            rest = rest.dropFirst().drop { $0 == " " }
            guard let name = identifier(&rest) else { return nil }
            names.append(name)
        } while rest.first == ","
        return rest.first == ")" ? names : nil
    }

    /// Takes an identifier from the start of the text, quoted with `""` inside or plain.
    private static func identifier(_ rest: inout Substring) -> String? {
        guard rest.first == "\"" else {
            let plain = rest.prefix { !" .,()".contains($0) }
            rest = rest.dropFirst(plain.count)
            return plain.isEmpty ? nil : String(plain)
        }
        rest = rest.dropFirst()
        var name = ""
        while let character = rest.popFirst() {
            guard character == "\"" else {
                name.append(character)
                continue
            }
            guard rest.first == "\"" else { return name }
            rest = rest.dropFirst()
            name.append("\"")
        }
        return nil
    }
}
