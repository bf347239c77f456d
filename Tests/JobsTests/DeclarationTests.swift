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

    @Test func `ask in the schema for those of the job's own kind only`() throws {
        let lines = JSONSchema.render(.job).split(separator: "\n").map(String.init)
        let start = try #require(lines.firstIndex(of: #"  "allOf": ["#))
        #expect(!lines[..<start].contains(#"  "required": ["#))
        for kind in JobKeys.kinds {
            let begin = try #require(lines.firstIndex(of: "            \"const\": \"\(kind.rawValue)\""))
            let end = lines[begin...].firstIndex(of: #"      "if": {"#) ?? lines.endIndex
            let own = Set(JobKeys.own(of: kind).map(\.name))
            for key in JobKeys.kinds.flatMap(JobKeys.own) {
                let isRefused = lines[begin..<end].contains {
                    $0.hasPrefix("          \"\(key.name)\": false")
                }
                #expect(isRefused != own.contains(key.name), "\(kind) \(key.name)")
            }
            for key in JobKeys.own(of: kind) where key.isRequired {
                #expect(lines[begin..<end].contains { $0.hasPrefix("          \"\(key.name)\"") })
            }
        }
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
        switch file {
        case .settings:
            let text = Self.defaults(of: SettingsKeys.all)
            #expect(text.contains("daemon: {lease: 30s, grace: 60s}"))
            let written = Sample.settings("targets: {main: postgres://h/db}\n" + text)
            #expect(written.faults.isEmpty)
            #expect(written.settings == Sample.settings("targets: {main: postgres://h/db}\n").settings)
        case .job:
            for kind in JobKeys.kinds {
                let required =
                    switch kind {
                    case .command: "command: [x]\n"
                    case .restore: "backup: latest:main/shop\nto: main/shop2\n"
                    case .sql: "databases: shop\nstatements: [vacuum]\n"
                    case .backup, .drill, .verify, .maintain: ""
                    }
                let defaults = Self.defaults(of: JobKeys.keys(of: kind))
                    .replacing("kind: backup", with: "kind: \(kind.rawValue)")
                let written = Sample.job(defaults + required)
                #expect(written.faults.isEmpty)
                var bare = Sample.job("kind: \(kind.rawValue)\n" + required).job
                bare?.places = written.job?.places ?? [:]
                #expect(written.job == bare)
            }
        }
    }

    /// A file that writes every default out, also inside sections.
    private static func defaults(of keys: [KeyDeclaration]) -> String {
        keys.compactMap { key -> String? in
            if case .written(let text) = key.standard { return "\(key.name): \(text)\n" }
            guard case .section(let inner) = key.shape else { return nil }
            let parts = inner.compactMap { part -> String? in
                guard case .written(let text) = part.standard else { return nil }
                return "\(part.name): \(text)"
            }
            return parts.isEmpty ? nil : "\(key.name): {\(parts.joined(separator: ", "))}\n"
        }.joined()
    }

    @Test func `are used rightly by the examples of the documentation`() throws {
        let document = try String(contentsOfFile: "\(Self.root)/docs/configuration.md", encoding: .utf8)
        let blocks = document.split(separator: "```yaml\n").dropFirst().compactMap {
            $0.split(separator: "```").first
        }
        for job in blocks where job.hasPrefix("# jobs/") {
            #expect(Sample.job(String(job)).faults.isEmpty)
        }
        #expect(blocks.contains { $0.hasPrefix("# jobs/") })
        let examples = blocks.filter { !$0.hasPrefix("#") }
        #expect(!examples.isEmpty)
        for example in examples {
            let (settings, faults) = ConfigurationParser.settings(
                text: String(example), file: "pgvigil.yaml", environment: ["DATABASE_URL": "postgres://h/db"],
                defaults: Sample.defaults,
                readFile: { .success($0.hasSuffix("-url") ? "https://h/s3cret" : "s3cret") })
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
