/// The lines of a Swift file, with what is code, what is comment and what is quoted told apart.
///
/// It knows line and nested block comments, plain, multi-line and raw strings with interpolations, and names in
/// back-ticks; regex literals count as code. That is enough to look for words without being fooled by a text
/// that only mentions them.
struct SwiftText {
    /// What the compiler sees, line by line: comments, the insides of strings and of back-ticked names are blanks.
    let code: [String]
    /// What only people see, line by line: the comments, everything else left out.
    let comments: [String]

    init(_ text: String) {
        var reader = Reader(bytes: Array(text.utf8))
        reader.read()
        code = reader.code.map { String(decoding: $0, as: UTF8.self) }
        comments = reader.comments.map { String(decoding: $0, as: UTF8.self) }
    }

    private enum Mode {
        case code(depth: Int)
        case lineComment
        case blockComment(depth: Int)
        case string(hashes: Int, multiline: Bool)
        case name
    }

    private struct Reader {
        let bytes: [UInt8]
        var at = 0
        var code: [[UInt8]] = [[]]
        var comments: [[UInt8]] = [[]]
        /// What encloses what, innermost last; an interpolation is code within a string.
        var modes: [Mode] = [.code(depth: 0)]

        init(bytes: [UInt8]) {
            self.bytes = bytes
        }

        mutating func read() {
            while at < bytes.count {
                if bytes[at] == UInt8(ascii: "\n") {
                    if case .lineComment = mode { modes.removeLast() }
                    code.append([])
                    comments.append([])
                    at += 1
                    continue
                }
                switch mode {
                case .code(let depth): readCode(depth)
                case .lineComment: takeComment(1)
                case .blockComment(let depth): readBlockComment(depth)
                case .string(let hashes, let multiline): readString(hashes, multiline)
                case .name: readName()
                }
            }
        }

        private var mode: Mode { modes.last ?? .code(depth: 0) }

        private mutating func readCode(_ depth: Int) {
            if starts("//") {
                modes.append(.lineComment)
            } else if starts("/*") {
                modes.append(.blockComment(depth: 1))
                takeComment(2)
            } else if let opening = openingQuote() {
                modes.append(.string(hashes: opening.hashes, multiline: opening.multiline))
                takeCode(opening.length)
            } else if starts("`") {
                modes.append(.name)
                takeCode(1)
            } else {
                if modes.count > 1 {
                    if starts("(") { setDepth(depth + 1) }
                    if starts(")") {
                        if depth == 0 { modes.removeLast() } else { setDepth(depth - 1) }
                    }
                }
                takeCode(1)
            }
        }

        private mutating func readBlockComment(_ depth: Int) {
            if starts("/*") {
                modes[modes.count - 1] = .blockComment(depth: depth + 1)
                takeComment(2)
            } else if starts("*/") {
                takeComment(2)
                if depth == 1 {
                    modes.removeLast()
                } else {
                    modes[modes.count - 1] = .blockComment(depth: depth - 1)
                }
            } else {
                takeComment(1)
            }
        }

        private mutating func readString(_ hashes: Int, _ multiline: Bool) {
            let fence = String(repeating: "#", count: hashes)
            let quote = (multiline ? "\"\"\"" : "\"") + fence
            if starts("\\" + fence + "(") {
                blank(1 + hashes)
                takeCode(1)
                modes.append(.code(depth: 0))
            } else if starts("\\" + fence) {
                blank(min(2 + hashes, bytes.count - at))
            } else if starts(quote) {
                takeCode(quote.utf8.count)
                modes.removeLast()
            } else {
                blank(1)
            }
        }

        private mutating func readName() {
            if starts("`") {
                takeCode(1)
                modes.removeLast()
            } else {
                blank(1)
            }
        }

        /// The start of a string literal here: how many `#`, whether three quotes, and its length in bytes.
        private func openingQuote() -> (hashes: Int, multiline: Bool, length: Int)? {
            var hashes = 0
            while at + hashes < bytes.count, bytes[at + hashes] == UInt8(ascii: "#") { hashes += 1 }
            guard starts("\"", after: hashes) else { return nil }
            let multiline = starts("\"\"\"", after: hashes)
            return (hashes, multiline, hashes + (multiline ? 3 : 1))
        }

        private func starts(_ prefix: String, after skipped: Int = 0) -> Bool {
            let prefix = prefix.utf8
            let start = at + skipped
            guard start + prefix.count <= bytes.count else { return false }
            return bytes[start..<start + prefix.count].elementsEqual(prefix)
        }

        private mutating func setDepth(_ depth: Int) {
            modes[modes.count - 1] = .code(depth: depth)
        }

        private mutating func takeCode(_ count: Int) {
            code[code.count - 1] += bytes[at..<at + count]
            at += count
        }

        private mutating func takeComment(_ count: Int) {
            comments[comments.count - 1] += bytes[at..<at + count]
            at += count
        }

        /// One blank for each character, a line break of an escaped line kept.
        private mutating func blank(_ count: Int) {
            for byte in bytes[at..<at + count] {
                if byte == UInt8(ascii: "\n") {
                    code.append([])
                    comments.append([])
                } else if byte & 0xC0 != 0x80 {
                    code[code.count - 1].append(UInt8(ascii: " "))
                }
            }
            at += count
        }
    }
}
