/// Reads `keyword=value keyword='value'`, as libpq's `conninfo_parse` does.
enum KeywordReader {
    static func read(_ text: URLBytes, into collector: inout ConnectionCollector) throws(URLProblem) {
        var rest = text.drop(while: URLBytes.isBlank)
        var afterPassword = false
        while !rest.isEmpty {
            let keyword = rest.prefix { $0 != UInt8(ascii: "=") && !URLBytes.isBlank($0) }
            rest = rest[keyword.endIndex...].drop(while: URLBytes.isBlank)
            // What follows a password without quotes may be the rest of it, so it is not repeated.
            guard !afterPassword || (rest.begins(with: "=") && collector.knows(keyword.text)) else {
                throw .afterPassword
            }
            guard rest.begins(with: "="), !keyword.isEmpty else { throw .noEquals }
            rest = rest.dropFirst().drop(while: URLBytes.isBlank)
            let isQuoted = rest.begins(with: "'")
            let value = try isQuoted ? quoted(&rest) : bare(&rest)
            try collector.setOrIgnore(keyword.text, value)
            afterPassword = keyword.text == "password" || afterPassword
            rest = rest.drop(while: URLBytes.isBlank)
        }
    }

    private static func bare(_ rest: inout URLBytes) -> String {
        var value = URLBytes()
        while let byte = rest.first, !URLBytes.isBlank(byte) {
            rest.removeFirst()
            if byte != UInt8(ascii: "\\") {
                value.append(byte)
            } else if let escaped = rest.popFirst() {
                value.append(escaped)
            }
        }
        return value.text
    }

    private static func quoted(_ rest: inout URLBytes) throws(URLProblem) -> String {
        rest.removeFirst()
        var value = URLBytes()
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "'"): return value.text
            case UInt8(ascii: "\\"): if let escaped = rest.popFirst() { value.append(escaped) }
            default: value.append(byte)
            }
        }
        throw .quote
    }
}
