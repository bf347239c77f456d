import Engine

/// What came of one simulated world.
package struct SimulationReport: Sendable {
    package var seed: UInt64
    /// Promises that were broken, with what broke them; empty if none was.
    package var violations: [String]
    package var tally: Tally
    /// The last things that happened, if they were asked for.
    package var trace: [String]
    /// The same for the same seed, whatever the process.
    package var digest: UInt64
}

/// Whole worlds of daemons, by the seed.
package enum Simulation {
    /// Lets the world of a seed run to its end, or to the first promise that is broken.
    ///
    /// - Parameter lines: So many of the last things that happened are told of.
    package static func run(seed: UInt64, lines: Int = 0) -> SimulationReport {
        run(ScenarioMaker.make(seed: seed), lines: lines)
    }

    static func run(_ scenario: Scenario, lines: Int = 0) -> SimulationReport {
        let world = World(scenario, trace: Trace(isOn: lines > 0, max: max(1, lines)))
        world.run()
        return SimulationReport(
            seed: scenario.seed, violations: world.checker.violations, tally: world.tally,
            trace: Array(world.trace.lines.suffix(lines)), digest: world.trace.digest)
    }
}
