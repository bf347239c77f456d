import FoundationEssentials
import TestKit
import Testing

@testable import Jobs

@Suite struct `The declared keys` {
    private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        .dropLast(3).joined(separator: "/")

    @Test func `make the schema of pgvigil.yaml`() {
        Golden.expect(JSONSchema.render(.settings), inFile: "\(Self.root)/docs/schema/pgvigil.schema.json")
    }

    @Test func `make the schema of a job`() {
        Golden.expect(JSONSchema.render(.job), inFile: "\(Self.root)/docs/schema/job.schema.json")
    }

    @Test func `make the tables of the documentation`() throws {
        let path = "\(Self.root)/docs/configuration.md"
        var document = try String(contentsOfFile: path, encoding: .utf8)
        for file in SchemaFile.allCases {
            let opening = "<!-- keys of \(file.rawValue) -->\n"
            let closing = "<!-- end of keys of \(file.rawValue) -->\n"
            let start = try #require(document.firstRange(of: opening)).upperBound
            let end = try #require(document.firstRange(of: closing)).lowerBound
            document = document[..<start] + "\n" + ReferenceTable.render(file) + "\n" + document[end...]
        }
        Golden.expect(document, inFile: path)
    }

    @Test(arguments: SchemaFile.allCases)
    func `have defaults that can be read`(_ file: SchemaFile) {
        let keys = file.keys + file.keys.flatMap(\.shape.keys)
        let lines = keys.compactMap { key -> String? in
            guard case .written(let text) = key.standard, file.keys.contains(where: { $0.name == key.name })
            else {
                return nil
            }
            return "\(key.name): \(text)\n"
        }
        #expect(!lines.isEmpty)
        let targets = file == .settings ? "targets: {main: postgres://h/db}\n" : ""
        let faults =
            file == .job
            ? Sample.job(lines.joined()).faults : Sample.settings(targets + lines.joined()).faults
        #expect(faults.isEmpty)
    }

    @Test func `are used rightly by the examples of the documentation`() throws {
        let document = try String(contentsOfFile: "\(Self.root)/docs/configuration.md", encoding: .utf8)
        let blocks = document.split(separator: "```yaml\n").dropFirst().compactMap {
            $0.split(separator: "```").first
        }
        let examples = blocks.filter { !$0.hasPrefix("#") }
        #expect(!examples.isEmpty)
        for example in examples {
            let (settings, faults) = ConfigurationParser.settings(
                text: String(example), file: "pgvigil.yaml", environment: ["DATABASE_URL": "postgres://h/db"],
                defaults: Sample.defaults, readFile: { _ in .success("s3cret") })
            #expect(faults.isEmpty)
            #expect(settings != nil)
        }
    }

    @Test(arguments: SchemaFile.allCases)
    func `say what they are for`(_ file: SchemaFile) {
        let keys = file.keys + file.keys.flatMap(\.shape.keys)
        #expect(keys.allSatisfy { $0.doc.hasSuffix(".") && !$0.doc.contains("|") && !$0.shape.title.isEmpty })
        #expect(Set(file.keys.map(\.name)).count == file.keys.count)
    }
}
