/// Rules about documents, and about what the documents and the tests must know of the code.
extension Rule {
    static let linksExist = Rule("every link in a document leads somewhere", where: Scope.documents) { file in
        let folder = file.path.split(separator: "/").dropLast().map(String.init)
        var fenced = false
        return file.lines.indices.flatMap { index -> [Finding] in
            let line = file.lines[index]
            if line.trimmed.hasPrefix("```") { fenced.toggle() }
            guard !fenced else { return [] }
            return links(in: line).filter { !Project.holds(resolve($0, from: folder)) }.map { link in
                Finding(
                    path: file.path, line: index + 1, message: "there is no '\(link)'; mend or drop the link")
            }
        }
    }

    static let decisionsListed = Rule("the index lists every decision record", where: Scope.decisions) {
        file in
        let name = file.path.split(separator: "/").last.map(String.init) ?? ""
        let index = Project.text(of: "docs/decisions/README.md") ?? ""
        return index.contains("](\(name))")
            ? []
            : [
                Finding(
                    path: file.path, line: 1,
                    message: "add a line with [title](\(name)) to docs/decisions/README.md")
            ]
    }

    static let decisionSections = Rule("a decision record has its sections", where: Scope.decisions) { file in
        ["# ", "**Decision.**", "**Why.**", "**Given up.**"].filter { head in
            !file.lines.contains { $0.hasPrefix(head) }
        }.map {
            Finding(
                path: file.path, line: 1,
                message: "write a section '\($0.trimmed)'; see docs/decisions/README.md")
        }
    }

    static let namedDecisionsExist = Rule("a decision record that is named exists", where: Scope.everything) {
        file in
        guard !file.path.hasPrefix("Tests/TidyTests/") else { return [] }
        return file.lines.indices.flatMap { index in
            decisions(in: file.lines[index]).filter { !Project.holds($0) }.map { record in
                Finding(
                    path: file.path, line: index + 1,
                    message: "there is no \(record); write it or mend the name")
            }
        }
    }

    static let faultCodesTested = Rule("every fault code is named by a test", where: Scope.sources) { file in
        guard let start = file.code.firstIndex(where: { $0.holds(word: "var code: String") }),
            let block = file.block(from: start)
        else { return [] }
        return block.flatMap { index in
            codes(in: file.lines[index]).filter { !wordsOfTests.contains($0) }.map {
                Finding(
                    path: file.path, line: index + 1, message: "provoke \($0) in a test that names the code")
            }
        }
    }

    /// Every word with dots and dashes that tests, their rows and goldens hold, these rules left out.
    private static let wordsOfTests: Set<String> = {
        var words: Set<String> = []
        for file in Project.files where file.path.hasPrefix("Tests/") && file.target != "TidyTests" {
            for line in file.lines {
                for word in line.utf8.split(whereSeparator: { !$0.isCodePart })
                where word.contains(UInt8(ascii: ".")) {
                    words.insert(String(Substring(word)))
                }
            }
        }
        return words
    }()

    /// The quoted `subject.what-is-wrong` texts of a line.
    private static func codes(in line: String) -> [String] {
        line.split(separator: "\"", omittingEmptySubsequences: false).enumerated().filter {
            $0.offset % 2 == 1
        }
        .map { String($0.element) }.filter { text in
            let parts = text.split(separator: ".")
            return parts.count == 2
                && parts.allSatisfy { $0.allSatisfy { $0.isLowercase || $0 == "-" || $0.isNumber } }
        }
    }

    /// The targets of `[text](target)` that are files of ours.
    private static func links(in line: String) -> [String] {
        line.split(separator: "](", omittingEmptySubsequences: false).dropFirst().compactMap { part in
            guard part.contains(")") else { return nil }
            let target = part.prefix { $0 != ")" && $0 != " " && $0 != "#" }
            return target.isEmpty || target.contains(":") ? nil : String(target)
        }
    }

    /// The path from the project's folder that a link in a document of `folder` means.
    private static func resolve(_ link: String, from folder: [String]) -> String {
        var parts = link.hasPrefix("/") ? [] : folder
        for part in link.split(separator: "/") {
            if part == ".." { _ = parts.popLast() } else if part != "." { parts.append(String(part)) }
        }
        return parts.joined(separator: "/")
    }

    /// Every `docs/decisions/….md` of a line.
    private static func decisions(in line: String) -> [String] {
        line.split(separator: "docs/decisions/", omittingEmptySubsequences: false).dropFirst().compactMap {
            part in
            let name = part.prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." || $0 == "_" }
            guard let end = name.firstRange(of: ".md") else { return nil }
            return "docs/decisions/\(name[..<end.upperBound])"
        }
    }
}

extension UInt8 {
    /// Whether the byte may stand in a fault's code.
    fileprivate var isCodePart: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
            || self == UInt8(ascii: "-") || self == UInt8(ascii: ".")
    }
}
