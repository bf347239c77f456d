import Measures
import Policy
import TestKit
import Testing

@Suite struct `A guard` {
    private static func value(_ text: some StringProtocol) throws -> Double {
        if let number = Double(text) { return number }
        if text.hasSuffix("B") { return Double(try ByteCount.parse(text).bytes) }
        return try DurationText.parse(text) / .seconds(1)
    }

    private static func rule(_ text: Substring) throws -> GuardRule {
        let parts = text.split(separator: "=")
        let kind = try #require(GuardKind(rawValue: String(parts[0])))
        return GuardRule(kind: kind, limit: try value(parts[1]))
    }

    /// `shop=57`, or `shop?why`; blanks are written as `_`.
    private static func reading(_ text: Substring, of kind: GuardKind) throws -> GuardReading {
        let parts = text.split(separator: "=")
        let subject = String(text.prefix { !"=?".contains($0) }).replacing("_", with: " ")
        guard parts.count == 2 else {
            let why = text.drop { $0 != "?" }.dropFirst().replacing("_", with: " ")
            return GuardReading(kind: kind, value: nil, subject: subject, why: String(why))
        }
        return GuardReading(kind: kind, value: try value(parts[1]), subject: subject)
    }

    @Test(arguments: Rows.read("guards.tsv"))
    func `says which it is, what it saw, and what it allows`(_ row: [String]) throws {
        let rules = try row[0].split(separator: " ").map(Self.rule)
        let texts = row[1] == "-" ? [] : row[1].split(separator: " ")
        // With one rule all readings are of its kind, with several they are in the rules' order.
        let readings = try texts.enumerated().map { index, text in
            try Self.reading(text, of: rules.count == 1 ? rules[0].kind : rules[index].kind)
        }
        let refusals = GuardRule.check(readings, rules: rules).joined(separator: "|")
        #expect(
            (refusals.isEmpty ? "-" : refusals) == row[2].replacing("_route", with: " route"), "\(row[3])")
    }

    @Test(arguments: GuardKind.allCases)
    func `of every kind refuses what it cannot read`(_ kind: GuardKind) {
        let reading = GuardReading(kind: kind, value: nil, subject: "x", why: "no answer")
        let refusals = GuardRule.check([reading], rules: [GuardRule(kind: kind, limit: 1)])
        #expect(refusals.count == 1)
        #expect(refusals.first?.hasPrefix("\(kind.rawValue) of ") == true)
        #expect(refusals.first?.hasSuffix("cannot be read: no answer") == true)
    }

    @Test func `that nobody set is not asked`() {
        let reading = GuardReading(kind: .load, value: 99, subject: "this host")
        #expect(GuardRule.check([reading], rules: []).isEmpty)
    }
}
