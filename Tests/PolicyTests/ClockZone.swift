import FoundationEssentials

/// Zones of a few lines, for tests whose module knows offsets only.
enum ClockZone {
    /// `+1`, or the name of a zone with its clock changes of 2026.
    static func offset(_ name: String) -> (Date) -> Int {
        switch name {
        case "Paris": changing(3600, 7200, from: 1_774_746_000, until: 1_792_890_000)
        case "NewYork": changing(-18_000, -14_400, from: 1_772_953_200, until: 1_793_512_800)
        // Half an hour forward on 4 October, and back on 5 April.
        case "LordHowe": changing(39_600, 37_800, from: 1_775_314_800, until: 1_791_041_400)
        // A day in April that the country left out, as Samoa did in December 2011.
        case "Leaper": changing(-36_000, 50_400, from: 1_775_815_200, until: .infinity)
        default: { _ in (Int(name) ?? 0) * 3600 }
        }
    }

    private static func changing(
        _ outside: Int, _ inside: Int, from: Double, until: Double
    ) -> (Date) -> Int {
        { $0.timeIntervalSince1970 >= from && $0.timeIntervalSince1970 < until ? inside : outside }
    }

    /// An instant as the rows write it, `2026-11-20T23:30` or with seconds, in UTC.
    static func instant(_ text: some StringProtocol) throws -> Date {
        try Date(text.count == 16 ? "\(text):00Z" : "\(text)Z", strategy: .iso8601)
    }

    /// An instant as the rows write it.
    static func text(_ date: Date) -> String {
        let text = date.formatted(.iso8601).dropLast()
        return String(text.hasSuffix(":00") ? text.dropLast(3) : text)
    }
}
