import Cron
import Faults
import FoundationEssentials
import Testing

@Suite struct `Faults of schedules` {
    private static let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        .joined(separator: "/")

    @Test func `have a code, a column where there is one, and words for every case`() throws {
        let field = CronField.minute
        let faults: [(fault: CronFault, code: String, column: Int?)] = [
            (.emptyPattern, "cron.empty-pattern", nil),
            (.fieldCount(4, column: 1), "cron.field-count", 1),
            (.unknownNickname("@x", nearest: nil, column: 2), "cron.unknown-nickname", 2),
            (.badInterval("x", column: 3), "cron.bad-interval", 3),
            (.trailingText("x", after: "5", column: 4), "cron.trailing-text", 4),
            (.emptyItem(field, instead: nil, column: 5), "cron.empty-item", 5),
            (.notAValue("x", field, instead: nil, column: 6), "cron.not-a-value", 6),
            (.outOfRange("60", field, allowed: 0...59, column: 7), "cron.out-of-range", 7),
            (.reversedRange("5-1", field, instead: "1-5", column: 8), "cron.reversed-range", 8),
            (.stepZero("*/0", field, instead: "*", column: 9), "cron.step-zero", 9),
            (.stepWithoutRange("5/15", field, instead: "5-59/15", column: 10), "cron.step-without-range", 10),
            (.misplaced("?", field, instead: "*", column: 11), "cron.misplaced", 11),
            (.notAlone("15W", .dayOfMonth, instead: "15W", column: 12), "cron.not-alone", 12),
            (.neverFires("0 0 31 2 *"), "cron.never-fires", nil),
            (.badZoneName("x/", column: 13), "zone.bad-name", 13),
            (.badZoneFile(name: "x", because: "it is cut short"), "zone.bad-file", nil),
            (.zoneCountsLeapSeconds(name: "right/UTC"), "zone.leap-seconds", nil),
            (.missingJob(column: 14), "crontab.missing-job", 14),
            (.ambiguousLine("mon", column: 15), "crontab.ambiguous-line", 15),
            (.badJobName("X", instead: "x", column: 16), "crontab.bad-job-name", 16),
            (.badOption("late", column: 17), "crontab.bad-option", 17),
            (.duplicateOption("late", column: 18), "crontab.duplicate-option", 18),
            (.openQuote("NAME", column: 19), "crontab.open-quote", 19),
        ]
        for (fault, code, column) in faults {
            #expect(fault.code == code && fault.column == column)
            #expect(fault.summary.first?.isUppercase == false && !fault.summary.hasSuffix("."), "\(fault)")
            #expect(fault.remedy.first?.isUppercase == true && fault.remedy.hasSuffix("."), "\(fault)")
            #expect(!fault.mayPass && fault.exitStatus == .usage)
        }
        #expect(Set(faults.map(\.code)).count == faults.count)
        let manual = try String(contentsOfFile: Self.folder + "/../../docs/cron.md", encoding: .utf8)
        for (_, code, _) in faults {
            #expect(manual.contains("| `\(code)` |"), "docs/cron.md does not list \(code)")
        }
    }
}
