import Jobs
import TestKit
import Testing

@Suite struct `Globs` {
    @Test(arguments: Rows.read("globs.tsv"))
    func `match as in a shell`(_ row: [String]) {
        #expect(Glob.matches(row[0], row[1]) == (row[2] == "yes"), "\(row[3])")
    }

    @Test(arguments: ["app", "a*b", "what?", "[x]", "back\\slash", "", "é*"])
    func `can be made of any name, to match it alone`(_ name: String) {
        let pattern = Glob.escape(name)
        #expect(Glob.matches(pattern, name))
        #expect(!Glob.isPattern(pattern))
        #expect(!Glob.matches(pattern, name + "x"))
    }

    @Test func `are told from names`() {
        #expect(Glob.isPattern("a*"))
        #expect(Glob.isPattern("a?"))
        #expect(Glob.isPattern("[ab]"))
        #expect(!Glob.isPattern("a\\*"))
        #expect(!Glob.isPattern("app"))
    }
}
