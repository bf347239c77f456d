import FoundationEssentials
import Measures
import Policy
import TestKit
import Testing

@Suite struct `Choosing the quiet hours` {
    private static let search = QuietSearch(
        minutes: 180, within: Window.Opening(weekdays: Set(0...6), from: 1200, to: 480), days: 28)
    private static let now = Date(timeIntervalSince1970: 1_782_864_000)

    private static func learned(_ decision: QuietDecision) throws -> [QuietStretch] {
        switch decision {
        case .learned(let stretches, _): return stretches
        case .fallback(let because):
            Issue.record("fallback: \(because)")
            return []
        }
    }

    @Test(arguments: 1...60 as ClosedRange<UInt64>)
    func `comes within a twentieth of the best there is, and stays inside its bounds`(_ seed: UInt64) throws {
        var random = SplitMix(seed: seed &+ 1_000)
        let zone = ["Paris", "NewYork", "LordHowe", "0", "9"][Int(seed % 5)]
        var year = TrafficYear(seed: seed, zone: zone)
        // Any day of 2026, so that some hold a change of the clock.
        let now = Date(
            timeIntervalSince1970: 1_767_225_600 + Double.random(in: 28...365, using: &random) * 86_400)
        let from = Int.random(in: 68...92, using: &random) * 15
        let search = QuietSearch(
            minutes: Int.random(in: 4...16, using: &random) * 15,
            within: Window.Opening(
                weekdays: Set(0...6), from: from, to: Int.random(in: 20...36, using: &random) * 15),
            days: 28)
        let profile = WeekProfile(
            year.quarters(days: 28, until: now), days: 28, now: now, offset: year.offset)
        for stretch in try Self.learned(search.decide(profile)) {
            let starts = stride(from: from, through: from + search.span - search.minutes, by: 15)
            #expect(starts.contains(stretch.start), "seed \(seed): \(stretch)")
            let night = stretch.weekday * 1440
            let best = starts.map { year.truth(from: night + $0, minutes: search.minutes) }.min() ?? 0
            let found = year.truth(from: night + stretch.start, minutes: search.minutes)
            #expect(found <= best * 1.05 + 1e-9, "seed \(seed): \(stretch) is \(found), the best \(best)")
        }
    }

    @Test(arguments: ["Paris", "NewYork", "LordHowe"])
    func `is not bent when clocks change`(_ zone: String) throws {
        // Noiseless: whatever moves is the clock's doing.
        for month in 1...12 {
            let now = Date(timeIntervalSince1970: 1_767_225_600 + Double(month) * 30.4 * 86_400)
            var year = TrafficYear(seed: 7, zone: zone, noise: 0, gapShare: 0, troubleShare: 0)
            let profile = WeekProfile(
                year.quarters(days: 28, until: now), days: 28, now: now, offset: year.offset)
            for stretch in try Self.learned(Self.search.decide(profile)) {
                let night = stretch.weekday * 1440
                let best = Self.best(year, night)
                #expect(
                    year.truth(from: night + stretch.start, minutes: 180) <= best * 1.01, "month \(month)")
            }
        }
    }

    private static func best(_ year: TrafficYear, _ night: Int) -> Double {
        stride(from: 1200, through: 1200 + 720 - 180, by: 15).map {
            year.truth(from: night + $0, minutes: 180)
        }
        .min() ?? 0
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func `stays for a year where nothing changes but chance`(_ seed: UInt64) throws {
        var year = TrafficYear(seed: seed, zone: "Paris", noise: 0.3)
        let begin = Date(timeIntervalSince1970: 1_767_225_600)
        let all = year.quarters(days: 365, until: begin.addingTimeInterval(365 * 86_400))
        var held: [QuietStretch] = []
        var moves = 0
        for day in stride(from: 28, through: 365, by: 3) {
            let now = begin.addingTimeInterval(Double(day) * 86_400)
            let profile = WeekProfile(all, days: 28, now: now, offset: year.offset)
            let next = try Self.learned(Self.search.decide(profile, previous: held))
            moves += zip(held, next).filter { $0.start != $1.start }.count
            held = next
            for stretch in next {
                let night = stretch.weekday * 1440
                let slack = Self.best(year, night) * 1.25 + 0.02
                #expect(
                    year.truth(from: night + stretch.start, minutes: 180) <= slack, "seed \(seed), day \(day)"
                )
            }
        }
        // 7 nights, 113 decisions each.
        #expect(moves <= 16, "seed \(seed): \(moves) moves")
    }

    @Test func `moves when the quiet has moved for good`() throws {
        let quiet = { (hour: Int) in
            Self.profile {
                $0 % 96 / 4 == hour || $0 % 96 / 4 == hour + 1 || $0 % 96 / 4 == hour + 2 ? 0.05 : 0.5
            }
        }
        let first = try Self.learned(Self.search.decide(quiet(2)))
        #expect(first.allSatisfy { $0.start == 1560 })
        let later = try Self.learned(Self.search.decide(quiet(4), previous: first))
        #expect(later.allSatisfy { $0.start == 1680 })
        let same = Self.profile { $0 % 96 / 4 < 8 ? 0.050 - Double($0 % 96) / 10_000 : 0.5 }
        #expect(try Self.learned(Self.search.decide(same, previous: first)).allSatisfy { $0.start == 1560 })
        let other = QuietSearch(
            minutes: 120, within: Window.Opening(weekdays: [0], from: 0, to: 120), days: 28)
        #expect(try Self.learned(other.decide(same, previous: first)).allSatisfy { $0.start == 0 })
    }

    /// Four weeks of one shape, by UTC.
    static func profile(
        days: Int = 28, without: (Date) -> Bool = { _ in false }, own: (Date) -> Bool = { _ in false },
        _ shape: (Int) -> Double
    ) -> WeekProfile {
        let quarters = (0..<days * 96).map { now.addingTimeInterval(Double(-days * 86_400 + $0 * 900)) }
            .filter { !without($0) }.map { start in
                let load = shape(WeekProfile.index(of: start) { _ in 0 })
                return own(start)
                    ? TrafficQuarter(start: start, seconds: 0, ownSeconds: 900, amounts: [:])
                    : TrafficQuarter(
                        start: start, seconds: 900, ownSeconds: 0, amounts: [.transactions: load * 900])
            }
        return WeekProfile(quarters, days: days, now: now) { _ in 0 }
    }

    @Test func `says why it has not chosen yet`() {
        let empty = WeekProfile([], days: 28, now: Self.now) { _ in 0 }
        #expect(Self.search.decide(empty) == .fallback(because: "no traffic is on record yet"))
        #expect(
            Self.search.decide(Self.profile(days: 5) { _ in 1 }).reason
                == "only 5 of the 14 days of traffic that it takes are on record")
        let tuesday = { (at: Date) in WeekProfile.index(of: at) { _ in 0 } / 96 == 2 }
        #expect(
            Self.search.decide(Self.profile(without: tuesday) { _ in 1 }).reason
                == "only 33 % of the night of Monday have been watched at least 2 times, and 80 % are needed")
        let third = { (at: Date) in (WeekProfile.index(of: at) { _ in 0 }) % 7 == 3 }
        #expect(
            Self.search.decide(Self.profile(without: third) { _ in 1 }).reason
                == "no 180 minutes on end of Sunday have been watched")
        #expect(Self.search.decide(Self.profile { _ in 1 }).reason == "learned from 28 days of traffic")
    }

    @Test func `does not take its own work for traffic, nor run away from it`() throws {
        // Busy all night but from 2 to 5, when our backup runs every night.
        let hours = 2..<5
        let own = { (at: Date) in hours.contains((WeekProfile.index(of: at) { _ in 0 }) % 96 / 4) }
        let shape = { (index: Int) in abs(Double(index % 96) - 14) / 96 }
        let plain = try Self.learned(Self.search.decide(Self.profile(shape)))
        let hidden = try Self.learned(Self.search.decide(Self.profile(own: own, shape)))
        #expect(zip(plain, hidden).allSatisfy { abs($0.start - $1.start) <= 30 })
        // Hidden the whole day, nothing is known of it.
        #expect(Self.profile(own: { _ in true }, shape).loads.allSatisfy { $0 == nil })
    }

    @Test func `passes over one odd night, and a server that does nothing`() throws {
        let odd = { (at: Date) in at >= Self.now.addingTimeInterval(-6 * 86_400) }
        var profile = Self.profile { $0 % 96 / 4 == 3 ? 0.01 : 0.5 }
        let once = Self.profile { $0 % 96 / 4 == 3 ? 0.01 : 0.5 }
        #expect(profile == once)
        profile = WeekProfile(
            (0..<28 * 96).map { index in
                let start = Self.now.addingTimeInterval(Double(index * 900 - 28 * 86_400))
                let load = odd(start) ? 5.0 : (index % 96) / 4 == 3 ? 0.01 : 0.5
                return TrafficQuarter(
                    start: start, seconds: 900, ownSeconds: 0, amounts: [.transactions: load * 900])
            }, days: 28, now: Self.now
        ) { _ in 0 }
        #expect(
            profile.load(from: 1440 + 180, minutes: 60)
                == once.load(from: 1440 + 180, minutes: 60).map { $0 / 1 })
        let idle = Self.profile { _ in 0 }
        #expect(idle.loads.allSatisfy { $0 == 0 })
        #expect(try Self.learned(Self.search.decide(idle)).allSatisfy { $0.start == 1200 })
    }
}
