import Cron
import Faults
import FoundationEssentials
import TestKit
import Testing

@Suite struct `Reading a crontab` {
    private func read(_ name: String, file: String = #filePath) throws -> (
        lines: [CrontabLine], faults: [AnyFault]
    ) {
        let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
            separator: "/")
        let text = try String(contentsOfFile: "\(folder)/Crontabs/\(name)", encoding: .utf8)
        return Crontab.parse(text, file: "cron/\(name)")
    }

    private func render(_ line: CrontabLine) -> String {
        var text = "\(line.place): \(line.patternText) | \(line.zoneName ?? "-") | \(line.job)"
        for option in line.options { text += " | \(option.key) is '\(option.value)'" }
        for (name, value) in line.environment.sorted(by: { $0.key < $1.key }) {
            text += " | $\(name) is '\(value)'"
        }
        return text
    }

    @Test func `finds pattern, zone, job, options and variables of every line`() throws {
        let (lines, faults) = try read("nights.cron")
        #expect(faults == [])
        Golden.expect(lines.map(render).joined(separator: "\n"), "crontab")
    }

    @Test func `reports every fault with its place and its remedy`() throws {
        let (lines, faults) = try read("wrong.cron")
        #expect(
            lines.map { render($0) } == [
                "cron/wrong.cron:26:1: 30 1 * * * | - | nightly-backup | window is 'nights'"
            ])
        Golden.expect(faults.map { "\($0)" }.joined(separator: "\n"), "crontab-faults")
    }

    @Test func `provokes every fault that a crontab can have`() throws {
        let codes = Set(try read("wrong.cron").faults.map(\.code))
        let expected: Set<String> = [
            "crontab.missing-job", "crontab.ambiguous-line", "crontab.bad-job-name", "crontab.bad-option",
            "crontab.duplicate-option", "crontab.open-quote", "zone.bad-name", "cron.field-count",
        ]
        #expect(expected.subtracting(codes) == [])
    }

    @Test func `takes line ends and byte order marks of Windows`() throws {
        let (lines, faults) = try read("windows.cron")
        #expect(faults == [])
        #expect(
            lines.map(render) == [
                "cron/windows.cron:1:1: 30 1 * * * | - | bom",
                "cron/windows.cron:4:1: 0 2 * * * | - | crlf | $TZ is 'Europe/Paris'",
                "cron/windows.cron:5:1: 0 3 * * * | - | last | $TZ is 'Europe/Paris'",
            ])
    }

    @Test func `resolves H with the name of the job`() throws {
        let (lines, _) = Crontab.parse("H 2 * * * tidy\nH 2 * * * nightly-backup", file: "a")
        #expect(
            lines.map(\.pattern) == [
                try CronPattern.parse("H 2 * * *", hashKey: "tidy"),
                try CronPattern.parse("H 2 * * *", hashKey: "nightly-backup"),
            ])
    }

    @Test func `knows where the job, the zone and the options stand`() throws {
        let text = "\tCRON_TZ=Europe/Paris 30 1 * * *  tidy\tlate=2h"
        let line = try #require(Crontab.parse(text, file: "a").lines.first)
        #expect(line.zonePlace == Place(file: "a", line: 1, column: 10))
        #expect(line.place == Place(file: "a", line: 1, column: 23))
        #expect(line.jobPlace == Place(file: "a", line: 1, column: 35))
        #expect(line.options.map(\.place) == [Place(file: "a", line: 1, column: 40)])
        #expect(line.option("late") == "2h" && line.option("window") == nil)
    }

    @Test(arguments: [
        ("30 1 * * * job", 5), ("0 30 1 * * * job", 6), ("0 30 1 * * * 2026 job", 7), ("30 1 * * mon job", 5),
        ("30 1 * jan mon job", 5), ("0 30 1 * * mon job", 6), ("30 1 * jan-mar fri#l job", 5),
        ("0 30 1 L JAN FRIL job", 6), ("30 1 LW * ? job", 5), ("H H(0-5) * * +MON job", 5),
        ("30 1 * * * jan-report", 5),
        ("0 30 1 * * 5L 2026 monitor", 7), ("30 1 * * Sat,Sun satellite", 5),
    ])
    func `takes the words that can only be fields`(_ line: String, _ count: Int) throws {
        let (lines, faults) = Crontab.parse(line, file: "a")
        let soundOrLowerCase = faults.isEmpty || line.contains("#l")
        #expect(soundOrLowerCase, "\(faults)")
        if let first = lines.first { #expect(first.patternText.split(separator: " ").count == count) }
    }

    @Test(arguments: ["mon", "jan", "sat", "may", "mon-fri", "sunday"])
    func `refuses a last word that may be a field or a job`(_ word: String) throws {
        for line in ["30 1 * * * \(word)", "30 1 * * * \(word) late=2h", "@daily \(word)"] {
            let fault = try #require(
                Crontab.parse(line, file: "a").faults.first { $0.code == "crontab.ambiguous-line" })
            #expect(fault.remedy.hasPrefix("Write \(word.uppercased()) if it belongs to the pattern"))
        }
    }

    @Test func `is silent about nothing`() {
        for text in ["", "\n", "   \n\t\n", "# only\n  # comments"] {
            let (lines, faults) = Crontab.parse(text, file: "a")
            #expect(lines.isEmpty && faults.isEmpty)
        }
    }

    @Test func `stands whatever bytes it is given`() {
        var numbers = SeededNumbers(seed: 20_261_122)
        let alphabet = Array("0 1*/,-?+LWH#()=\"'@mon\tjob\n\r#é\u{0}MON")
        for _ in 0..<3_000 {
            let text = String(
                (0..<Int.random(in: 0..<40, using: &numbers)).compactMap { _ in
                    alphabet.randomElement(using: &numbers)
                })
            let (lines, faults) = Crontab.parse(text, file: "a")
            for line in lines { _ = line.pattern.next(after: Date(timeIntervalSince1970: 0), in: .utc) }
            for fault in faults {
                #expect(fault.place?.line != nil && fault.place?.column != nil, "\(text.debugDescription)")
            }
        }
    }
}
