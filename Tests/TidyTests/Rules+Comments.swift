/// Rules about what a comment must say.
extension Rule {
    static let optionalTrySaysWhy = Rule("try? says why in a comment", where: Scope.swift) { file in
        file.lines(with: "try?").filter { line in
            !file.comments[line - 1].hasText && (line < 2 || !file.comments[line - 2].hasText)
        }.map { line in
            Finding(
                path: file.path, line: line,
                message:
                    "say in a comment on this line or the one before why the error does not matter, or handle it"
            )
        }
    }

    static let uncheckedNamesDecision = Rule(
        "unchecked sharing names its decision record", where: Scope.swift
    ) { file in
        let words = ["@unchecked Sendable", "nonisolated(unsafe)"]
        return words.flatMap { file.lines(with: $0) }.filter { line in
            !commentsAt(line, in: file).contains("docs/decisions/")
        }.map { line in
            Finding(
                path: file.path, line: line,
                message:
                    "name the record in the comment above, as docs/decisions/NNNN-subject.md, or use a Mutex")
        }
    }

    static let packageIsDocumented = Rule("what is package is documented", where: Scope.sources) { file in
        let declared = file.code.indices.filter { index in
            guard let declaration = Declaration(in: file, at: index) else { return false }
            return declaration.needsDocumentation && !documentedByProtocols.contains(declaration.name)
        }
        return (declared + requirements(of: file)).sorted().compactMap { index in
            guard let summary = documentation(above: index, in: file) else {
                return Finding(
                    path: file.path, line: index + 1,
                    message: "write '/// One sentence that says what it is.' above")
            }
            if summary.hasSuffix(".") || summary.contains(". ") { return nil }
            return Finding(
                path: file.path, line: index + 1,
                message: "let the first paragraph above be a sentence that ends in a full stop")
        }
    }

    /// The comments on a line and in the lines directly above it, attributes passed over.
    private static func commentsAt(_ line: Int, in file: SourceFile) -> String {
        var text = file.comments[line - 1]
        var index = line - 2
        while index >= 0, file.comments[index].hasText || file.code[index].trimmed.hasPrefix("@") {
            text += file.comments[index]
            index -= 1
        }
        return text
    }

    /// The first paragraph of the `///` block above a line; nil when there is none.
    private static func documentation(above index: Int, in file: SourceFile) -> String? {
        var top = index - 1
        while top >= 0, file.code[top].trimmed.hasPrefix("@") { top -= 1 }
        var block: [String] = []
        while top >= 0, file.lines[top].trimmed.hasPrefix("///") {
            block.insert(String(file.lines[top].trimmed.dropFirst(3)).trimmed, at: 0)
            top -= 1
        }
        let first = block.prefix { !$0.isEmpty && !$0.hasPrefix("- ") }
        let paragraph = first.isEmpty ? block[...] : first
        return paragraph.isEmpty ? nil : paragraph.joined(separator: " ")
    }

    /// The names of what our own protocols ask for: documented there, and not again where a type answers.
    private static let documentedByProtocols: Set<String> = Set(
        Project.files.filter(Scope.sources).flatMap { file in
            requirements(of: file).compactMap { index in
                let words = file.code[index].split(separator: " ")
                return words.firstIndex { $0 == "func" || $0 == "var" }.flatMap { at in
                    words.dropFirst(at + 1).first.map { String($0.prefix { !"(:<".contains($0) }) }
                }
            }
        })

    /// The lines that hold what a `package` protocol asks for; they have no access word of their own.
    private static func requirements(of file: SourceFile) -> [Int] {
        var found: [Int] = []
        for index in file.code.indices where file.code[index].holds(word: "package protocol") {
            guard let block = file.block(from: index) else { continue }
            var depth = 0
            for at in block {
                let words = file.code[at].trimmed.split(separator: " ").map(String.init)
                let kinds = ["func", "var", "init", "subscript", "associatedtype"]
                let leading =
                    words.drop { ["static", "mutating", "nonisolated", "consuming"].contains($0) }.first ?? ""
                if depth == 1, at != block.lowerBound, kinds.contains(where: { leading.holds(word: $0) }) {
                    found.append(at)
                }
                for byte in file.code[at].utf8 {
                    if byte == UInt8(ascii: "{") { depth += 1 }
                    if byte == UInt8(ascii: "}") { depth -= 1 }
                }
            }
        }
        return found
    }
}

extension String {
    /// Whether there is more than blanks.
    fileprivate var hasText: Bool { contains { !$0.isWhitespace } }
}

/// One line that declares something `package`.
private struct Declaration {
    /// `func`, `var`, `struct` and so on.
    var kind: String
    /// What follows the kind, up to a bracket, a colon or a blank.
    var name: String
    var isStatic: Bool
    var isTopLevel: Bool
    var line: String
    var body: [String]

    /// What its protocol documents: the faces of a fault, and what the standard library asks for.
    private static let witnesses: Set<String> = [
        "description", "debugDescription", "customMirror", "code", "summary", "remedy", "place", "exitStatus",
        "mayPass",
        "hash", "encode", "makeIterator", "next", "==", "<", "startIndex", "endIndex", "index", "zero",
        "allCases", "rawValue", "unownedExecutor",
    ]
    private static let modifiers: Set<String> = [
        "static", "final", "nonisolated", "mutating", "indirect", "consuming", "borrowing", "lazy", "weak",
        "unowned",
        "private(set)", "nonisolated(unsafe)", "prefix", "convenience", "required", "isolated",
        "package(set)",
    ]

    init?(in file: SourceFile, at index: Int) {
        line = file.code[index]
        var words = line.split(separator: " ").map(String.init)[...]
        while let first = words.first, first.hasPrefix("@") { words.removeFirst() }
        var modifiers: Set<String> = []
        while let first = words.first, first == "package" || Self.modifiers.contains(first) {
            modifiers.insert(first)
            words.removeFirst()
        }
        guard modifiers.contains("package"), let word = words.first else { return nil }
        kind = String(word.prefix { $0.isLetter })
        let rest = kind == word ? words.dropFirst().first ?? "" : ""
        let isOperator = rest.first.map { "=<>+-*/~".contains($0) } ?? false
        name = isOperator ? rest : String(rest.prefix { !"(:<{,".contains($0) })
        isStatic = modifiers.contains("static")
        isTopLevel = !line.hasPrefix(" ")
        body =
            file.block(from: index, reach: 8).map { block in
                file.code[block].dropFirst().dropLast().map(\.trimmed)
            } ?? []
    }

    var needsDocumentation: Bool {
        switch kind {
        case "import", "extension", "case",
            "typealias" where name == "RawValue":
            false
        case "subscript": !line.contains("subscript(position:")
        case "struct", "enum", "class", "actor", "protocol", "func", "typealias", "macro":
            !Self.witnesses.contains(name)
        case "init": !isMemberwise && !line.holds(word: "init(from")
        case "let", "var":
            !Self.witnesses.contains(name) && (isStatic || isTopLevel || isComputed)
        default: false
        }
    }

    /// Whether every line but the brackets hands a parameter to a property.
    private var isMemberwise: Bool {
        body.drop { !$0.hasSuffix("{") && !$0.hasPrefix("self.") }.allSatisfy {
            $0.isEmpty || $0.hasPrefix("self.") || $0.hasSuffix("{")
        } || body.isEmpty
    }

    private var isComputed: Bool {
        kind == "var" && line.contains("{") && !line.contains("= ") && !line.contains("didSet")
            && !line.contains("willSet")
    }
}
