package import FoundationEssentials

/// When something is due: a pattern of cron, parsed.
///
/// The language is the Open Cron Pattern Specification 1.0–1.4 with a few extensions; `docs/cron.md`
/// describes it. Occurrences lie in the years 1970–2199 of the zone's calendar, the proleptic Gregorian one.
package struct CronPattern: Sendable, Equatable, CustomStringConvertible {
    /// What the pattern says, as the search and the explanation need it.
    enum Plan: Sendable, Equatable {
        case fields(FieldSets)
        /// Seconds between the slots, which are the multiples of it since the epoch.
        case every(Int)
        case reboot
    }

    /// The pattern as it was written, with one space between its words.
    package let description: String
    let plan: Plan
    /// What `H` takes its value from; empty for a pattern without it.
    private let hashKey: String

    /// Parses five, six or seven fields, a nickname such as `@daily`, `@reboot`, or `@every 15m`.
    ///
    /// A pattern that can never occur, such as `0 0 31 2 *`, parses (OCPS 1.0, 6.2);
    /// ``checkFires(after:in:)`` refuses it.
    /// - Parameter hashKey: the name of the job, from which `H` takes its value.
    /// - Throws: the first of the pattern's faults, with its column.
    package static func parse(_ text: String, hashKey: String = "") throws(CronFault) -> CronPattern {
        let (pattern, faults) = read(text, hashKey: hashKey)
        guard let pattern else { throw faults.first ?? .emptyPattern }
        return pattern
    }

    /// Like ``parse(_:hashKey:)``, but finds a fault in every field that has one; without faults there is a
    /// pattern.
    package static func read(_ text: String, hashKey: String = "") -> (
        pattern: CronPattern?, faults: [CronFault]
    ) {
        var reader = PatternReader(text, hashKey: hashKey)
        guard let (plan, _) = reader.read() else { return (nil, reader.faults) }
        let text = reader.normalised
        let isHashed = text.utf8.contains { $0 | 0x20 == UInt8(ascii: "h") }
        return (CronPattern(description: text, plan: plan, hashKey: isHashed ? hashKey : ""), [])
    }

    /// What is read of each field; those of the fields that a nickname stands for, and none of `@every`.
    ///
    /// Read anew, since only explanations ask, and a thousand bytes for each of ten thousand patterns add up.
    var fields: [ReadField] {
        var reader = PatternReader(description, hashKey: hashKey)
        return reader.read()?.1 ?? []
    }

    /// Whether it is due when the daemon starts, and never by the clock.
    package var isReboot: Bool { plan == .reboot }

    /// The first occurrence strictly after an instant; nil if none comes within 40 years, and for `@reboot`.
    package func next(after instant: Date, in zone: Zone) -> Date? {
        guard let second = Instant.floor(instant) else { return nil }
        switch plan {
        case .fields(let sets):
            var search = OccurrenceSearch(sets, in: zone, near: second)
            return search.next(after: second).map(Instant.date)
        case .every(let interval): return Interval.next(after: second, every: interval).map(Instant.date)
        case .reboot: return nil
        }
    }

    /// The last occurrence strictly before an instant; nil if there was none within 40 years, and for
    /// `@reboot`.
    ///
    /// The exact mirror of ``next(after:in:)``: both run through the same occurrences.
    package func previous(before instant: Date, in zone: Zone) -> Date? {
        guard let second = Instant.ceiling(instant) else { return nil }
        switch plan {
        case .fields(let sets):
            var search = OccurrenceSearch(sets, in: zone, near: second)
            return search.previous(before: second).map(Instant.date)
        case .every(let interval): return Interval.previous(before: second, every: interval).map(Instant.date)
        case .reboot: return nil
        }
    }

    /// Checks, where a schedule is activated, that it will ever be due; `@reboot` is.
    ///
    /// - Throws: ``CronFault/neverFires(_:)`` if no occurrence comes within 40 years after the instant.
    package func checkFires(after instant: Date, in zone: Zone) throws(CronFault) {
        if !isReboot, next(after: instant, in: zone) == nil { throw .neverFires(description) }
    }
}
