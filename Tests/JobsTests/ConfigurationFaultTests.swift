import Faults
import Jobs
import TestKit
import Testing

@Suite struct `What is wrong in a file` {
    private static func faults(_ kind: String, _ text: String) -> [AnyFault] {
        kind == "job" ? Sample.job(text).faults : Sample.settings(text).faults
    }

    @Test(arguments: Rows.read("config-faults.tsv"))
    func `is said with its place, in the order of the file, and mended by the remedy`(_ row: [String]) throws
    {
        let faults = Self.faults(row[0], Escapes.plain(row[1]))
        let found = faults.map { fault in
            let file = row[0] == "job" ? "jobs/nightly.yaml" : "pgvigil.yaml"
            #expect(fault.place?.file == file)
            let place = [fault.place?.line, fault.place?.column].compactMap { $0.map(String.init) }
            return (place.isEmpty ? "" : place.joined(separator: ":") + " ") + fault.code
        }
        #expect(found.joined(separator: "|") == row[2], "\(row[4])")
        let remedy = try #require(faults.first?.remedy)
        #expect(remedy.contains(row[3]), "\(row[4])")
        #expect(
            faults.allSatisfy { !$0.description.contains("s3cr") && $0.exitStatus == .usage && !$0.mayPass })
    }

    @Test func `gives no value`() {
        #expect(Sample.job("frmat: custom\n").job == nil)
        #expect(Sample.settings("zone: CEST\n").settings == nil)
        #expect(Sample.job("format: custom\n").job != nil)
    }

    @Test func `reads as a person needs it`() {
        let rows = Rows.read("config-faults.tsv")
        let lines = rows.flatMap { row in Self.faults(row[0], Escapes.plain(row[1])) }.map(\.description)
        var seen: Set<String> = []
        Golden.expect(
            lines.filter { seen.insert($0).inserted }.joined(separator: "\n"), "configuration-faults")
    }

    @Test func `of connection strings reads as a person needs it`() {
        let lines =
            Rows.read("url-faults.tsv").compactMap { row in
                do throws(JobsFault) {
                    _ = try ConnectionURL.parse(Escapes.plain(row[0]))
                    return nil
                } catch {
                    return error.description
                }
            } as [String]
        var seen: Set<String> = []
        Golden.expect(lines.filter { seen.insert($0).inserted }.joined(separator: "\n"), "url-faults")
    }

    @Test(arguments: [
        "Nightly.yaml", "9to5.yaml", "night shift.yml", ".yaml", String(repeating: "x", count: 64),
    ])
    func `may be the name of the file`(_ file: String) {
        #expect(Sample.job("", file: "jobs/\(file)").faults.map(\.code) == ["config.bad-name"])
    }
}
