import ArchiveFormat
import Faults

/// The first part in which two entries of the same object differ.
struct DefinitionDifference: Sendable, Equatable {
    var part: String
    var expected: String
    var found: String
    /// Whether only brackets and casts differ. A server that reads `x IN ('a', 'b')` of a `varchar` back from its own
    /// text writes it with other casts than before (`get_rule_expr` in `src/backend/utils/adt/ruleutils.c`).
    var isOnlyWriting = false

    /// Nil when the two are the same.
    init?(_ left: TOCEntry, _ right: TOCEntry, onlyOwners: Bool, ignoresTablespaces: Bool) {
        if !Self.isSame(left.owner, right.owner) {
            self.init(part: "owner", left.owner, right.owner)
            return
        }
        if onlyOwners { return nil }
        if !ignoresTablespaces, !Self.isSame(left.tablespace, right.tablespace) {
            self.init(part: "tablespace", left.tablespace, right.tablespace)
            return
        }
        if !Self.isSame(left.accessMethod, right.accessMethod) {
            self.init(part: "access method", left.accessMethod, right.accessMethod)
            return
        }
        let (one, two) = (left.definition?.bytes ?? [], right.definition?.bytes ?? [])
        guard one != two else { return nil }
        // A list of grants is kept in the order in which they were made, which says nothing.
        let isList = left.kind == "ACL" || left.kind == "DEFAULT ACL"
        if isList, Self.sortedStatements(one) == Self.sortedStatements(two) { return nil }
        let first = Self.firstDifference(one, two)
        self.init(part: first.part, shown: first.expected, first.found)
        isOnlyWriting = !isList && Self.gist(one) == Self.gist(two)
    }

    private init(part: String, _ expected: ArchiveText?, _ found: ArchiveText?) {
        self.init(part: part, shown: Self.shown(expected), Self.shown(found))
    }

    private init(part: String, shown expected: String, _ found: String) {
        self.part = part
        self.expected = expected
        self.found = found
    }

    private static let shownMax = 120

    private static func isSame(_ left: ArchiveText?, _ right: ArchiveText?) -> Bool {
        (left?.bytes ?? []) == (right?.bytes ?? [])
    }

    private static func shown(_ text: ArchiveText?) -> String {
        guard let text, !text.bytes.isEmpty else { return "none" }
        return FaultText.oneLine(text.display)
    }

    private static func sortedStatements(_ bytes: [UInt8]) -> [[UInt8]] {
        SQLText(bytes).statements.map(\.bytes).sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// The first line that differs, from a little before the difference on.
    private static func firstDifference(
        _ one: [UInt8], _ two: [UInt8]
    ) -> (part: String, expected: String, found: String) {
        let at = zip(one, two).enumerated().first { $1.0 != $1.1 }?.offset ?? min(one.count, two.count)
        let line = one[..<at].count { $0 == 0x0A } + 1
        let lineStart = one[..<at].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let start = at - lineStart > shownMax / 2 ? at - shownMax / 3 : lineStart
        func shown(_ bytes: [UInt8]) -> String {
            let rest = bytes[min(start, bytes.count)...].prefix { $0 != 0x0A }
            let text = FaultText.oneLine(String(decoding: rest, as: UTF8.self))
            if text.isEmpty { return start >= bytes.count ? "the end" : "an empty line" }
            return (start > lineStart ? "…" : "") + text.prefix(shownMax) + (text.count > shownMax ? "…" : "")
        }
        return (line == 1 ? "definition" : "line \(line) of its definition", shown(one), shown(two))
    }

    /// The words and signs without brackets and casts.
    private static func gist(_ bytes: [UInt8]) -> [String] {
        let tokens = SQLText(bytes).tokens.filter { !$0.isSymbol("(") && !$0.isSymbol(")") }
        var gist: [String] = []
        var index = 0
        while index < tokens.count {
            if tokens[index].isSymbol("::") {
                index = afterType(tokens, index + 1)
            } else {
                gist.append(tokens[index].text)
                index += 1
            }
        }
        return gist
    }

    private static let typeWords: Set<String> = [
        "varying", "precision", "with", "without", "time", "zone",
    ]

    /// Where the name of a type ends that begins at `start`.
    private static func afterType(_ tokens: [SQLToken], _ start: Int) -> Int {
        var index = start
        func at(_ offset: Int) -> SQLToken? {
            index + offset < tokens.count ? tokens[index + offset] : nil
        }
        index += 1
        while at(0)?.isSymbol(".") == true { index += 2 }
        while let word = at(0), word.kind == .word, typeWords.contains(word.text) { index += 1 }
        while at(0)?.isSymbol("[") == true, at(1)?.isSymbol("]") == true { index += 2 }
        return min(index, tokens.count)
    }
}
