/// Rules about the shape of files and folders, and about what may import what.
extension Rule {
    static let linesMax = 400
    static let foldersMax = 2

    static let shortFiles = Rule("a file has at most 400 lines", where: Scope.swift) { file in
        let count = file.lines.last == "" ? file.lines.count - 1 : file.lines.count
        guard count > linesMax else { return [] }
        return [
            Finding(
                path: file.path, line: linesMax + 1,
                message: "\(count) lines; move one aspect to a file 'Type+Aspect.swift' beside it")
        ]
    }

    static let shallowFolders = Rule("at most two folders below a target", where: Scope.swift) { file in
        guard file.target != nil, file.path.split(separator: "/").count - 3 > foldersMax else { return [] }
        return [
            Finding(
                path: file.path, line: 1, message: "move the file up, or make the folder a target of its own")
        ]
    }

    static let namedForItsType = Rule("a file is named for its main type", where: Scope.sources) { file in
        let name = file.path.split(separator: "/").last.map(String.init) ?? ""
        let type = String(name.dropLast(".swift".count).prefix { $0 != "+" })
        guard type != "main" else { return [] }
        let kinds = ["struct", "enum", "class", "actor", "protocol", "extension", "typealias"]
        let declares = file.code.contains { line in
            kinds.contains { line.holds(word: "\($0) \(type)") || line.holds(word: "\($0) \(type).") }
        }
        return declares
            ? []
            : [
                Finding(
                    path: file.path, line: 1,
                    message: "no '\(type)' is declared or extended here; name the file for the type that is")
            ]
    }

    /// Files that need all of Foundation, each with what FoundationEssentials lacks.
    static let foundationNeeded: [String: String] = [:]

    static let essentialsOnly = Rule("no import of all of Foundation", where: Scope.swift) { file in
        guard foundationNeeded[file.path] == nil else { return [] }
        return file.lines(with: "import Foundation").map { line in
            Finding(
                path: file.path, line: line,
                message:
                    "write 'import FoundationEssentials', or list the file in TidyTests with what that lacks")
        }
    }

    static let importsOfTier = Rule("a target imports what its tier may", where: Scope.sources) { file in
        guard let target = file.target, let allowed = Tiers.imports[target] else {
            return [
                Finding(path: file.path, line: 1, message: "list the target in Tests/TidyTests/Tiers.swift")
            ]
        }
        return file.code.indices.compactMap { index in
            guard let module = Tiers.imported(by: file.code[index]) else { return nil }
            if Tiers.pure.contains(file.code[index].trimmed) { return nil }
            if allowed.contains(module) || Tiers.everywhere.contains(module) { return nil }
            return Finding(
                path: file.path, line: index + 1,
                message:
                    "\(target) may not import \(module); define a port in Engine, or move the code to its tier"
            )
        }
    }

    static let testsCanFail = Rule("every test can fail", where: Scope.tests) { file in
        let proofs = ["#expect", "#require", "Golden", "Issue.record", "confirmation", "SecondProcess"]
        func proves(_ block: ClosedRange<Int>, _ helpers: [String]) -> Bool {
            file.code[block].contains { line in
                (proofs + helpers).contains { line.holds(word: $0) } || line.contains(" expect")
                    || line.contains(".expect")
                    || line.contains(" check") || line.contains("Conformance")
            }
        }
        var helpers: [String] = []
        for _ in 1...3 {
            for index in file.code.indices {
                let words = file.code[index].split(separator: " ")
                guard let at = words.firstIndex(of: "func"), at + 1 < words.count,
                    let block = file.block(from: index), proves(block, helpers)
                else { continue }
                helpers.append(String(words[at + 1].prefix { $0.isLetter || $0.isNumber }))
            }
        }
        helpers.removeAll { $0.isEmpty }
        return file.lines(with: "@Test").compactMap { line in
            guard let start = file.code[(line - 1)...].firstIndex(where: { $0.holds(word: "func") }),
                let block = file.block(from: start)
            else { return nil }
            if proves(block, helpers) { return nil }
            return Finding(
                path: file.path, line: line, message: "state what must hold with #expect, or drop the test")
        }
    }
}
