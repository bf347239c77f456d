extension DurationText {
    /// The duration as it is written in settings, `30d`, `1h30m`, `90s` (as `1m30s`): what ``parse(_:)``
    /// reads back.
    ///
    /// Parts below a millisecond are left out; a duration below zero is written as `0s`.
    package static func written(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let units: [(length: Int64, name: String)] = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")]
        var rest = max(0, seconds)
        var text = ""
        for unit in units where rest >= unit.length {
            text += "\(rest / unit.length)\(unit.name)"
            rest %= unit.length
        }
        let milliseconds = max(0, attoseconds) / 1_000_000_000_000_000
        if milliseconds > 0 { text += "\(milliseconds)ms" }
        return text.isEmpty ? "0s" : text
    }
}
