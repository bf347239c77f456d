import Testing

/// A rule of style that a machine can check: where it holds, and what breaks it.
struct Rule: Sendable, CustomTestStringConvertible {
    /// The name of its test.
    let name: String
    /// Whether the rule holds for the file of this path.
    let holds: @Sendable (SourceFile) -> Bool
    /// Every line of the file that breaks it.
    let check: @Sendable (SourceFile) -> [Finding]

    init(
        _ name: String, where holds: @escaping @Sendable (SourceFile) -> Bool,
        check: @escaping @Sendable (SourceFile) -> [Finding]
    ) {
        self.name = name
        self.holds = holds
        self.check = check
    }

    /// A rule that forbids words in code.
    ///
    /// - Parameters:
    ///   - words: what may not stand in the code, as whole words.
    ///   - before: characters that make it another word, such as `.` for a method of the same name.
    ///   - instead: what to write.
    init(
        _ name: String, where holds: @escaping @Sendable (SourceFile) -> Bool, no words: [String],
        notAfter before: [Character] = [], instead: String
    ) {
        self.init(name, where: holds) { file in
            words.flatMap { word in
                file.lines(with: word, notAfter: before).map { line in
                    Finding(path: file.path, line: line, message: "\(word) stands here; \(instead)")
                }
            }
        }
    }

    var testDescription: String { name }

    /// What the rule finds in a file, nothing where it does not hold.
    func findings(in file: SourceFile) -> [Finding] {
        holds(file) ? check(file) : []
    }
}

/// The parts of the project that rules speak about.
enum Scope {
    /// Every Swift file of the program and the tests; benchmarks are little programs of their own.
    static let swift: @Sendable (SourceFile) -> Bool = { $0.path.hasSuffix(".swift") && $0.target != nil }
    /// Swift files of the program.
    static let sources: @Sendable (SourceFile) -> Bool = { swift($0) && $0.path.hasPrefix("Sources/") }
    /// Swift files of the tests, their kit left out.
    static let tests: @Sendable (SourceFile) -> Bool = {
        swift($0) && $0.path.hasPrefix("Tests/") && $0.target != "TestKit"
    }
    /// Swift files of every target but the named ones.
    static func swift(but targets: String...) -> @Sendable (SourceFile) -> Bool {
        { file in swift(file) && !targets.contains(file.target ?? "") }
    }
    /// Documents in Markdown.
    static let documents: @Sendable (SourceFile) -> Bool = { $0.path.hasSuffix(".md") }
    /// Decision records, their index left out.
    static let decisions: @Sendable (SourceFile) -> Bool = {
        $0.path.hasPrefix("docs/decisions/") && $0.path.hasSuffix(".md") && !$0.path.hasSuffix("/README.md")
    }
    /// Everything.
    static let everything: @Sendable (SourceFile) -> Bool = { _ in true }
}
