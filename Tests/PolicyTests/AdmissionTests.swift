import FoundationEssentials
import Measures
import Policy
import TestKit
import Testing

@Suite struct `Starting inside a window` {
    private static func decide(_ row: [String]) throws -> Admission {
        let window = try `How long a window stays as it is`.window(row[0], closed: row[1])
        return Admission.decide(
            now: try ClockZone.instant(row[2]),
            deadline: row[3] == "-" ? nil : try ClockZone.instant(row[3]),
            expected: try DurationText.parse(row[4]), window: "nights",
            stretch: { window.stretch(at: $0) { _ in 0 } }, time: ClockZone.text)
    }

    @Test(arguments: Rows.read("admissions.tsv"))
    func `takes an opening that is long enough before the deadline`(_ row: [String]) throws {
        switch try Self.decide(row) {
        case .start: #expect(row[5] == "start", "\(row[6])")
        case .wait(let until, _): #expect("wait \(ClockZone.text(until))" == row[5], "\(row[6])")
        case .never: #expect(row[5] == "never", "\(row[6])")
        }
    }

    @Test func `gives its reasons in words that a person reads`() throws {
        let lines = try Rows.read("admissions.tsv").map { row in
            switch try Self.decide(row) {
            case .start: "\(row[6]): start"
            case .wait(_, let because), .never(let because): "\(row[6]): \(because)"
            }
        }
        Golden.expect(lines.joined(separator: "\n"), "admission-reasons")
    }

    @Test(arguments: 1...100 as ClosedRange<UInt64>)
    func `never starts what would not fit, and never waits in vain`(_ seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let edges = (0..<24).map { _ in Double(Int.random(in: 1...40, using: &random) * 900) }
        let flips = edges.reduce(into: [0.0]) { $0.append(($0.last ?? 0) + $1) }
        // Open between an even flip and the next; closed for good after the last.
        let stretch = { (at: Date) -> WindowStretch in
            let index = (flips.firstIndex { $0 > at.timeIntervalSince1970 } ?? flips.count) - 1
            let end = index + 1 < flips.count ? Date(timeIntervalSince1970: flips[index + 1]) : nil
            return index % 2 == 0 ? .open(until: end) : .closed(until: end)
        }
        let now = Date(timeIntervalSince1970: Double.random(in: 0...100_000, using: &random))
        let deadline = now.addingTimeInterval(Double.random(in: 0...60_000, using: &random))
        let expected = Double.random(in: 60...30_000, using: &random)
        let fits = { (at: Double) in
            (0..<flips.count / 2).contains { flips[$0 * 2] <= at && at + expected <= flips[$0 * 2 + 1] }
        }
        let first = ([now.timeIntervalSince1970] + flips).sorted().first {
            $0 >= now.timeIntervalSince1970 && $0 <= deadline.timeIntervalSince1970 && fits($0)
        }
        let decision = Admission.decide(
            now: now, deadline: deadline, expected: .seconds(expected), window: "w", stretch: stretch,
            time: ClockZone.text)
        switch decision {
        case .start: #expect(first == now.timeIntervalSince1970, "seed \(seed)")
        case .wait(let until, let because):
            #expect(first == until.timeIntervalSince1970 && until > now, "seed \(seed)")
            #expect(because.contains("window 'w'"))
        case .never(let because):
            #expect(first == nil, "seed \(seed)")
            #expect(because.contains("window 'w'"))
        }
    }
}
