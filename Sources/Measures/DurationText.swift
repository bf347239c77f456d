import Faults

/// Durations as people write them in settings and read them in reports.
package enum DurationText {
    /// Reads `90s`, `15m`, `2h`, `1h30m`, `7d`, `2w`, `250ms`; a bare number has no unit and is refused.
    ///
    /// - Throws: ``MeasureFault/notADuration(_:)``.
    package static func parse(_ text: some StringProtocol) throws(MeasureFault) -> Duration {
        var rest = Substring(text)
        var total = Duration.zero
        guard !rest.isEmpty, rest.utf8.count <= 32 else { throw .notADuration(String(text)) }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard let number = Int64(digits), number <= 1_000_000_000, let length = milliseconds[String(unit)]
            else {
                throw .notADuration(String(text))
            }
            total += .milliseconds(number * length)
        }
        return total
    }

    /// The two largest units that are not zero: `2h 05m`, `3m 20s`, `4.2s`, `180ms`, `0s`.
    package static func render(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        if seconds < 0 || attoseconds < 0 {
            let positive = render(.zero - duration)
            return positive == "0s" ? positive : "-" + positive
        }
        if seconds == 0 {
            let milliseconds = attoseconds / 1_000_000_000_000_000
            return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
        }
        // What would be rounded to 60.0 is a minute.
        if seconds < 60, duration < .milliseconds(59_950) {
            return Decimals.fixed(Double(seconds) + Double(attoseconds) / 1e18, places: 1) + "s"
        }
        let pairs: [(Int64, String, Int64, String)] = [
            (86_400, "d", 3_600, "h"), (3_600, "h", 60, "m"), (60, "m", 1, "s"),
        ]
        let whole = max(seconds, 60)
        for (large, largeName, small, smallName) in pairs where whole >= large {
            let remainder = whole % large / small
            let padded = remainder < 10 ? "0\(remainder)" : "\(remainder)"
            return "\(whole / large)\(largeName) \(padded)\(smallName)"
        }
        return "\(whole)s"
    }

    private static let milliseconds: [String: Int64] = [
        "ms": 1, "s": 1_000, "sec": 1_000, "m": 60_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000,
        "w": 604_800_000,
    ]
}
