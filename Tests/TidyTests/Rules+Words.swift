/// Rules that forbid words where they do harm, and name what to write instead.
extension Rule {
    static let noForceTry = Rule(
        "no try! anywhere", where: Scope.swift, no: ["try!"],
        instead: "throw the fault, or in a test write 'try' in a function that throws")

    static let noForceCast = Rule(
        "no as! anywhere", where: Scope.swift, no: ["as!"],
        instead: "write 'guard let x = y as? T', or in a test 'try #require(y as? T)'")

    static let noFatalError = Rule(
        "no fatalError anywhere", where: Scope.swift, no: ["fatalError"],
        instead: "throw a fault, or return a finding; the outside world never traps the process")

    static let noForceUnwrap = Rule("no force unwrap anywhere", where: Scope.swift) { file in
        file.code.indices.filter { unwraps(file.code[$0]) }.map { index in
            Finding(
                path: file.path, line: index + 1,
                message: "a value is unwrapped by force; write 'guard let', or in a test 'try #require(…)'")
        }
    }

    static let clockInWiring = Rule(
        "the clock is read in Wiring only", where: Scope.swift(but: "Wiring", "TestKit"),
        no: [
            "Date()", "Date.now", "Date(timeIntervalSinceNow", "gettimeofday", "clock_gettime", "time(nil)",
        ],
        instead: "take the instant as a parameter, or ask the Ambient that Wiring makes")

    static let environmentInWiring = Rule(
        "the environment is read in Wiring only",
        where: Scope.swift(but: "Wiring", "pgvigil", "TestKit", "SimulateProgram"),
        no: ["ProcessInfo", "getenv", "setenv", "environ", "currentDirectoryPath"],
        instead: "take the value as a parameter; Wiring reads the environment once (in tests, TestKit does)")

    static let onlyProgramPrints = Rule(
        "only the program prints", where: Scope.swift(but: "pgvigil", "SimulateProgram")
    ) {
        file in
        ["print(", "debugPrint("].flatMap { file.lines(with: $0, notAfter: ["."]) }.filter { line in
            // A random test prints its seed.
            !(file.path.hasPrefix("Tests/") && file.lines[line - 1].contains("seed"))
        }.map { line in
            Finding(
                path: file.path, line: line,
                message: "return the text, or pass it to an observer; in a test use #expect or Issue.record")
        }
    }

    static let noTestSleeps = Rule(
        "no test sleeps", where: Scope.tests,
        no: ["Task.sleep", "Thread.sleep", "usleep(", "nanosleep(", "sleep("],
        notAfter: ["."], instead: "wait for the fact with a limit (TestKit), and move the manual clock")

    static let nothingPublic = Rule("nothing is public", where: Scope.swift) { file in
        file.code.indices.filter { index in
            file.code[index].holds(word: "public")
                || ["open class", "open func", "open var"].contains { file.code[index].holds(word: $0) }
        }.map { index in
            Finding(
                path: file.path, line: index + 1,
                message: "write 'package' across targets and 'private' inside")
        }
    }

    static let noUnfinished = Rule("nothing is left for later in a comment", where: Scope.everything) {
        file in
        guard !file.path.hasSuffix(".md"), !file.path.hasSuffix("/planted.tsv") else { return [] }
        let texts = file.path.hasSuffix(".swift") ? file.comments : file.lines
        return texts.indices.filter { index in
            ["TO" + "DO", "FIX" + "ME", "X" + "XX"].contains { texts[index].holds(word: $0) }
        }.map {
            Finding(path: file.path, line: $0 + 1, message: "do it now, or file an issue and drop the note")
        }
    }

    static let noMachinePaths = Rule("no path of somebody's machine", where: Scope.everything) { file in
        guard !file.path.hasSuffix("/planted.tsv") else { return [] }
        let paths = ["/" + "work/", "/" + "opt/swift", "/" + "Users/"]
        return file.lines.indices.filter { index in paths.contains { file.lines[index].contains($0) } }.map {
            Finding(
                path: file.path, line: $0 + 1,
                message: "write a path from the project's folder, or a parameter")
        }
    }

    /// Whether a `!` stands right behind a value: after a name, a bracket or a quote, and not as a part of `!=`.
    private static func unwraps(_ line: String) -> Bool {
        let bytes = Array(line.utf8)
        for at in bytes.indices.dropFirst() where bytes[at] == UInt8(ascii: "!") {
            let next = at + 1 < bytes.count ? bytes[at + 1] : UInt8(ascii: "\n")
            guard next != UInt8(ascii: "=") else { continue }
            let before = bytes[at - 1]
            let closers: [UInt8] = [
                UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "\""), UInt8(ascii: "`"),
            ]
            guard before.isNamePart || closers.contains(before) else { continue }
            let word = bytes[..<at].reversed().prefix { $0.isNamePart }.reversed()
            if ["try", "as"].contains(where: { word.elementsEqual($0.utf8) }) { continue }
            return true
        }
        return false
    }
}
