import ArgumentParser
import Engine
import Faults
import FoundationEssentials
import Jobs
import Wiring

/// `pgvigil run JOB`.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a job now, by hand.",
        discussion: """
            The run is recorded like any other, and waits like any other for what another run has: the job itself, its \
            targets, its store. It does not wait for a window or a guard. ^C stops it, removes what is not whole, and \
            records that.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The name of a job: a file of jobs/ without its extension.")
    var job: String

    @Flag(help: "Try again as the job says; without it a run by hand is tried once.")
    var retry = false

    @Flag(help: "Print one JSON object a line for everything that happens.")
    var json = false

    func run() async throws {
        let surroundings = Surroundings.current()
        let configuration = try options.load(surroundings)
        let found = try configuration.job(named: job)
        let job = retry ? found : found.triedOnce
        let instants = InstantText(zone: configuration.zone)
        let observer: any RunObserver =
            json ? JSONObserver() : TextObserver(instants: instants, moving: Console.errorIsTerminal)
        _ = try await HandRunner(configuration: configuration, surroundings: surroundings, json: json)
            .run(job, observer: observer, instants: instants)
    }
}
