import FoundationEssentials
import Measures
import Policy
import TestKit
import Testing

@Suite struct `Catching up` {
    private static let now = Date(timeIntervalSince1970: 1_790_000_000)

    private static func ago(_ text: some StringProtocol) throws -> Date {
        guard text.hasPrefix("-") else {
            return now.addingTimeInterval(-(try DurationText.parse(text) / .seconds(1)))
        }
        return now.addingTimeInterval(try DurationText.parse(text.dropFirst()) / .seconds(1))
    }

    private static func decide(_ row: [String]) throws -> CatchUpDecision {
        try CatchUp.parse(row[0]).decide(
            due: row[1] == "-" ? [] : row[1].split(separator: " ").map(ago), now: now,
            late: DurationText.parse(row[2]), next: row[3] == "-" ? nil : ago("-\(row[3])"),
            expected: DurationText.parse(row[4]))
    }

    /// Instants as the row's words for them.
    private static func words(_ slots: [Date], _ row: [String]) throws -> String {
        let known = try row[1].split(separator: " ").filter { $0 != "-" }.map { (try ago($0), $0) }
        return slots.map { slot in known.first { $0.0 == slot }.map { String($0.1) } ?? "?" }
            .joined(separator: " ")
    }

    @Test(arguments: Rows.read("catching-up.tsv"))
    func `follows its rule`(_ row: [String]) throws {
        let decision = try Self.decide(row)
        let runs = try decision.run.map { start in
            let others = try Self.words(start.standsFor, row)
            return try Self.words([start.slot], row) + (others.isEmpty ? "" : "(\(others))")
        }
        #expect((runs.isEmpty ? "-" : runs.joined(separator: " ")) == row[5], "\(row[7])")
        let missed = try Self.words(decision.missed.map(\.slot), row)
        #expect((missed.isEmpty ? "-" : missed) == row[6], "\(row[7])")
    }

    @Test func `says why a slot is missed`() throws {
        let lines = try Rows.read("catching-up.tsv").flatMap { row in
            try Self.decide(row).missed.map { "\(row[7]): \($0.reason)" }
        }
        Golden.expect(lines.joined(separator: "\n"), "catch-up-reasons")
    }

    @Test(arguments: Rows.read("schedule-words.tsv"))
    func `is asked for in words`(_ row: [String]) throws {
        do throws(PolicyFault) {
            switch row[0] {
            case "catchup": #expect(try CatchUp.parse(row[1]).description == row[2])
            default: #expect(try Overlap.parse(row[1]).rawValue == row[2])
            }
        } catch {
            #expect(error.code == row[2], "\(row[4])")
            #expect(error.remedy == row[3], "\(row[4])")
            #expect(error.summary.hasPrefix("'\(row[1])' is no"))
        }
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func `loses no slot, doubles none, and starts none after late`(_ seed: UInt64) {
        var random = SplitMix(seed: seed)
        let rules: [CatchUp] = [
            CatchUp.latest, CatchUp.none, CatchUp.all(Int.random(in: 1...5, using: &random)),
        ]
        let rule = rules[Int.random(in: 0...2, using: &random)]
        let spread: Double = [90, 4000, 90_000][Int.random(in: 0...2, using: &random)]
        let ages = (0..<Int.random(in: 0...20, using: &random)).map { _ in
            Double.random(in: -2...spread, using: &random)
        }
        let due = Set(ages).sorted(by: >).map { Self.now.addingTimeInterval(-$0) }
        let late = Duration.seconds(Double.random(in: 1...7200, using: &random))
        let next = Self.now.addingTimeInterval(Double.random(in: 1...5000, using: &random))
        let decision = rule.decide(
            due: due, now: Self.now, late: late, next: next, expected: .seconds(600))
        #expect((decision.run.map(\.slot) + decision.missed.map(\.slot)).sorted() == due, "seed \(seed)")
        #expect(decision.missed.allSatisfy { !$0.reason.isEmpty }, "seed \(seed)")
        let missed = Set(decision.missed.map(\.slot))
        for start in decision.run {
            #expect(missed.isSuperset(of: start.standsFor), "seed \(seed)")
            #expect(start.standsFor.allSatisfy { $0 < start.slot }, "seed \(seed)")
            #expect(Duration.seconds(Self.now.timeIntervalSince(start.slot)) <= late, "seed \(seed)")
        }
        #expect(decision.run.count { !$0.standsFor.isEmpty } <= 1, "seed \(seed)")
        let punctual = due.filter { Self.now.timeIntervalSince($0) <= 60 }
        let allowed = punctual.filter { Duration.seconds(Self.now.timeIntervalSince($0)) <= late }
        #expect(decision.run.map(\.slot).filter(punctual.contains) == allowed, "seed \(seed)")
    }
}
