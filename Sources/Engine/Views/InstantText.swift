package import Cron
package import FoundationEssentials
import Measures

/// Instants for people: civil time in one zone, with its offset where it stands alone.
package struct InstantText: Sendable {
    /// The zone of everything that is printed.
    package let zone: Zone

    package init(zone: Zone) {
        self.zone = zone
    }

    /// `2026-11-22 01:30:00 +01:00`.
    package func full(_ instant: Date) -> String { "\(civil(instant)) \(offset(instant))" }

    /// `2026-11-22 01:30`.
    package func short(_ instant: Date) -> String { InstantFormat.minutes(instant, in: zone) }

    /// `01:30:00`.
    package func time(_ instant: Date) -> String { String(civil(instant).suffix(8)) }

    /// How long it is from one instant to another, `2h 05m`; `0s` if that is backwards.
    package func span(from: Date, to: Date) -> String {
        Self.length(to.timeIntervalSince(from))
    }

    /// A length of time for people, to the second.
    static func length(_ seconds: Double) -> String {
        let whole = max(0, min(seconds, 1e12)).rounded(.down)
        return whole < 60 ? "\(Int(whole))s" : DurationText.render(.seconds(whole))
    }

    /// The time between two instants as settings write it: `2h`.
    static func written(from: Date, to: Date) -> String {
        DurationText.written(.seconds(max(0, to.timeIntervalSince(from)).rounded()))
    }

    private func civil(_ instant: Date) -> String {
        let text = InstantFormat.utc(instant.addingTimeInterval(Double(zone.offset(at: instant))))
        return text.replacing("T", with: " ").replacing("Z", with: "")
    }

    private func offset(_ instant: Date) -> String {
        let seconds = zone.offset(at: instant)
        let minutes = abs(seconds) / 60
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(seconds < 0 ? "-" : "+")\(two(minutes / 60)):\(two(minutes % 60))"
    }
}
