import ArgumentParser
import Engine
import Faults
import FoundationEssentials
import Jobs
import Wiring

/// `pgvigil plan`.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Print every slot to come, and what will become of it.",
        discussion: """
            For each slot: how long it is expected to take, its window, the rules of its line, whether it will start, \
            wait or be missed, and whose run is likely to have what it needs. It is rough: guards, failures and runs by \
            hand are not foreseen, and a job without history is taken at its own word ('expected').

            With the catalog down the plan is printed without history, and the exit status is 3.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Option(help: "How many hours to look ahead, 1 to 8784.")
    var hours = 24

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (1...8784).contains(hours) else { throw ValidationError("--hours takes 1 to 8784.") }
    }

    func run() async throws {
        // A plan for targets that are not there would be none.
        _ = try options.load(Surroundings.current())
        try await RecordReader.with(options) { reader in
            let schedules = reader.configuration.schedules
            let jobs = Set(schedules.map(\.key.job)).sorted()
            let (durations, fault) = await reader.ask(or: [:]) { () async throws(AnyFault) in
                try await reader.system.daemons.durations(ofJobs: jobs, limit: Expectation.sampleMax)
            }
            let views = Forecast.views(
                of: Planner.slots(
                    of: schedules, after: reader.now,
                    until: reader.now.addingTimeInterval(Double(hours) * 3600)),
                targets: reader.configuration.settings.targets, limits: reader.configuration.settings.limits,
                expected: durations.compactMapValues { Expectation.duration($0) },
                render: InstantRendering(zone: reader.configuration.zone))
            Console.say(json ? JSONText.render(views) : text(views, reader))
            try RecordReader.end(fault)
        }
    }

    private func text(_ views: [SlotView], _ reader: RecordReader) -> String {
        if reader.configuration.schedules.isEmpty {
            return "No slot, since no crontab in \(reader.configuration.directory)/cron schedules anything."
        }
        if views.isEmpty { return "No slot in the next \(hours) hours." }
        return PlanText.table(views, reader.instants)
    }
}
