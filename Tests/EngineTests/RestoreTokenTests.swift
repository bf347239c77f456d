import ArchiveFormat
import TestKit
import Testing

@testable import Engine

@Suite struct `Reading SQL text` {
    @Test func `statements end at semicolons that are not in strings, names, dollar quotes or comments`() {
        for row in Rows.read("restore-statements.tsv") {
            let text = row[0].replacing("|", with: "\n")
            let found = SQLText(text).statements.map { ($0.isCommand ? "command " : "") + $0.text }
            #expect(
                found.joined(separator: " § ").replacing("\n", with: "|") == row[1], "\(row[2])")
        }
    }

    @Test func `names and strings are taken out of their quotes`() throws {
        let tokens = SQLText(#"ALTER Role "a""b" SET x.y TO 'it''s', E'\n', 5::int"#).tokens
        #expect(tokens[1].identifier == "role" && tokens[1].isWord("ROLE"))
        #expect(tokens[2].identifier == "a\"b")
        #expect(try #require(tokens.first { $0.kind == .string }).literal == "it's")
        #expect(tokens.contains { $0.isSymbol("::") })
        #expect(tokens.filter { $0.kind == .string }.map(\.literal) == ["it's", nil])
    }

    @Test func `any bytes are read to their end`() {
        var seed = UInt64(20_261_123)
        for _ in 0..<2_000 {
            let signs = Array("ab'\"$;-*/\\E:.\n \u{e9}".utf8)
            let bytes = (0..<40).map { _ -> UInt8 in
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return signs[Int(seed >> 33) % signs.count]
            }
            let tokens = SQLText(bytes).tokens
            let isOrdered = zip(tokens, tokens.dropFirst()).allSatisfy {
                $0.range.upperBound <= $1.range.lowerBound
            }
            #expect(isOrdered && (tokens.last?.range.upperBound ?? 0) <= bytes.count)
        }
    }

    @Test func `what is quoted is read back as it was`() {
        for name in ["plain", "Mixed", "a\"b", "semi;colon", "ünï", "it's", "back\\slash"] {
            #expect(SQLText(Identifier.quoted(name)).tokens.map(\.identifier) == [name])
        }
        #expect(Identifier.quoted(schema: "s", name: "t") == "\"s\".\"t\"")
        #expect(SQLText(Literal.quoted("it's")).tokens.map(\.literal) == ["it's"])
        #expect(Literal.quoted("a\\'b") == "E'a\\\\''b'")
    }
}
