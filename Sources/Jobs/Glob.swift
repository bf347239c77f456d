/// Shell patterns for names of databases and targets: `*`, `?`, `[a-z]`, `[!a-z]`, and `\` before a character
/// that stands for itself.
package enum Glob {
    /// Whether the whole name matches; letters match in their own case only.
    ///
    /// Takes time in proportion to the product of both lengths at worst. A `[` without its `]` stands for
    /// itself.
    package static func matches(_ pattern: String, _ name: String) -> Bool {
        matches(tokens(of: pattern), name)
    }

    /// The same for many names, with the pattern read once.
    static func matcher(_ pattern: String) -> @Sendable (String) -> Bool {
        let tokens = tokens(of: pattern)
        return { matches(tokens, $0) }
    }

    private static func matches(_ tokens: [Token], _ name: String) -> Bool {
        let characters = Array(name.unicodeScalars)
        var token = 0
        var index = 0
        var star: (token: Int, index: Int)?
        while index < characters.count {
            if token < tokens.count, tokens[token] == .anyNumber {
                star = (token, index)
                token += 1
            } else if token < tokens.count, tokens[token].matches(characters[index]) {
                token += 1
                index += 1
            } else if let last = star {
                // The star takes one character more, and the rest of the pattern starts again behind it.
                star = (last.token, last.index + 1)
                token = last.token + 1
                index = last.index + 1
            } else {
                return false
            }
        }
        return tokens[token...].allSatisfy { $0 == .anyNumber }
    }

    /// Whether it can match anything but one name.
    package static func isPattern(_ text: String) -> Bool {
        tokens(of: text).contains {
            switch $0 {
            case .anyNumber, .any, .set: true
            case .exactly: false
            }
        }
    }

    /// The pattern that matches this name and no other.
    package static func escape(_ name: String) -> String {
        var text = ""
        for character in name {
            if "*?[\\".contains(character) { text.append("\\") }
            text.append(character)
        }
        return text
    }

    /// Whether a `[` has no `]`.
    static func isBroken(_ pattern: String) -> Bool {
        tokens(of: pattern).contains(.exactly("[")) && !pattern.contains("\\[")
    }

    private enum Token: Equatable, Sendable {
        case anyNumber
        case any
        case exactly(Unicode.Scalar)
        case set([ClosedRange<Unicode.Scalar>], inverted: Bool)

        func matches(_ scalar: Unicode.Scalar) -> Bool {
            switch self {
            case .anyNumber: false
            case .any: true
            case .exactly(let expected): scalar == expected
            case .set(let ranges, let inverted): ranges.contains { $0.contains(scalar) } != inverted
            }
        }
    }

    private static func tokens(of pattern: String) -> [Token] {
        var rest = Array(pattern.unicodeScalars)[...]
        var tokens: [Token] = []
        while let scalar = rest.popFirst() {
            switch scalar {
            case "*":
                if tokens.last != .anyNumber { tokens.append(.anyNumber) }
            case "?": tokens.append(.any)
            case "\\": tokens.append(.exactly(rest.popFirst() ?? "\\"))
            case "[":
                if let (set, after) = set(in: rest) {
                    tokens.append(set)
                    rest = after
                } else {
                    tokens.append(.exactly("["))
                }
            default: tokens.append(.exactly(scalar))
            }
        }
        return tokens
    }

    /// The set behind a `[`, and what comes after its `]`; a `]` that comes first is part of the set, as in a
    /// shell.
    private static func set(in text: ArraySlice<Unicode.Scalar>) -> (Token, ArraySlice<Unicode.Scalar>)? {
        var rest = text
        let inverted = rest.first == "!" || rest.first == "^"
        if inverted { rest = rest.dropFirst() }
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        while let scalar = rest.popFirst() {
            if scalar == "]", !ranges.isEmpty { return (.set(ranges, inverted: inverted), rest) }
            guard rest.first == "-", let upper = rest.dropFirst().first, upper != "]" else {
                ranges.append(scalar...scalar)
                continue
            }
            rest = rest.dropFirst(2)
            ranges.append(min(scalar, upper)...max(scalar, upper))
        }
        return nil
    }
}
