import Faults
import Jobs
import Testing

@Suite struct `A file that is made to hurt` {
    private static func codes(_ text: String) -> [String] {
        let faults = Sample.job(text).faults
        #expect(faults.allSatisfy { $0.place?.file == "jobs/nightly.yaml" })
        return faults.map(\.code)
    }

    @Test func `is refused when it is too large`() {
        #expect(Self.codes("# " + String(repeating: "x", count: 300_000)) == ["yaml.too-much"])
    }

    @Test(arguments: ["[", "{a: ", "- ", "? ", "-\t", "a:\n "])
    func `is refused when it is too deep`(_ level: String) {
        let text = String(repeating: level, count: 3000)
        #expect(["yaml.too-much", "yaml.syntax", "yaml.key-twice"].contains(Self.codes(text).first))
    }

    @Test func `is refused when it grows with every line`() {
        var text = "a: &a0 [x, x, x]\n"
        for level in 1...40 {
            text += "b\(level): &a\(level) [*a\(level - 1), *a\(level - 1), *a\(level - 1)]\n"
        }
        #expect(Self.codes(text) == ["yaml.too-much"])
    }

    @Test func `is refused when aliases of lists are keys`() {
        var text = "a: &a0 [x]\n"
        for level in 1...15 { text += "? &a\(level) [*a\(level - 1), *a\(level - 1)]\n: x\n" }
        #expect(!Self.codes(text).isEmpty)
    }

    @Test func `is read only so far when it repeats itself`() {
        let names = "databases: &names [" + (0..<1500).map { "d\($0)" }.joined(separator: ", ") + "]\n"
        let keys = [
            "exclude", "schemas", "exclude_schemas", "tables", "exclude_tables", "exclude_table_data",
            "target",
        ]
        let text = names + keys.map { "\($0): *names\n" }.joined()
        #expect(!Self.codes(text).contains("yaml.too-much"), "eight lists of 1,500 are not too many")
        let settings =
            "targets:\n"
            + (0..<20).map { index in
                "  t\(index): {url: postgres://h/db, databases: " + (index == 0 ? "&names [" : "*names}\n")
                    + (index == 0 ? (0..<1500).map { "d\($0)" }.joined(separator: ", ") + "]}\n" : "")
            }.joined()
        let faults = Sample.settings(settings).faults
        #expect(faults.map(\.code) == ["yaml.too-much"])
    }

    @Test func `may use a few aliases`() {
        let (job, faults) = Sample.job("databases: &wanted [app]\ntarget: *wanted\n")
        #expect(faults.isEmpty)
        #expect(job?.targets == ["app"])
    }

    @Test func `with many duplicates ends`() {
        let text = (0..<200).map { "k\($0): 1\nk\($0): 2\n" }.joined()
        #expect(Self.codes(text).contains("yaml.key-twice"))
    }

    @Test(arguments: 1...60)
    func `of random pieces never stops the program`(_ seed: UInt64) {
        let pieces = [
            "kind", "keep", "target", ": ", ":", "- ", "\n", "\n  ", "[", "]", "{", "}", "&a", "*a", "!",
            "!!str ", "|\n",
            ">\n", "\"", "'", "#", "%", "@", "`", "\t", "\u{85}", "\u{2028}", "\u{FEFF}", "\r\n", "é", "🐘",
            "\0", "~",
            "? ", "<<", "---\n", "...\n", "${", "}", "\\x", "\"\\ud800\"", "1", "%YAML 1.1\n",
        ]
        // A linear congruential generator is random enough for a choice of pieces.
        var state = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        for _ in 0..<60 {
            var text = ""
            for _ in 0..<14 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += pieces[Int(state >> 33) % pieces.count]
            }
            let (job, faults) = Sample.job(text)
            #expect((job == nil) == !faults.isEmpty, "seed \(seed): \(text.debugDescription)")
        }
    }
}
