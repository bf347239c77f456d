/// How much YAML a configuration may be.
///
/// libyaml and Yams recurse for each level, and an alias of aliases stands for a tree that grows with their
/// product ("billion laughs"), so both are bounded before they are parsed, by counting on the safe side.
enum YAMLLimits {
    static let bytesMax = 256 * 1024
    static let levelsMax = 64
    static let indentMax = 128
    /// 32 aliases stand for at most some 3^11 nodes.
    static let aliasesMax = 32
    /// Each costs one more reading of the file.
    static let duplicatesMax = 16
    /// Nodes read of one file, those behind aliases each time.
    static let nodesMax = 20_000

    /// What the text has too much of, or nil.
    static func excess(of text: String) -> String? {
        guard text.utf8.count <= bytesMax else { return "more than \(bytesMax / 1024) KiB" }
        var levels = 0
        var aliases = 0
        var indent = 0
        var isIndent = true
        var previous = UInt8(ascii: "\n")
        var beforePrevious = previous
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"): levels += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): levels = max(0, levels - 1)
            case UInt8(ascii: "\n"):
                isIndent = true
                indent = 0
            default: break
            }
            if isIndent, " -?:\t\r".utf8.contains(byte) {
                indent += 1
            } else if byte != UInt8(ascii: "\n") {
                isIndent = false
            }
            if previous == UInt8(ascii: "*"), isAnchorByte(byte),
                " \t\r\n[{,:-?".utf8.contains(beforePrevious)
            {
                aliases += 1
            }
            guard levels <= levelsMax else { return "more than \(levelsMax) open brackets" }
            guard indent <= indentMax else {
                return "a line that is indented by more than \(indentMax) characters"
            }
            (beforePrevious, previous) = (previous, byte)
        }
        return aliases <= aliasesMax ? nil : "more than \(aliasesMax) aliases"
    }

    /// What libyaml lets an anchor's name be made of (`IS_ALPHA`).
    private static func isAnchorByte(_ byte: UInt8) -> Bool {
        let character = Character(Unicode.Scalar(byte))
        return character.isASCII && (character.isLetter || character.isNumber) || character == "_"
            || character == "-"
    }
}
