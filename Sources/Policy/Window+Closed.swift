import Faults
import Measures

/// How closed days are written: `2026-12-24`, `2026-12-24..2026-12-26`.
extension Window.ClosedDays {
    /// The years that a closed day may be in.
    static let years = 1970...2199

    /// Reads one day, or the first and the last of several.
    ///
    /// - Throws: ``PolicyFault/notADay(_:)``, ``PolicyFault/daysBackwards(_:instead:)``.
    package static func parse(_ text: some StringProtocol) throws(PolicyFault) -> Window.ClosedDays {
        let parts = text.split(separator: "..", maxSplits: 1, omittingEmptySubsequences: false)
            .map { String($0) }
        guard text.utf8.count <= 64, let first = parts.first.flatMap(day), let last = parts.last.flatMap(day)
        else { throw .notADay(String(text.prefix(64))) }
        guard first <= last else {
            throw .daysBackwards(String(text), instead: "\(parts[1])..\(parts[0])")
        }
        return Window.ClosedDays(first: first, last: last)
    }

    /// The number of `2026-12-24`; nil for a day that no calendar has.
    private static func day(_ text: String) -> Int? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.map(\.count) == [4, 2, 2],
            parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
            years.contains(year), (1...12).contains(month),
            (1...CivilDay.length(year: year, month: month)).contains(day)
        else { return nil }
        return CivilDay.number(year: year, month: month, day: day)
    }
}
