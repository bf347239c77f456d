import Testing

/// A text, and the lines where a rule must find something in it.
struct Planted: Sendable, CustomTestStringConvertible {
    var rule: String
    var path: String
    var text: String
    var lines: [Int]
    var why: String

    /// Rows of rule, path, text (`\n` for line breaks, `*N` in front for N copies), found lines or `-`, and why.
    static let all: [Planted] = rows.map { row in
        var text = row[2]
        if text.hasPrefix("*"), let count = Int(text.dropFirst().prefix { $0.isNumber }) {
            text = String(repeating: String(text.dropFirst().drop { $0.isNumber }), count: count)
        }
        return Planted(
            rule: row[0], path: row[1],
            text: text.split(separator: "\\n", omittingEmptySubsequences: false).joined(separator: "\n"),
            lines: row[3] == "-" ? [] : row[3].split(separator: ",").compactMap { Int($0) }, why: row[4])
    }

    private static let rows: [[String]] = (Project.text(of: "Tests/TidyTests/planted.tsv") ?? "").split(
        separator: "\n"
    )
    .filter { !$0.hasPrefix("#") }.map { $0.split(separator: "\t").map(String.init) }.filter { $0.count == 5 }

    var testDescription: String { "\(rule): \(why)" }
}

@Suite struct `The rules can fail` {
    @Test(arguments: Planted.all) func `a rule finds what is planted, and nothing else`(_ planted: Planted)
        throws
    {
        let rule = try #require(Rule.all.first { $0.name == planted.rule }, "no rule of this name")
        let found = rule.findings(in: SourceFile(path: planted.path, text: planted.text))
        #expect(found.map(\.line).sorted() == planted.lines, "\(found)")
    }

    @Test(arguments: Rule.all) func `every rule has a text that breaks it and one that keeps it`(_ rule: Rule)
    {
        let rows = Planted.all.filter { $0.rule == rule.name }
        #expect(rows.contains { !$0.lines.isEmpty }, "plant a text that breaks the rule in planted.tsv")
        #expect(rows.contains { $0.lines.isEmpty }, "plant a text that keeps the rule in planted.tsv")
    }

    @Test func `the dependencies of targets are read from the manifest`() {
        let manifest = """
            // module("Comment", ["Never"]),
            module("Cron", ["Faults",
                "Measures"]),
            module("Faults"),
            module("Jobs", ["Faults", yams], resources: [.embedInCode("SQL")]),
            .executableTarget(name: "pgvigil", dependencies: ["Wiring", argumentParser], swiftSettings: strict),
            """
        #expect(
            Tiers.declared(in: manifest) == [
                "Cron": ["Faults", "Measures"], "Faults": [], "Jobs": ["Faults", "Yams"],
                "pgvigil": ["Wiring", "ArgumentParser"],
            ])
    }
}

@Suite struct `Telling code from comments and quotes` {
    @Test func `a quoted word is not code, an interpolated one is`() {
        let text = SwiftText(#"let a = "one \(two("three")) four" // five"#)
        #expect(text.code == [#"let a = "     (two("     "))     " "#])
        #expect(text.comments == ["// five"])
    }

    @Test func `raw strings, long strings, odd names and nested comments end where they end`() {
        let text = SwiftText(
            """
            let a = #"no \\(code) " here"# + b
            let c = \"\"\"
                try! in "quotes" \\(d) x
                \"\"\" + e
            /* one /* two */ three */ let f = `a name`
            """)
        #expect(
            text.code == [
                ##"let a = #"                 "# + b"##,
                ##"let c = """"##,
                "                      (d)  ",
                ##"    """ + e"##,
                " let f = `      `",
            ])
        #expect(text.comments.last == "/* one /* two */ three */")
    }
}
