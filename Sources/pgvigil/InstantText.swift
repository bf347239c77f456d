import Cron
import FoundationEssentials

/// Instants for people: civil time in one zone, with its offset where it stands alone.
struct InstantText {
    let zone: Zone

    /// `2026-11-22 01:30:00 +01:00`.
    func full(_ instant: Date) -> String { "\(civil(instant, seconds: true)) \(offset(instant))" }

    /// `2026-11-22 01:30`.
    func short(_ instant: Date) -> String { civil(instant, seconds: false) }

    /// `01:30:00`.
    func time(_ instant: Date) -> String { String(civil(instant, seconds: true).suffix(8)) }

    private func civil(_ instant: Date, seconds: Bool) -> String {
        let shifted = instant.addingTimeInterval(Double(zone.offset(at: instant)))
        let text = shifted.formatted(.iso8601).replacing("T", with: " ").replacing("Z", with: "")
        return seconds ? text : String(text.dropLast(3))
    }

    private func offset(_ instant: Date) -> String {
        let seconds = zone.offset(at: instant)
        let minutes = abs(seconds) / 60
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(seconds < 0 ? "-" : "+")\(two(minutes / 60)):\(two(minutes % 60))"
    }
}
