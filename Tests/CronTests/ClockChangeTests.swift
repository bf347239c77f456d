import Cron
import FoundationEssentials
import TestKit
import Testing

/// One of the worked cases of `dst.tsv`.
struct ClockChangeCase: Sendable, CustomTestStringConvertible {
    let zone: String
    let pattern: String
    let from: String
    let to: String
    let expected: [String]

    var testDescription: String { "\(pattern) in \(zone) from \(from)" }

    static let all: [ClockChangeCase] = Rows.read("dst.tsv").map { row in
        ClockChangeCase(
            zone: row[0], pattern: row[1], from: row[2], to: row[3],
            expected: row[4] == "none" ? [] : row[4].split(separator: " ").map(String.init))
    }
}

@Suite struct `Clock changes` {
    @Test func `all 63 worked cases are here`() {
        #expect(ClockChangeCase.all.count == 63)
    }

    @Test(arguments: ClockChangeCase.all)
    func `fire as worked out, forwards`(_ example: ClockChangeCase) throws {
        let pattern = try CronPattern.parse(example.pattern)
        let zone = try Zones.load(example.zone)
        let end = try Stamp.parse(example.to)
        var found: [String] = []
        var instant = try Stamp.parse(example.from).addingTimeInterval(-1)
        while let next = pattern.next(after: instant, in: zone), next < end {
            found.append(Stamp.render(next))
            instant = next
        }
        #expect(found == example.expected)
    }

    @Test(arguments: ClockChangeCase.all)
    func `fire as worked out, backwards`(_ example: ClockChangeCase) throws {
        let pattern = try CronPattern.parse(example.pattern)
        let zone = try Zones.load(example.zone)
        let start = try Stamp.parse(example.from)
        var found: [String] = []
        var instant = try Stamp.parse(example.to)
        while let previous = pattern.previous(before: instant, in: zone), previous >= start {
            found.append(Stamp.render(previous))
            instant = previous
        }
        #expect(found.reversed() == example.expected)
    }

    @Test(arguments: ClockChangeCase.all)
    func `fire as worked out, one after the other`(_ example: ClockChangeCase) throws {
        let pattern = try CronPattern.parse(example.pattern)
        let zone = try Zones.load(example.zone)
        let occurrences = Occurrences(
            of: pattern, after: try Stamp.parse(example.from).addingTimeInterval(-1),
            through: try Stamp.parse(example.to).addingTimeInterval(-1), in: zone)
        #expect(occurrences.map { Stamp.render($0) } == example.expected)
    }
}
