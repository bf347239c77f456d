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
        // From here on there may be something to stop: the catalog's server at first.
        let signals = StopSignals()
        let system = try await open(configuration, surroundings, observer, signals)
        if let fault = system.catalogFault { Console.complain(fault) }
        await system.recordUnknownSets()
        let hand = HandRun(system, say: speaker(DaemonText(instants: instants, now: system.ambient.wallTime)))
        { Console.complain($0) }
        signals.onStop { await hand.stop() }
        let result: Result<RunRecord?, AnyFault>
        do { result = .success(try await hand.run(job)) } catch { result = .failure(error) }
        await system.close()
        let run = try result.get()
        // Neither in the catalog nor in the journal: the record of it ends with this process.
        if let fault = await system.book.atRisk, Self.status(of: run) == .done { throw fault }
        let status = Self.status(of: run)
        if status != .done { throw Ending(status: signals.wasAsked ? .interrupted : status) }
    }

    /// Opens all that a run needs; a wish to stop does not wait for a catalog's server that does not answer.
    private func open(
        _ configuration: LoadedConfiguration, _ surroundings: Surroundings, _ observer: any RunObserver,
        _ signals: StopSignals
    ) async throws -> PgvigilSystem {
        let opening = Task {
            try await PgvigilSystem.openForRuns(configuration, surroundings, observer: observer)
        }
        // The embedded server answers soon, and must not be left behind half started.
        if case .server = configuration.settings.catalog { signals.onStop { opening.cancel() } }
        let system = try await opening.value
        guard signals.wasAsked else { return system }
        await system.close()
        throw Ending(status: .interrupted)
    }

    /// Says what the run waits for, and how it ended if it never started.
    private func speaker(_ text: DaemonText) -> @Sendable (SchedulerNote) -> Void {
        let isJSON = json
        return { note in
            switch note {
            case .waits, .ended, .fenced: text.say(note, json: isJSON)
            case .leaseHeld, .apart, .clockWentBack, .performed, .guardTripped, .slotTaken, .stopping: break
            }
        }
    }

    /// What the program ends with after a run; nil is one that was stopped before it was begun.
    static func status(of run: RunRecord?) -> ExitStatus {
        guard let run else { return .interrupted }
        switch run.state {
        case .waiting, .running: return .badResult
        case .ended(.succeeded): return .done
        case .ended(.couldNotVerify): return .undetermined
        case .ended(.cancelled): return .interrupted
        case .ended(.failed), .ended(.skipped), .ended(.missed), .ended(.timedOut): return .badResult
        }
    }
}
