import ArgumentParser
import Engine
import FoundationEssentials
import Measures
import Wiring

/// `pgvigil plan`.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Print every slot to come, with its window and expected duration.")

    @OptionGroup var options: ConfigurationOptions

    @Option(help: "How many hours to look ahead, 1 to 8784.")
    var hours = 24

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (1...8784).contains(hours) else { throw ValidationError("--hours takes 1 to 8784.") }
    }

    func run() async throws {
        let surroundings = Surroundings.current()
        let configuration = try options.load(surroundings)
        let views = try await PgvigilSystem.with(configuration, surroundings) {
            try await $0.plan(hours: hours)
        }
        if json { return Console.say(JSONText.render(views)) }
        if configuration.schedules.isEmpty {
            return Console.say(
                "No slot, since no crontab in \(configuration.directory)/cron schedules anything.")
        }
        if views.isEmpty { return Console.say("No slot in the next \(hours) hours.") }
        Console.say(Self.render(views, InstantText(zone: configuration.zone)))
    }

    /// The table that a person reads.
    static func render(_ views: [SlotView], _ instants: InstantText) -> String {
        var table = TextTable([
            ("WHEN", .left), ("JOB", .left), ("KIND", .left), ("WINDOW", .left), ("EXPECTED", .right),
            ("PATTERN", .left),
        ])
        for view in views {
            let window = view.window.map { view.open ? $0 : "\($0) (closed)" } ?? "–"
            let expected = view.expectedSeconds.map { DurationText.render(.seconds($0)) } ?? "not known yet"
            table.add([instants.full(view.at), view.job, view.kind, window, expected, view.pattern])
        }
        return table.render()
    }
}
