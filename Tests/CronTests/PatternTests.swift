import Cron
import Faults
import FoundationEssentials
import TestKit
import Testing

/// A row of a table of cases, named by its columns.
struct PatternRow: Sendable, CustomTestStringConvertible {
    let columns: [String]

    var testDescription: String { columns.joined(separator: " | ") }

    static func read(_ name: String) -> [PatternRow] { Rows.read(name).map { PatternRow(columns: $0) } }
}

@Suite struct `Reading a pattern` {
    @Test(arguments: PatternRow.read("faults.tsv"))
    func `refuses what is wrong, with the column and the corrected text`(_ row: PatternRow) throws {
        let fault = try #require(throws: CronFault.self) { try CronPattern.parse(row.columns[0]) }
        #expect(fault.code == row.columns[1])
        #expect(fault.column.map(String.init) ?? "-" == row.columns[2])
        #expect(fault.remedy.hasPrefix(row.columns[3]), "the remedy is: \(fault.remedy)")
    }

    @Test func `says it in words that a person understands`() {
        var text = ""
        for row in Rows.read("faults.tsv") {
            for fault in CronPattern.read(row[0]).faults {
                text += "\(row[0])\n    \(fault.column.map(String.init) ?? "-"): \(fault)\n"
            }
        }
        Golden.expect(text, "faults")
    }

    @Test(arguments: PatternRow.read("faults.tsv"))
    func `accepts the corrected text`(_ row: PatternRow) {
        // A remedy such as "Write 5-59/15." names the item; put in the place of the old one, the field must
        // be sound.
        let words = row.columns[0].split(separator: " ").map(String.init)
        guard let fault = CronPattern.read(row.columns[0]).faults.first, [5, 6, 7].contains(words.count),
            let column = fault.column,
            ["cron.step-without-range", "cron.reversed-range"].contains(fault.code),
            !row.columns[0].hasPrefix("H")
        else { return }
        let instead = fault.remedy.dropFirst("Write ".count).dropLast()
        var start = 1
        var corrected: [String] = []
        for word in words {
            let holds = (start..<start + word.count).contains(column)
            corrected.append(
                holds
                    ? word.split(separator: ",").dropLast().map { "\($0)," }.joined() + instead : word)
            start += word.count + 1
        }
        #expect(CronPattern.read(corrected.joined(separator: " ")).faults == [], "\(corrected)")
    }

    @Test func `finds a fault in every field that has one`() {
        let faults = CronPattern.read("60 5/2 0 * FRI-MON").faults
        #expect(
            faults.map(\.code) == [
                "cron.out-of-range", "cron.step-without-range", "cron.out-of-range", "cron.reversed-range",
            ])
        #expect(faults.map(\.column) == [1, 4, 8, 12])
    }

    @Test func `keeps the text with one space between its words`() throws {
        #expect(try CronPattern.parse(" 0\t0  * * mon ").description == "0 0 * * mon")
        #expect(try CronPattern.parse("@every  15m").description == "@every 15m")
    }

    @Test func `places a fault in the file it came from`() throws {
        let fault = try #require(throws: CronFault.self) { try CronPattern.parse("0 5/6 * * *") }
        let placed = fault.placed(at: Place(file: "jobs/a.yaml", line: 7, column: 12))
        #expect(placed.place == Place(file: "jobs/a.yaml", line: 7, column: 14))
        #expect("\(placed)".hasPrefix("jobs/a.yaml:7:14: '5/6' in the hour field has a step but no range. "))
    }

    @Test func `cuts long text in its message`() throws {
        let text = String(repeating: "9", count: 5_000)
        let fault = try #require(throws: CronFault.self) { try CronPattern.parse("\(text) * * * *") }
        #expect(fault.summary.count < 120)
    }

    @Test func `takes it to mean the instants that it ought to, and no others`() throws {
        for row in Rows.read("matches.tsv") {
            let instant = try Stamp.parse(row[1])
            let pattern = try CronPattern.parse(row[0])
            let matches = pattern.next(after: instant.addingTimeInterval(-1), in: .utc) == instant
            #expect(matches == (row[2] == "yes"), "\(row)")
            let mirrored = pattern.previous(before: instant.addingTimeInterval(1), in: .utc) == instant
            #expect(mirrored == matches, "\(row)")
        }
    }

    @Test func `reads what it writes`() throws {
        for row in Rows.read("matches.tsv") + Rows.read("same.tsv") + Rows.read("explained.tsv") {
            let pattern = try CronPattern.parse(row[0], hashKey: "job")
            #expect(try CronPattern.parse(pattern.description, hashKey: "job") == pattern)
        }
    }

    @Test(arguments: ["UTC", "America/New_York"])
    func `gives patterns that mean the same the same occurrences`(_ zone: String) throws {
        let zone = try Zones.load(zone)
        let start = try Stamp.parse("2026-01-31T12:34Z")
        for row in Rows.read("same.tsv") {
            let one = Occurrences(of: try CronPattern.parse(row[0]), after: start, in: zone).prefix(40)
            let other = Occurrences(of: try CronPattern.parse(row[1]), after: start, in: zone).prefix(40)
            #expect(Array(one) == Array(other), "\(row)")
        }
    }
}

@Suite struct `Hashed values` {
    private func minute(_ pattern: String, _ job: String) throws -> Int {
        let next = try CronPattern.parse(pattern, hashKey: job).next(
            after: Date(timeIntervalSince1970: -1), in: .utc)
        return Int(try #require(next).timeIntervalSince1970) / 60
    }

    @Test func `never move, whatever the version`() throws {
        // These are what daemons in the field have: changing them moves people's backups.
        #expect(try minute("H * * * *", "nightly-backup") == 31)
        #expect(try minute("H H * * *", "nightly-backup") == 60 * 10 + 31)
        #expect(try minute("H * * * *", "tidy") == 28)
        #expect(try minute("H * * * *", "") == 25)
    }

    @Test func `stay within their range`() throws {
        for number in 0..<500 {
            let job = "job-\(number)"
            #expect((10...19).contains(try minute("H(10-19) * * * *", job)))
            #expect((0..<15).contains(try minute("H/15 * * * *", job)))
            #expect((0..<10).contains(try minute("H(0-29)/10 * * * *", job)))
            #expect((20..<25).contains(try minute("H(20-24)/10 * * * *", job)))
        }
    }

    @Test func `choose days that every month has`() throws {
        for number in 0..<200 {
            let pattern = try CronPattern.parse("0 0 H * *", hashKey: "job-\(number)")
            let days = Occurrences(of: pattern, after: Date(timeIntervalSince1970: 0), in: .utc).prefix(12)
            #expect(days.allSatisfy { Stamp.render($0).dropFirst(8).prefix(2) <= "28" })
            #expect(Set(days.map { Stamp.render($0).dropFirst(5).prefix(2) }).count == 12)
        }
    }

    @Test func `spread jobs over the hour`() throws {
        var counts = [Int](repeating: 0, count: 60)
        for number in 0..<6_000 { counts[try minute("H * * * *", "job-\(number)")] += 1 }
        #expect(counts.allSatisfy { (60...140).contains($0) }, "\(counts)")
    }

    @Test func `differ between the fields of one pattern`() throws {
        let alike = try (0..<200).filter { number in
            let both = try minute("H H * * *", "job-\(number)")
            return both % 60 == both / 60
        }
        #expect(alike.count < 20)
    }

    @Test func `step through the hour from their own start`() throws {
        let pattern = try CronPattern.parse("H/15 * * * *", hashKey: "tidy")
        let minutes = Occurrences(of: pattern, after: Date(timeIntervalSince1970: -1), in: .utc).prefix(5)
            .map { Int($0.timeIntervalSince1970) / 60 }
        #expect(zip(minutes, minutes.dropFirst()).allSatisfy { $1 - $0 == 15 })
    }
}
