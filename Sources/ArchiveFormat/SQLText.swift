/// SQL text cut into tokens and statements, with quotes, dollar quotes, comments and commands of psql understood.
///
/// For short texts that are needed whole: definitions, and the script of `pg_dumpall --globals-only`. It knows no
/// COPY data; ``ScriptChecker`` does. Authority: the manual's "Lexical Structure" (`sql-syntax-lexical.html`), with
/// `standard_conforming_strings` on, as pg_dump sets it.
package struct SQLText: Sendable {
    private let bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package init(_ text: String) {
        bytes = Array(text.utf8)
    }

    /// One statement, or one command of psql.
    package struct Statement: Sendable, Equatable {
        /// Its tokens, without the semicolon; ranges count from the start of the whole text.
        package var tokens: [SQLToken]
        /// Its bytes from the first token to the last.
        package var bytes: [UInt8]

        /// The statement for a server or for people; what is not UTF-8 shows as U+FFFD.
        package var text: String { String(decoding: bytes, as: UTF8.self) }

        /// Whether it is for psql and not for a server.
        package var isCommand: Bool { tokens.first?.kind == .command }
    }

    /// All tokens, in order.
    package var tokens: [SQLToken] {
        var reader = SQLReader(bytes: bytes)
        var tokens: [SQLToken] = []
        while let token = reader.next(atStart: tokens.last.map { $0.isSymbol(";") } ?? true) {
            tokens.append(token)
        }
        return tokens
    }

    /// All statements and commands, in order; a last one without a semicolon counts.
    package var statements: [Statement] {
        var reader = SQLReader(bytes: bytes)
        var statements: [Statement] = []
        var open: [SQLToken] = []
        func statement(_ tokens: [SQLToken]) -> Statement? {
            guard let first = tokens.first, let last = tokens.last else { return nil }
            return Statement(
                tokens: tokens, bytes: Array(bytes[first.range.lowerBound..<last.range.upperBound]))
        }
        while let token = reader.next(atStart: open.isEmpty) {
            if token.kind == .command {
                if let one = statement([token]) { statements.append(one) }
            } else if token.isSymbol(";") {
                if let one = statement(open) { statements.append(one) }
                open.removeAll()
            } else {
                open.append(token)
            }
        }
        if let one = statement(open) { statements.append(one) }
        return statements
    }
}

/// Goes through SQL text token by token.
private struct SQLReader {
    let bytes: [UInt8]
    var index = 0

    private func byte(_ offset: Int = 0) -> UInt8 {
        index + offset < bytes.count ? bytes[index + offset] : 0
    }

    /// The next token; nil at the end.
    ///
    /// - Parameter atStart: Whether no statement has begun, so that a backslash begins a command of psql.
    mutating func next(atStart: Bool) -> SQLToken? {
        skipBlanks()
        guard index < bytes.count else { return nil }
        let start = index
        let kind = take(atStart: atStart)
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        return SQLToken(
            kind: kind, text: kind == .command ? String(text.dropFirst()) : text, range: start..<index)
    }

    private mutating func take(atStart: Bool) -> SQLToken.Kind {
        let first = byte()
        switch first {
        case 0x5C where atStart:  // a command of psql
            skip { $0 != 0x0A }
            return .command
        case 0x27:  // '
            takeString(escapes: false)
            return .string
        case 0x45 where byte(1) == 0x27, 0x65 where byte(1) == 0x27:  // E'
            index += 1
            takeString(escapes: true)
            return .string
        case 0x22:  // "
            takeQuoted(0x22)
            return .quotedName
        case 0x24:  // $
            return takeDollar()
        case 0x3A where byte(1) == 0x3A:  // ::
            index += 2
            return .symbol
        case 0x30...0x39:
            skip { Self.isWord($0) || $0 == 0x2E }
            return .number
        default:
            guard Self.isWord(first) else {
                index += 1
                return .symbol
            }
            skip { Self.isWord($0) || $0 == 0x24 }
            return .word
        }
    }

    private mutating func skip(while goesOn: (UInt8) -> Bool) {
        while index < bytes.count, goesOn(bytes[index]) { index += 1 }
    }

    private mutating func skipBlanks() {
        while index < bytes.count {
            switch byte() {
            case 0x20, 0x09, 0x0A, 0x0C, 0x0D: index += 1
            case 0x2D where byte(1) == 0x2D: skip { $0 != 0x0A }
            case 0x2F where byte(1) == 0x2A: skipBlockComment()
            default: return
            }
        }
    }

    private mutating func skipBlockComment() {
        var depth = 0
        repeat {
            if byte() == 0x2F, byte(1) == 0x2A {
                depth += 1
                index += 2
            } else if byte() == 0x2A, byte(1) == 0x2F {
                depth -= 1
                index += 2
            } else {
                index += 1
            }
        } while depth > 0 && index < bytes.count
        index = min(index, bytes.count)
    }

    /// Takes a string; a doubled quote continues it, which reading two in a row comes to as well.
    private mutating func takeString(escapes: Bool) {
        index += 1
        while index < bytes.count {
            if escapes, byte() == 0x5C {
                index = min(index + 2, bytes.count)
            } else if byte() == 0x27 {
                index += 1
                guard byte() == 0x27 else { return }
                index += 1
            } else {
                index += 1
            }
        }
    }

    private mutating func takeQuoted(_ quote: UInt8) {
        index += 1
        while index < bytes.count {
            if byte() == quote {
                index += 1
                guard byte() == quote else { return }
            }
            index += 1
        }
        index = min(index, bytes.count)
    }

    private mutating func takeDollar() -> SQLToken.Kind {
        var end = index + 1
        while end < bytes.count, Self.isWord(bytes[end]) { end += 1 }
        // $1 is a parameter, and a tag does not begin with a digit.
        let isTag = !(0x30...0x39).contains(byte(1))
        guard isTag, end < bytes.count, bytes[end] == 0x24 else {
            index += 1
            return .symbol
        }
        let tag = bytes[index...end]
        index = end + 1
        while index < bytes.count {
            if byte() == 0x24, bytes[index...].starts(with: tag) {
                index += tag.count
                return .string
            }
            index += 1
        }
        return .string
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || byte == 0x5F || byte >= 0x80
    }
}
