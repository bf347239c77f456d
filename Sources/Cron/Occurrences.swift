package import FoundationEssentials

/// The occurrences of a pattern after an instant, one after the other.
///
/// Cheaper than asking ``CronPattern/next(after:in:)`` again and again, since it keeps its place in the zone
/// and in the calendar. It ends after `through`, and where 40 years bring no further occurrence.
package struct Occurrences: Sequence, IteratorProtocol, Sendable {
    /// Nil at the end, and for patterns that no clock fires.
    private var search: OccurrenceSearch?
    /// The interval of `@every`; nil likewise.
    private var interval: Int?
    private var second: Int
    private let through: Int

    /// - Parameters:
    ///   - start: occurrences come strictly after it.
    ///   - through: the last instant at which one may be; nil for no end.
    package init(of pattern: CronPattern, after start: Date, through: Date? = nil, in zone: Zone) {
        second = Instant.floor(start) ?? 0
        self.through = through.flatMap(Instant.floor) ?? .max
        guard Instant.floor(start) != nil else { return }
        switch pattern.plan {
        case .fields(let sets): search = OccurrenceSearch(sets, in: zone, near: second)
        case .every(let interval): self.interval = interval
        case .reboot: break
        }
    }

    /// The next occurrence; nil at the end, and then for ever.
    package mutating func next() -> Date? {
        let found =
            interval.map { Interval.next(after: second, every: $0) } ?? search?.next(after: second)
        guard let found, found <= through else {
            search = nil
            interval = nil
            return nil
        }
        second = found
        return Instant.date(found)
    }
}
