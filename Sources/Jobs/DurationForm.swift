import Measures

/// Durations in files, with bounds, and ranges of them (`1m..15m`).
enum DurationForm {
    static let pattern = "^([0-9]+(ms|s|sec|m|min|h|d|w))+$"
    static let rangePattern = "^([0-9]+(ms|s|sec|m|min|h|d|w))+(\\.\\.([0-9]+(ms|s|sec|m|min|h|d|w))+)?$"

    /// Reads one duration; nil after the fault was reported.
    static func read(_ text: some StringProtocol, _ range: ClosedRange<Duration>, _ field: Field) -> Duration?
    {
        do throws(MeasureFault) {
            let duration = try DurationText.parse(text)
            if range.contains(duration) { return duration }
            let (least, most) = (
                DurationText.written(range.lowerBound), DurationText.written(range.upperBound)
            )
            field.refuse(
                because: "it is not between \(least) and \(most)",
                remedy: "Write a duration of \(least) to \(most).")
        } catch {
            field.refuse(because: "it is not a duration", remedy: error.remedy)
        }
        return nil
    }

    /// Reads `1m..15m`, or `1m` for both ends.
    static func readRange(_ text: String, _ range: ClosedRange<Duration>, _ field: Field) -> ClosedRange<
        Duration
    >? {
        let parts =
            text.firstRange(of: "..").map { [text[..<$0.lowerBound], text[$0.upperBound...]] } ?? [text[...]]
        let ends = parts.compactMap { read($0, range, field) }
        guard ends.count == parts.count, let low = ends.first, let high = ends.last else { return nil }
        guard low <= high else {
            field.refuse(
                because: "it ends before it begins", remedy: "Write the shorter duration first: 1m..15m.")
            return nil
        }
        return low...high
    }
}
