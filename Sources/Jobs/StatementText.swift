/// One statement of SQL, looked at as PostgreSQL's lexer would: far enough to know that it is one.
///
/// After src/fe_utils/psqlscan.l: quotes, dollar quotes, nested comments, and semicolons that end no statement since
/// they stand in parentheses or in the body of a function.
struct StatementText: Sendable, Equatable {
    /// Without blanks around it and semicolons at its end.
    let sql: String
    /// The words outside of quotes and comments, in lower case; of the first statement only.
    private(set) var words: [String] = []
    private var statements = 0
    private var unclosed: String?

    init(_ text: String) {
        var scanner = Scanner(rest: Array(text.unicodeScalars)[...])
        scanner.scan()
        words = scanner.words
        statements = scanner.statements
        unclosed = scanner.unclosed
        sql = String(String.UnicodeScalarView(text.unicodeScalars.prefix(scanner.length))).trimmed
    }

    /// Whether the server tells how many rows it changed or returned.
    var countsRows: Bool {
        ["delete", "update", "insert", "merge", "select", "with"].contains(words.first)
    }

    /// Why it cannot be sent by itself; nil if it can.
    var problem: (because: String, remedy: String)? {
        if let unclosed { return ("\(unclosed) is not closed", "Close it.") }
        if sql.hasPrefix("\\") {
            return (
                "it is a command of psql, which the server does not know",
                "Write SQL, or a job of the kind 'command' that runs psql."
            )
        }
        if statements > 1 {
            return (
                "it holds \(statements) statements",
                "Write each as an entry of its own; each is sent by itself."
            )
        }
        guard let first = words.first else {
            return ("it holds no statement", "Write one, or remove the entry.")
        }
        if Self.fleeting.contains(first) {
            return (
                "\(first.uppercased()) has no effect beyond its own session or transaction",
                "Remove it. Each statement is a transaction; timeout and lock_timeout are keys, and ALTER ROLE … SET "
                    + "keeps other settings."
            )
        }
        if first == "copy", words.contains("stdin") || words.contains("stdout") {
            return (
                "nobody is there to write or read its rows",
                "Copy from or to a file of the server, or write a job of the kind 'command' that runs psql."
            )
        }
        return nil
    }

    /// Statements that a session of their own makes vain.
    private static let fleeting: Set<String> = [
        "abort", "begin", "close", "commit", "deallocate", "declare", "discard", "end", "execute", "fetch",
        "listen",
        "lock", "move", "prepare", "release", "reset", "rollback", "savepoint", "set", "start", "unlisten",
    ]
}

/// Walks over the text once.
private struct Scanner {
    var rest: ArraySlice<Unicode.Scalar>
    var words: [String] = []
    var statements = 0
    var unclosed: String?
    /// So many scalars up to the end of the first statement.
    var length = 0
    private var depth = 0
    private var isInStatement = false
    private var isInBody = false

    init(rest: ArraySlice<Unicode.Scalar>) {
        self.rest = rest
    }

    mutating func scan() {
        while let scalar = rest.first, unclosed == nil {
            switch scalar {
            case "'": quote("'", escapes: false)
            case "\"": quote("\"", escapes: false)
            case "$" where dollarTag != nil: dollarQuote()
            case "-" where second == "-": rest = rest.drop { $0 != "\n" && $0 != "\r" }
            case "/" where second == "*": comment()
            case ";" where depth == 0 && !isInBody:
                rest = rest.dropFirst()
                isInStatement = false
                continue
            case "(", "[": open(1)
            case ")", "]": open(-1)
            default:
                if Self.isWord(scalar) {
                    word()
                } else {
                    if !scalar.properties.isWhitespace { take() }
                    rest = rest.dropFirst()
                }
            }
            if isInStatement, statements == 1 { length = rest.startIndex }
        }
    }

    private var second: Unicode.Scalar? { rest.dropFirst().first }

    /// Something of a statement stands here.
    private mutating func take() {
        if !isInStatement { statements += 1 }
        isInStatement = true
    }

    private mutating func open(_ step: Int) {
        take()
        depth = max(depth + step, 0)
        rest = rest.dropFirst()
    }

    private mutating func word() {
        take()
        let word = rest.prefix { Self.isWord($0) || $0 == "$" || ("0"..."9").contains($0) }
        let text = String(String.UnicodeScalarView(word)).lowercased()
        rest = rest.dropFirst(word.count)
        if text == "e", rest.first == "'" { return quote("'", escapes: true) }
        // The body of a function in SQL has semicolons of its own (CREATE FUNCTION … BEGIN ATOMIC).
        if text == "atomic", words.last == "begin" { isInBody = true }
        if statements == 1 { words.append(text) }
    }

    private mutating func quote(_ mark: Unicode.Scalar, escapes: Bool) {
        take()
        rest = rest.dropFirst()
        while let scalar = rest.popFirst() {
            if escapes, scalar == "\\" { rest = rest.dropFirst() }
            // A doubled mark closes one quote and opens the next, which comes to the same.
            if scalar == mark { return }
        }
        unclosed = "a quote (\(mark))"
    }

    /// `$$` or `$tag$` at the beginning of what is left; a number is a parameter.
    private var dollarTag: ArraySlice<Unicode.Scalar>? {
        let name = rest.dropFirst().prefix { Self.isWord($0) || ("0"..."9").contains($0) }
        let isParameter = name.first.map { ("0"..."9").contains($0) } ?? false
        let tag = rest.prefix(name.count + 2)
        return !isParameter && tag.count == name.count + 2 && tag.last == "$" ? tag : nil
    }

    private mutating func dollarQuote() {
        take()
        guard let tag = dollarTag else { return }
        rest = rest.dropFirst(tag.count)
        while !rest.isEmpty {
            if rest.first == "$", rest.starts(with: tag) {
                rest = rest.dropFirst(tag.count)
                return
            }
            rest = rest.dropFirst()
        }
        unclosed = "a quote (\(String(String.UnicodeScalarView(tag))))"
    }

    private mutating func comment() {
        var depth = 0
        while let scalar = rest.popFirst() {
            if scalar == "/", rest.first == "*" {
                depth += 1
                rest = rest.dropFirst()
            } else if scalar == "*", rest.first == "/" {
                depth -= 1
                rest = rest.dropFirst()
                if depth == 0 { return }
            }
        }
        unclosed = "a comment (/*)"
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar == "_" || scalar.value >= 0x80
    }
}

extension String {
    /// Without blanks at both ends.
    fileprivate var trimmed: String {
        let start = drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }
}
