/// One text file of the project, as the rules look at it.
struct SourceFile: Sendable {
    /// From the project's folder, such as `Sources/Cron/Spelling.swift`.
    let path: String
    /// The text as it stands, line by line.
    let lines: [String]
    /// The same lines without comments and quoted text; the text itself for files that are not Swift.
    let code: [String]
    /// The comments alone, line by line; empty lines for files that are not Swift.
    let comments: [String]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if path.hasSuffix(".swift") {
            let parts = SwiftText(text)
            code = parts.code
            comments = parts.comments
        } else {
            code = lines
            comments = lines.map { _ in "" }
        }
    }

    /// The folder below Sources or Tests, which is the target's name; nil elsewhere.
    var target: String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 && (parts[0] == "Sources" || parts[0] == "Tests") ? String(parts[1]) : nil
    }

    /// The lines of code (counted from 1) that hold `word`, not as a part of a longer name, and not after one of `before`.
    func lines(with word: String, notAfter before: [Character] = []) -> [Int] {
        code.indices.filter { index in
            code[index].utf8.count >= word.utf8.count
                && code[index].holds(word: word) { previous in previous.map { before.contains($0) } ?? false }
        }.map { $0 + 1 }
    }

    /// The indices of the lines from the one where a brace opens to the one where it closes.
    ///
    /// It starts at or after `index`; nil when nothing opens there within `reach` lines.
    func block(from index: Int, reach: Int = 12) -> ClosedRange<Int>? {
        var depth = 0
        var opened: Int?
        for at in index..<code.count {
            if opened == nil, at - index > reach { return nil }
            for byte in code[at].utf8 {
                if byte == UInt8(ascii: "{") {
                    depth += 1
                    if opened == nil { opened = at }
                } else if byte == UInt8(ascii: "}"), opened != nil {
                    depth -= 1
                    if depth == 0 { return (opened ?? at)...at }
                }
            }
        }
        return nil
    }
}

/// A line that breaks a rule, and what to write instead.
struct Finding: Equatable, CustomStringConvertible {
    var path: String
    var line: Int
    var message: String

    var description: String { "\(path):\(line): \(message)" }
}

extension String {
    /// Whether the text holds `word` with no letter, digit or underscore on either side, where `refuse` says no of
    /// the character before it.
    func holds(word: String, unless refuse: (Character?) -> Bool = { _ in false }) -> Bool {
        let text = Array(utf8)
        let needle = Array(word.utf8)
        guard let first = needle.first, let last = needle.last, text.count >= needle.count else {
            return false
        }
        for start in 0...(text.count - needle.count) where text[start] == first {
            guard text[start..<start + needle.count].elementsEqual(needle) else { continue }
            let before = start > 0 ? text[start - 1] : nil
            let after = start + needle.count < text.count ? text[start + needle.count] : nil
            if let before, first.isNamePart, before.isNamePart { continue }
            if let after, last.isNamePart, after.isNamePart { continue }
            if refuse(before.map { Character(Unicode.Scalar($0)) }) { continue }
            return true
        }
        return false
    }

    /// The text without white space at both ends.
    var trimmed: String {
        var view = self[...]
        while let first = view.first, first.isWhitespace { view.removeFirst() }
        while let last = view.last, last.isWhitespace { view.removeLast() }
        return String(view)
    }
}

extension UInt8 {
    /// Whether the byte may stand within a Swift name; bytes beyond ASCII may.
    var isNamePart: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }
}
