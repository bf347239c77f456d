import FoundationEssentials

/// Instants as whole seconds since 1970-01-01T00:00:00Z, which is what the search counts in.
enum Instant {
    /// Far beyond every year that has occurrences, and far within what integers and doubles hold.
    private static let bound = 1e12

    /// The last whole second that is not after the date; nil for a date that is no number.
    static func floor(_ date: Date) -> Int? {
        whole(date.timeIntervalSince1970.rounded(.down))
    }

    /// The first whole second that is not before the date; nil for a date that is no number.
    static func ceiling(_ date: Date) -> Int? {
        whole(date.timeIntervalSince1970.rounded(.up))
    }

    static func date(_ second: Int) -> Date {
        Date(timeIntervalSince1970: Double(second))
    }

    private static func whole(_ seconds: Double) -> Int? {
        seconds.isNaN ? nil : Int(min(max(seconds, -bound), bound))
    }
}
