import ArgumentParser
import Engine
import Faults
import Jobs
import Wiring

/// `pgvigil run JOB`.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a job now, by hand.",
        discussion:
            "The run is recorded like any other. ^C stops it, removes what is not whole, and records that.")

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
        // From here on there may be something to stop: the catalog's server at first.
        let signals = StopSignals()
        let system = try await PgvigilSystem.openForRuns(configuration, surroundings, observer: observer)
        if let fault = system.catalogFault { Console.complain(fault) }
        await system.recordUnknownSets()
        signals.onStop { await system.supervisor.stopAll(.cancelled) }
        let result: Result<Supervisor.Launch, AnyFault>
        do { result = .success(try await system.supervisor.launch(job, trigger: .hand)) } catch {
            result = .failure(error)
        }
        await system.close()
        let status = Self.status(of: try result.get())
        if status != .done { throw Ending(status: signals.wasAsked ? .interrupted : status) }
    }

    /// What the program ends with after a run.
    static func status(of launch: Supervisor.Launch) -> ExitStatus {
        switch launch {
        case .slotTaken: .badResult
        case .skipped: .badResult
        case .ended(let run, let notRecorded):
            switch run.state {
            case .waiting, .running: .badResult
            case .ended(.succeeded): notRecorded == nil ? .done : .badResult
            case .ended(.couldNotVerify): .undetermined
            case .ended(.cancelled): .interrupted
            case .ended(.failed), .ended(.skipped), .ended(.missed), .ended(.timedOut): .badResult
            }
        }
    }
}
