import ArgumentParser
import Engine
import Faults
import Jobs
import Wiring

/// `pgvigil status`.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say on one screen whether every database can be recovered, and what is wrong.",
        discussion: """
            Judges the newest verified backup of each database by the objectives of its target and jobs, and tells what \
            runs, what waits and for what, what failed or was missed and not made up for, and what comes next. Touches \
            no target. Works as a check for a monitor.

            Exit status: 0 all is well, 1 something is wrong, 3 it cannot be told, as when the catalog cannot be asked.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Option(help: "Only this target: its databases and the jobs that concern it.")
    var target: String?

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let (view, instants) = try await RecordReader.with(options, check: checkTarget) { reader in
            let facts = await StatusReader(reader.configuration, reader.surroundings).read(
                book: reader.system.book, daemons: reader.system.daemons,
                catalogFault: reader.system.catalogFault, now: reader.now)
            return (StatusView.make(target.map(facts.narrowed) ?? facts), reader.instants)
        }
        Console.say(json ? JSONText.render(view) : StatusText.render(view, instants))
        if view.verdict != .well { throw Ending(status: view.verdict.exitStatus) }
    }

    private func checkTarget(_ configuration: LoadedConfiguration) throws {
        let known = configuration.settings.targets.map(\.name)
        guard let target, !known.contains(target) else { return }
        throw JobsFault.unknownTarget(
            target, nearest: Suggestion.nearest(to: target, among: known), known: known)
    }
}
