package import FoundationEssentials
import Measures

extension Assertion {
    /// Whether an answer is what was expected, in words too.
    ///
    /// Where nothing was answered (no row, or NULL), no value meets anything, not even `!=`.
    /// - Parameters:
    ///   - rows: how many rows the statement gave.
    ///   - value: the first column of the first row as text; nil for NULL and where there is no row.
    ///   - startedAt: when the backup was started, which ages are reckoned from.
    package func check(rows: Int64, value: String?, startedAt: Date) -> Finding {
        switch expectation {
        case .rows(let comparison, let count):
            let order: Int = rows < count ? -1 : rows > count ? 1 : 0
            return finding(comparison.holds(order), "\(rows) \(rows == 1 ? "row" : "rows")")
        case .value(let comparison, let expected):
            guard let value else { return finding(false, Self.nothing(rows)) }
            return finding(Self.compare(value, comparison, expected), Self.shown(value))
        case .maxAge(let limit):
            guard let value else { return finding(false, Self.nothing(rows)) }
            guard let instant = InstantReader.read(value) else {
                return finding(false, "\(Self.shown(value)), which is no instant")
            }
            let age = startedAt.timeIntervalSince(instant.date)
            let (seconds, attoseconds) = limit.components
            let bound = Double(seconds) + Double(attoseconds) / 1e18
            let text = DurationText.render(.seconds(min(age.magnitude, 1e11).rounded()))
            return finding(
                age <= bound, "\(Self.shown(value)), \(text) \(age < 0 ? "after" : "before") it"
            )
        }
    }

    private func finding(_ isMet: Bool, _ found: String) -> Finding {
        Finding(isMet: isMet, expected: expectation.description, found: found)
    }

    private static func nothing(_ rows: Int64) -> String { rows == 0 ? "no row" : "NULL" }

    /// A value of the database as reports show it: one line, not too long.
    private static func shown(_ value: String) -> String {
        let line = String(value.prefix(201)).map { $0.isNewline ? " " : $0 }
        return line.count > 200 ? String(line.prefix(200)) + "…" : String(line)
    }

    /// Numbers compare as numbers of any length, all else as text by its bytes; where a number is expected, text that
    /// is none is unequal to it, and neither less nor greater.
    private static func compare(_ found: String, _ comparison: Comparison, _ expected: String) -> Bool {
        guard let wanted = ExactNumber(expected) else {
            let (left, right) = (Array(found.utf8), Array(expected.utf8))
            if left == right { return comparison.holds(0) }
            return comparison.holds(left.lexicographicallyPrecedes(right) ? -1 : 1)
        }
        guard let number = ExactNumber(found) else { return comparison == .unequal }
        return comparison.holds(number.order(to: wanted))
    }
}

extension Assertion.Comparison {
    /// Whether it holds for two values of this order: -1 if the left one is less, 0, or 1.
    fileprivate func holds(_ order: Int) -> Bool {
        switch self {
        case .equal: order == 0
        case .unequal: order != 0
        case .less: order < 0
        case .lessOrEqual: order <= 0
        case .greater: order > 0
        case .greaterOrEqual: order >= 0
        }
    }
}

extension Assertion.Expectation {
    /// As reports show it: `rows > 0`, `value = 42`, `at most 1d 2h before the backup`.
    package var description: String {
        switch self {
        case .rows(let comparison, let count): "rows \(comparison.rawValue) \(count)"
        case .value(let comparison, let value): "value \(comparison.rawValue) \(value)"
        case .maxAge(let limit): "at most \(DurationText.written(limit)) before the backup was started"
        }
    }

    /// Reads `rows > 0` and `value = 42`; the value may stand in quotes, which keep blanks at its ends.
    ///
    /// Nil for anything else.
    package init?(_ text: String) {
        let words = text.drop { $0 == " " }
        let subject = words.prefix { $0.isASCII && $0.isLetter }
        let rest = words.dropFirst(subject.count).drop { $0 == " " }
        let sign = rest.prefix { "=!<>".contains($0) }
        guard let comparison = Assertion.Comparison(rawValue: String(sign)) else { return nil }
        var value = rest.dropFirst(sign.count).drop { $0 == " " }
        while value.last == " " { value.removeLast() }
        switch subject {
        case "rows":
            guard value.allSatisfy({ $0.isASCII && $0.isNumber }), let count = Int64(value) else {
                return nil
            }
            self = .rows(comparison, count)
        case "value":
            if let first = value.first, "'\"".contains(first) {
                guard value.count >= 2, value.last == first else { return nil }
                value = value.dropFirst().dropLast()
            } else if value.isEmpty {
                return nil
            }
            self = .value(comparison, String(value))
        default: return nil
        }
    }
}
