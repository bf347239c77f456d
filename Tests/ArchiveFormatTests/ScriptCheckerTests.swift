import TestKit
import Testing

@testable import ArchiveFormat

@Suite struct `Plain dumps` {
    private func check(_ bytes: [UInt8], of size: Int = 1 << 20) -> (ScriptChecker, [Finding]) {
        var checker = ScriptChecker()
        inPieces(bytes, of: size) { checker.take($0) }
        let findings = checker.finish(subject: "the script")
        return (checker, findings)
    }

    private static let plain =
        Fixture.majors.map { "plain-\($0).sql" }
        + ["plain-15-inserts.sql", "globals-15.sql", "globals-17.sql", "cluster-15.sql", "tiny-plain.sql"]

    @Test(arguments: plain, [1, 3, 17, 4096])
    func `of pg_dump are whole, in pieces of any size`(name: String, size: Int) throws {
        let bytes = try Fixture.bytes(name)
        let (checker, findings) = check(bytes, of: size)
        let (whole, _) = check(bytes)
        #expect(findings == [])
        #expect(checker.isDump == true)
        #expect(checker.content == whole.content)
    }

    @Test(arguments: Fixture.majors)
    func `tell the rows of each table`(major: Int) throws {
        let content = check(try Fixture.bytes("plain-\(major).sql")).0.content
        #expect(content.tables.map(\.name) == ["Line;Items", "customer", "nothing_yet"])
        #expect(content.tables.map(\.schema) == ["odd name", "public", "public"])
        #expect(content.tables.map(\.rows) == [60, 3, 0])
        #expect(content.largeObjects == 3)
        #expect(content.serverVersion?.hasPrefix("\(major).") == true)
        #expect(content.dumpVersion?.hasPrefix("\(major).") == true)
        #expect(!content.isCluster)
    }

    @Test func `with INSERT statements have tables whose rows are not counted`() throws {
        let content = check(try Fixture.bytes("plain-15-inserts.sql")).0.content
        #expect(content.tables.map(\.name) == ["Line;Items", "customer", "nothing_yet"])
        #expect(content.tables.allSatisfy { $0.rows == nil })
    }

    @Test func `of a whole cluster hold every database`() throws {
        let content = check(try Fixture.bytes("cluster-15.sql")).0.content
        #expect(content.isCluster)
        #expect(content.tables.map(\.name) == ["Line;Items", "customer", "nothing_yet", "t"])
    }

    @Test(arguments: Rows.read("scripts.tsv"))
    func `are checked to their end`(row: [String]) throws {
        func text(_ field: String) -> String {
            field.replacing("\\\\", with: "\u{1}").replacing("\\n", with: "\n").replacing("\u{1}", with: "\\")
        }
        var script = String(decoding: try Fixture.bytes(row[0]), as: UTF8.self)
        if let start = script.firstRange(of: "\\restrict "),
            let end = script[start.upperBound...].firstIndex(of: "\n")
        {
            script = script.replacing(script[start.upperBound..<end], with: "KEY")
        }
        #expect(script.contains(text(row[1])), "the row finds its place")
        script = script.replacing(text(row[1]), with: text(row[2]), maxReplacements: 1)
        let findings = check(Array(script.utf8)).1
        #expect(findings.map(\.code).joined(separator: ",") == row[3], "\(row[4])")
        #expect(
            findings.map(\.code) == check(Array(script.utf8), of: 1).1.map(\.code), "the same byte by byte")
    }

    @Test(arguments: ["tiny-plain.sql", "tiny-plain-restricted.sql", "globals-17.sql"])
    func `are not whole when they are cut anywhere`(name: String) throws {
        let bytes = try Fixture.bytes(name)
        // What may be missing at the end: line breaks and, but for a key, the rest of a comment.
        let text = String(decoding: bytes, as: UTF8.self)
        let ending = text.contains("\\restrict") && !text.contains("cluster") ? "\\unrestrict" : "complete"
        let needed = try #require(text.ranges(of: ending).last).upperBound
        for count in 0..<text.utf8.distance(from: text.startIndex, to: needed) {
            #expect(check(Array(bytes.prefix(count))).1.isEmpty == false, "after \(count) bytes")
        }
    }

    @Test(arguments: ["", "-", "--\n", "--\n-- PostgreSQL databas"])
    func `cannot be told from other text too early`(text: String) {
        #expect(check(Array(text.utf8)).0.isDump == nil)
    }

    @Test(arguments: ["SELECT 1;", "--\n-- PostgreSQL cluster", "#!/bin/sh\n-- PostgreSQL database dump"])
    func `are not other texts`(text: String) {
        #expect(check(Array(text.utf8)).0.isDump == false)
    }

    @Test func `cost no memory for statements, comments and tags without end`() {
        var checker = ScriptChecker()
        inPieces(Array("--\n-- PostgreSQL database dump\n--\n".utf8), of: 100) { checker.take($0) }
        for start in ["COPY ", "-- ", "SELECT $a"] {
            inPieces(Array(start.utf8), of: 100) { checker.take($0) }
            let piece = [UInt8](repeating: 0x61, count: 1 << 16)
            for _ in 0..<16 { inPieces(piece, of: piece.count) { checker.take($0) } }
            inPieces(Array("\n;".utf8), of: 100) { checker.take($0) }
        }
        #expect(checker.finish(subject: "the script").map(\.code) == ["plain.trailer"])
    }
}
