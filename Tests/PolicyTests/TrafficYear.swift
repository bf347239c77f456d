import FoundationEssentials
import Measures
import Policy

/// A server's year by the seed: what it does by the clock of the people who use it, with noise, gaps, resets and
/// failovers; and what is really so, for the comparison.
struct TrafficYear {
    /// How busy each quarter of an hour of the week truly is, from Sunday 00:00.
    let shape: [Double]
    let offset: (Date) -> Int
    private let noise: Double
    private let gapShare: Double
    private let troubleShare: Double
    private var random: SplitMix

    /// - Parameters:
    ///   - noise: How far a quarter strays from its shape, as a share of it.
    ///   - gapShare: The share of minutes that nobody looked at.
    ///   - troubleShare: The share of minutes in which counters begin anew.
    init(
        seed: UInt64, zone: String, noise: Double = 0.1, gapShare: Double = 0.02,
        troubleShare: Double = 0.001
    ) {
        random = SplitMix(seed: seed)
        self.noise = noise
        self.gapShare = gapShare
        self.troubleShare = troubleShare
        offset = ClockZone.offset(zone)
        shape = Self.shape(&random)
    }

    /// Days with a peak each, weekends of their own, a batch job somewhere, and a valley in every night.
    private static func shape(_ random: inout SplitMix) -> [Double] {
        let peak = Double.random(in: 10...16, using: &random)
        let width = Double.random(in: 3...5, using: &random)
        let weekend = Double.random(in: 0.1...1, using: &random)
        let floor = Double.random(in: 0.01...0.1, using: &random)
        let batch = Double.random(in: 20...32, using: &random)
        let batchLoad = Double.random(in: 0...0.9, using: &random)
        return (0..<WeekProfile.count).map { index in
            let hour = Double(index % WeekProfile.perDay) / 4
            let isWeekend = index < WeekProfile.perDay || index >= 6 * WeekProfile.perDay
            // The nearest of yesterday's, today's and tomorrow's peak.
            let distance = [-24.0, 0, 24].map { abs(hour - peak + $0) }.min() ?? 0
            let far = distance / width * (distance / width)
            let day = 1 / (1 + far * far) * (isWeekend ? weekend : 1)
            let batchHour = batch.truncatingRemainder(dividingBy: 24)
            let inBatch = hour >= batchHour && hour < batchHour + 1.5
            return floor + day + (inBatch ? batchLoad : 0)
        }
    }

    /// What a sampler would have on record of so many days up to an instant, from its readings of every five minutes.
    mutating func quarters(days: Int, until: Date) -> [TrafficQuarter] {
        var found: [Date: TrafficQuarter] = [:]
        var (transactions, blocks, server, reset) = (0.0, 0.0, 1, 1)
        var last: TrafficReading?
        var at = until.addingTimeInterval(-Double(days * CivilDay.seconds))
        while at < until {
            at.addTimeInterval(300)
            let load = shape[WeekProfile.index(of: at.addingTimeInterval(-150), offset: offset)]
            transactions += load * 300 * 1000 * stray()
            blocks += load * 300 * 50 * stray()
            if Double.random(in: 0...1, using: &random) < troubleShare {
                // A reset, or another server whose counters are further on: neither may look like a peak.
                if Bool.random(using: &random) { reset += 1 } else { server += 1 }
                transactions = Double.random(in: 0...1e12, using: &random)
            }
            if Double.random(in: 0...1, using: &random) < gapShare { continue }
            let reading = TrafficReading(
                at: at, server: "\(server)", reset: "\(reset)",
                totals: [.transactions: transactions, .blocksRead: blocks],
                activeSessions: Int(load * 10 * stray()), ownSessions: 0)
            if case .counted(let part) = reading.step(since: last) {
                found[
                    part.start,
                    default: TrafficQuarter(start: part.start, seconds: 0, ownSeconds: 0, amounts: [:])
                ]
                .add(part)
            }
            last = reading
        }
        return found.values.sorted { $0.start < $1.start }
    }

    private mutating func stray() -> Double {
        max(
            0,
            1 + noise
                * (Double.random(in: -1...1, using: &random) + Double.random(in: -1...1, using: &random)))
    }

    /// The true mean of a stretch.
    func truth(from: Int, minutes: Int) -> Double {
        let quarters = (from / 15)..<((from + minutes) / 15)
        return quarters.reduce(0) { $0 + shape[$1 % WeekProfile.count] } / Double(quarters.count)
    }
}
