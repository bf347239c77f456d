import Cron
import TestKit
import Testing

@Suite struct `Explaining a pattern` {
    @Test func `says in English when it is due and which day rule applies`() throws {
        var text = ""
        for row in Rows.read("explained.tsv") {
            let zone = row[1] == "-" ? nil : try Zones.load(row[1])
            let pattern = try CronPattern.parse(row[0], hashKey: "nightly-backup")
            text += "\(row[0])\(row[1] == "-" ? "" : " [\(row[1])]")\n    \(pattern.explain(in: zone))\n"
        }
        Golden.expect(text, "explained")
    }

    @Test func `stays on one line`() throws {
        for row in Rows.read("explained.tsv") {
            let explanation = try CronPattern.parse(row[0]).explain(in: .utc)
            #expect(!explanation.contains("\n") && explanation.hasSuffix("."))
        }
    }
}
