/// `COPY schema.table (columns) FROM stdin`, as pg_dump writes it.
///
/// Authority: `dumpTableData` in PostgreSQL, `src/bin/pg_dump/pg_dump.c`.
struct CopyStatement: Sendable, Equatable {
    var schema: String
    var table: String

    static let keyword = Array("COPY ".utf8)

    /// The statement without its semicolon; nil for anything else.
    static func parse(_ statement: [UInt8]) -> CopyStatement? {
        guard statement.starts(with: keyword) else { return nil }
        let text = String(decoding: statement, as: UTF8.self)
        guard text.hasSuffix("FROM stdin") else { return nil }
        var rest = Substring(text).dropFirst(keyword.count)
        guard let first = identifier(&rest) else { return nil }
        guard rest.first == "." else { return CopyStatement(schema: "", table: first) }
        rest = rest.dropFirst()
        guard let second = identifier(&rest) else { return nil }
        return CopyStatement(schema: first, table: second)
    }

    /// Takes an identifier from the start of the text, quoted with `""` inside or plain.
    private static func identifier(_ rest: inout Substring) -> String? {
        guard rest.first == "\"" else {
            let plain = rest.prefix { $0 != "." && $0 != " " && $0 != "(" }
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
