import ArchiveFormat
import TestKit
import Testing

@testable import Engine

@Suite struct `Definitions of a restored database` {
    private func lines(
        _ expected: TableOfContents, _ found: TableOfContents, ignoresTablespaces: Bool = false,
        isPartial: Bool = false
    ) -> [DrillLine] {
        DefinitionComparison(
            expected: expected, found: found, ignoresTablespaces: ignoresTablespaces, isPartial: isPartial
        ).lines()
    }

    @Test(arguments: [15, 18]) func `what was restored as it was is one line`(version: Int) throws {
        let found = lines(
            try RestoreFixture.contents("shop-\(version).dump"),
            try RestoreFixture.contents("shop-\(version)-restored.dump"))
        #expect(found.filter { $0.state == .broken } == [])
        #expect(found.first?.state == .ok && (found.first?.count ?? 0) > 40)
    }

    @Test func `between majors names and owners are compared, and the report says so`() throws {
        let found = lines(
            try RestoreFixture.contents("shop-15.dump"),
            try RestoreFixture.contents("shop-15-restored-on-18.dump"))
        Golden.expect(RestoreFixture.told(found), "definitions-across-majors")
    }

    @Test func `casts that the server writes by itself are no difference`() throws {
        let found = lines(
            try RestoreFixture.contents("written-otherwise.dump"),
            try RestoreFixture.contents("written-otherwise-restored.dump"))
        Golden.expect(RestoreFixture.told(found), "definitions-written-otherwise")
    }

    @Test func `each fault in a definition is found by its object`() throws {
        let expected = try RestoreFixture.contents("shop-18.dump")
        let found = try RestoreFixture.contents("shop-18-restored.dump")
        var answers: [String] = []
        for row in Rows.read("restore-definition-faults.tsv") {
            var damaged = found
            let index = try #require(
                damaged.entries.firstIndex { $0.kind == row[0] && $0.name == row[1] }, "\(row[5])")
            switch row[2] {
            case "remove": damaged.entries.remove(at: index)
            case "twice": damaged.entries.append(damaged.entries[index])
            case "owner": damaged.entries[index].owner = ArchiveText(row[4])
            case "method": damaged.entries[index].accessMethod = ArchiveText(row[4])
            case "tablespace": damaged.entries[index].tablespace = ArchiveText(row[4])
            case _:
                let text = try #require(damaged.entries[index].definition?.display)
                let other = text.replacing(row[3], with: row[4])
                #expect(text != other, "\(row[5])")
                damaged.entries[index].definition = ArchiveText(other)
            }
            let lines = lines(expected, damaged).filter { $0.state == .broken }
            answers.append("\(row[5])\n" + lines.map { "  \($0.said)" }.joined(separator: "\n"))
        }
        Golden.expect(answers.joined(separator: "\n"), "definition-faults")
    }

    @Test func `tablespaces that were mapped away say nothing`() throws {
        let expected = try RestoreFixture.contents("shop-18.dump")
        var found = try RestoreFixture.contents("shop-18-restored.dump")
        for index in found.entries.indices { found.entries[index].tablespace = "fast" }
        #expect(lines(expected, found, ignoresTablespaces: true).allSatisfy { $0.state != .broken })
        #expect(lines(expected, found).contains { $0.state == .broken })
    }

    @Test func `grants in another order are the same`() throws {
        let expected = try RestoreFixture.contents("shop-18.dump")
        func contents(_ grants: String) -> TableOfContents {
            var contents = expected
            for index in contents.entries.indices where contents.entries[index].kind == "ACL" {
                contents.entries[index].definition = ArchiveText(grants)
            }
            return contents
        }
        let (one, two) = ("GRANT SELECT ON TABLE a TO x;\n", "GRANT ALL ON TABLE a TO y;\n")
        #expect(lines(contents(one + two), contents(two + one)).allSatisfy { $0.state != .broken })
        #expect(lines(contents(one + two), contents(one)).contains { $0.state == .broken })
    }

    @Test func `what is more than a part of a database is only noted`() throws {
        let whole = try RestoreFixture.contents("shop-18.dump")
        var part = whole
        part.entries.removeAll { $0.kind == "VIEW" }
        #expect(lines(part, whole).contains { $0.state == .broken })
        #expect(lines(part, whole, isPartial: true).allSatisfy { $0.state != .broken })
    }

    @Test func `nothing compared with nothing is no line`() throws {
        var empty = try RestoreFixture.contents("shop-18.dump")
        empty.entries = []
        #expect(lines(empty, empty).isEmpty)
    }

    @Test func `ten thousand tables take no time to speak of`() throws {
        var contents = try RestoreFixture.contents("shop-18.dump")
        contents.entries = (0..<40_000).map { number in
            var entry = TOCEntry()
            entry.tag = ArchiveText("table_\(number / 4)")
            entry.namespace = "public"
            entry.description = ["TABLE", "INDEX", "COMMENT", "ACL"][number % 4]
            entry.definition = ArchiveText("CREATE TABLE public.table_\(number) (id bigint, name text);\n")
            return entry
        }
        var found = contents
        found.entries.reverse()
        let clock = ContinuousClock()
        var count = 0
        let took = clock.measure { count = lines(contents, found).first?.count ?? 0 }
        #expect(count == 40_000)
        // A wide bound for busy machines and builds that are not optimised: something quadratic takes minutes.
        #expect(took < .seconds(20))
    }
}
