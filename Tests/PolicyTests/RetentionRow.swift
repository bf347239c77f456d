import FoundationEssentials
import Measures
import Policy
import Testing

/// One row of retention.tsv: rules, sets and what must stay of them.
struct RetentionRow: CustomTestStringConvertible {
    let rules: Retention
    let now: Date
    let offset: Int
    let sets: [RetentionCandidate]
    let kept: Set<String>
    let why: String

    var testDescription: String { why }

    /// `last=2 within=7d`, an instant, hours east of UTC, sets, names of the kept ones, and why.
    init(_ fields: [String]) throws {
        rules = try Self.rules(fields[0])
        now = try Self.date(fields[1])
        offset = Int(fields[2]).map { $0 * 3600 } ?? 0
        sets = try fields[3].split(separator: " ").map(Self.candidate)
        kept = Set(fields[4].split(separator: " ").map(String.init))
        why = fields[5]
    }

    static func rules(_ text: String) throws -> Retention {
        var rules = Retention()
        for rule in text.split(separator: " ") where rule != "-" {
            let parts = rule.split(separator: "=")
            let number = Int(parts[1])
            switch parts[0] {
            case "last": rules.last = number
            case "hourly": rules.hourly = number
            case "daily": rules.daily = number
            case "weekly": rules.weekly = number
            case "monthly": rules.monthly = number
            case "yearly": rules.yearly = number
            case "within": rules.within = try DurationText.parse(parts[1])
            default: throw UnknownRule(name: String(parts[0]))
            }
        }
        return rules
    }

    /// `a@2026-11-20T01:30vph`: a name, an instant, and letters for verified, proven and held.
    static func candidate(_ text: Substring) throws -> RetentionCandidate {
        let parts = text.split(separator: "@")
        let flags = parts[1].dropFirst(16)
        return RetentionCandidate(
            id: String(parts[0]), at: try date(String(parts[1].prefix(16))), verified: flags.contains("v"),
            proven: flags.contains("p"), held: flags.contains("h"))
    }

    static func date(_ text: String) throws -> Date {
        try Date("\(text):00Z", strategy: .iso8601)
    }

    struct UnknownRule: Error {
        let name: String
    }
}
