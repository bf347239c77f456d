package import FoundationEssentials
import Measures

/// How busy a server is through the week, by the clocks of a zone in quarters of an hour.
///
/// Local time is what people's habits go by: by UTC, everything would move an hour when clocks change.
package struct WeekProfile: Sendable, Equatable {
    /// Quarters of an hour in a day.
    package static let perDay = 96
    /// Quarters of an hour in a week.
    package static let count = 672
    /// A quarter of an hour counts if it was watched for so many seconds.
    static let watchedMin = 300.0
    /// What nine hundred and ninety of a thousand quarters keep within is a signal's measure.
    static let measure = 0.99
    /// Of the same quarter of several weeks the one that three in four keep within is taken: one odd night is
    /// passed over, and what happens every other week is not.
    static let share = 0.75
    /// Our own work hides at most so many quarters on end, which are then drawn from what lies around them.
    static let hiddenMax = 32

    /// For each quarter of an hour from Sunday 00:00: how busy it is, of the busiest; nil where nobody knows.
    package private(set) var loads: [Double?]
    /// How often each quarter was watched.
    package private(set) var observations: [Int]
    /// The first quarter that was watched, and the end of the last; nil without any.
    package private(set) var watched: ClosedRange<Date>?

    /// - Parameters:
    ///   - days: How far back quarters count.
    ///   - offset: Seconds east of UTC at an instant.
    package init(_ quarters: [TrafficQuarter], days: Int, now: Date, offset: (Date) -> Int) {
        let since = now.addingTimeInterval(-Double(days * CivilDay.seconds))
        let kept = quarters.filter {
            $0.start >= since && $0.start <= now && $0.seconds + $0.ownSeconds >= Self.watchedMin
        }
        let measures = Self.measures(kept)
        var values = [[Double]](repeating: [], count: Self.count)
        observations = [Int](repeating: 0, count: Self.count)
        for quarter in kept {
            let index = Self.index(of: quarter.start, offset: offset)
            observations[index] += 1
            if quarter.seconds >= Self.watchedMin { values[index].append(quarter.load(measures)) }
        }
        let raw = values.map { Self.percentile(Self.share, of: $0) }
        let peak = raw.compactMap(\.self).max() ?? 0
        loads = Self.filled(raw.map { load in load.map { peak > 0 ? $0 / peak : 0 } }, observations)
        let starts = kept.map(\.start)
        if let first = starts.min(), let last = starts.max() {
            watched = first...last.addingTimeInterval(Double(TrafficQuarter.length))
        }
    }

    /// Where an instant lies in the week of a zone.
    package static func index(of instant: Date, offset: (Date) -> Int) -> Int {
        let time = CivilTime(instant, offset: offset)
        return time.weekday * perDay + time.secondOfDay / TrafficQuarter.length
    }

    /// How busy a stretch is on the average; nil where a part of it is not known.
    ///
    /// - Parameters:
    ///   - from: Minutes after Sunday 00:00; what lies beyond the week counts from its beginning again.
    ///   - minutes: How long it is, from 1 on.
    package func load(from: Int, minutes: Int) -> Double? {
        let week = Self.count * 15
        var (sum, at) = (0.0, from)
        let end = from + minutes
        while at < end {
            let inWeek = ((at % week) + week) % week
            let part = min(15 - inWeek % 15, end - at)
            guard let load = loads[inWeek / 15] else { return nil }
            sum += load * Double(part)
            at += part
        }
        return minutes > 0 ? sum / Double(minutes) : nil
    }

    /// Whole days from the first quarter that was watched to the end of the last.
    package var daysWatched: Int {
        watched.map { Int($0.upperBound.timeIntervalSince($0.lowerBound) / Double(CivilDay.seconds)) } ?? 0
    }

    /// The share of a stretch's quarters that were watched often enough to be known, from 0 to 1.
    ///
    /// - Parameters:
    ///   - from: Minutes after Sunday 00:00; what lies beyond the week counts from its beginning again.
    ///   - minutes: How long it is, from 1 on.
    package func coverage(from: Int, minutes: Int) -> Double {
        let indices = (from / 15)..<max(from / 15 + 1, (from + minutes) / 15)
        let known = indices.filter { observations[$0 % Self.count] >= QuietSearch.observationsMin }
        return Double(known.count) / Double(indices.count)
    }

    /// What is used as the whole of each signal; those that never rise above nothing are left out.
    private static func measures(_ quarters: [TrafficQuarter]) -> [TrafficSignal: Double] {
        var measures: [TrafficSignal: Double] = [:]
        for signal in TrafficSignal.allCases {
            let rates = quarters.compactMap { quarter in
                quarter.seconds >= watchedMin ? quarter.amounts[signal].map { $0 / quarter.seconds } : nil
            }
            if let measure = percentile(measure, of: rates), measure > 0 { measures[signal] = measure }
        }
        return measures
    }

    /// The smallest value that so large a share of all keeps within; nil of none.
    static func percentile(_ share: Double, of values: [Double]) -> Double? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        let rank = Int((share * Double(sorted.count)).rounded(.up))
        return sorted[min(sorted.count, max(1, rank)) - 1]
    }

    /// Draws what only our own work was seen in as a line between what is known before and after.
    private static func filled(_ loads: [Double?], _ observations: [Int]) -> [Double?] {
        loads.indices.map { index in
            if let load = loads[index] { return load }
            guard observations[index] > 0 else { return nil }
            func known(_ step: Int) -> (distance: Int, load: Double)? {
                for distance in 1...hiddenMax {
                    let at = (index + step * distance + 2 * count) % count
                    if let load = loads[at] { return (distance, load) }
                    guard observations[at] > 0 else { return nil }
                }
                return nil
            }
            guard let before = known(-1), let after = known(1) else { return nil }
            let share = Double(before.distance) / Double(before.distance + after.distance)
            return before.load + (after.load - before.load) * share
        }
    }
}

extension TrafficQuarter {
    /// The mean of the signals, each of its measure; what is above the measure counts as the whole.
    fileprivate func load(_ measures: [TrafficSignal: Double]) -> Double {
        let parts = measures.compactMap { signal, measure in
            amounts[signal].map { min(1, $0 / seconds / measure) }
        }
        // Sorted, since sums of fractions depend on their order, and that of a dictionary on chance.
        return parts.isEmpty ? 0 : parts.sorted().reduce(0, +) / Double(parts.count)
    }
}
