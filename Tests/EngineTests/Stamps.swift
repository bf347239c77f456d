import Cron
import FoundationEssentials

/// Instants as short text.
enum Stamps {
    /// `00:40:00` of `2026-11-22T00:40:00Z`.
    static func text(_ instant: Date) -> String {
        String(InstantFormat.utc(instant).dropFirst(11).dropLast())
    }
}
