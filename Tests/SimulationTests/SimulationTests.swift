import Testing

@testable import Simulation

@Suite struct `Simulated worlds` {
    @Test(arguments: 1...60) func `keep every promise`(seed: UInt64) {
        let report = Simulation.run(seed: seed)
        #expect(report.violations.isEmpty, "pgvigil-simulate --seed \(seed) --trace")
    }

    /// Each broke a promise once. Worlds change with what their maker learns, so `SchedulerMachineTests` holds each
    /// bug too.
    @Test(
        arguments: [
            84, 100, 145, 159, 176, 213, 260, 262, 265, 339, 623, 688, 719, 760, 1207, 2160, 3155, 4181,
        ] as [UInt64])
    func `keep the promises that they broke once`(seed: UInt64) {
        let report = Simulation.run(seed: seed)
        #expect(report.violations.isEmpty, "pgvigil-simulate --seed \(seed) --trace")
    }

    @Test func `are the same every time`() {
        let (one, other) = (Simulation.run(seed: 7), Simulation.run(seed: 7))
        #expect(one.digest == other.digest)
        #expect(one.tally.counts == other.tally.counts)
    }

    @Test(arguments: Sabotage.allCases)
    func `tell of what is broken on purpose`(sabotage: Sabotage) {
        let seeds = (1...200 as ClosedRange<UInt64>).lazy.map {
            Simulation.run(ScenarioMaker.make(seed: $0, sabotage: sabotage))
        }
        #expect(seeds.contains { $0.violations.contains { $0.contains(sabotage.symptom) } })
    }
}

@Suite struct `Chance of a seed` {
    @Test func `is the same every time`() {
        var (one, other) = (Chance(7), Chance(7))
        #expect(one.uuid() == other.uuid())
    }
}
