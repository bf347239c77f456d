import ArgumentParser
import Engine
import Faults
import FoundationEssentials
import Jobs
import Policy
import Wiring

/// `pgvigil maintain TARGET[/DATABASE]`.
struct MaintainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maintain", abstract: "Freeze, vacuum, analyze and rebuild what needs it now, gently.",
        discussion: """
            With --plan nothing is done: every object that needs something is listed, the most urgent first, with the \
            reason and how long it will take. With --job it is planned into the window of that job; without it, all \
            that needs it, by the defaults that 'docs/maintenance.md' tells.

            Without --plan it is done now, whatever the window, one object after the other, and each is proven from \
            the server's catalog. What blocks others gives way; ^C cancels the statement that is under way. The run \
            is recorded like any other: see 'pgvigil runs show'.

            Exit status: 0 done, or planned; 1 some object failed; 2 usage or configuration; 3 a database could not be \
            looked at; 130 interrupted.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The target, or one database of it: TARGET/DATABASE.")
    var target: String

    @Flag(help: "Print what would be done, and do nothing.")
    var plan = false

    @Option(help: "Take thresholds, limits and gentleness from this job of kind maintain.")
    var job: String?

    @Flag(help: "Print JSON: the plans, or one object a line for everything that happens.")
    var json = false

    /// As long as it may take by hand.
    private static let timeLimit = Duration.seconds(7 * 86_400)

    func validate() throws {
        guard !target.hasPrefix("/"), !target.hasSuffix("/") else {
            throw ValidationError("Write TARGET or TARGET/DATABASE, not '\(target)'.")
        }
    }

    func run() async throws {
        let surroundings = Surroundings.current()
        let configuration = try options.load(surroundings)
        let (named, spec) = try template(configuration)
        let target = try self.target(configuration)
        if plan { return try await show(target, spec, configuration, surroundings) }
        var job = named
        job.work = .maintain(spec)
        job.targets = [target.name]
        let instants = InstantText(zone: configuration.zone)
        let observer: any RunObserver =
            json ? JSONObserver() : TextObserver(instants: instants, moving: Console.errorIsTerminal)
        try await HandRunner(configuration: configuration, surroundings: surroundings, json: json).run(
            job.triedOnce, observer: observer, instants: instants,
            atEnd: { system, run in
                if !json { await say(system, run, configuration) }
            })
    }

    /// The job that `--job` names, by another name: by its own it would stand for a run of that job.
    private func template(_ configuration: LoadedConfiguration) throws -> (Job, MaintainSpec) {
        var job = Job(
            name: "maintain", targets: nil, work: .maintain(MaintainSpec()), timeout: Self.timeLimit,
            retry: RetryPolicy(), place: Place(file: "the command line"))
        var spec = MaintainSpec()
        if let name = self.job {
            job = try configuration.job(named: name)
            guard case .maintain(let found) = job.work else {
                throw WiringFault.notMaintenance(job: name, kind: job.kind.rawValue)
            }
            spec = found
            job.name = "maintain"
            job.place = Place(file: "the command line")
        }
        let parts = target.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count > 1 {
            // A name as it is, whatever a pattern would make of it.
            spec.databases = [Glob.escape(String(parts[1]))]
            spec.excludeDatabases = []
        }
        return (job, spec)
    }

    private func target(_ configuration: LoadedConfiguration) throws -> Target {
        let name = String(target.prefix { $0 != "/" })
        let known = configuration.settings.targets.map(\.name)
        guard let found = configuration.settings.targets.first(where: { $0.name == name }) else {
            throw JobsFault.unknownTarget(
                name, nearest: Suggestion.nearest(to: name, among: known), known: known)
        }
        return found
    }

    // MARK: The plan

    private func show(
        _ target: Target, _ spec: MaintainSpec, _ configuration: LoadedConfiguration,
        _ surroundings: Surroundings
    ) async throws {
        let system = try await PgvigilSystem.openForRuns(configuration, surroundings, observer: NoObserver())
        let result: Result<Void, any Error>
        do { result = .success(try await show(target, spec, system, configuration)) } catch {
            result = .failure(error)
        }
        await system.close()
        try result.get()
    }

    private func show(
        _ target: Target, _ spec: MaintainSpec, _ system: PgvigilSystem, _ configuration: LoadedConfiguration
    ) async throws {
        let outlook = MaintenanceOutlook(system)
        let opening = job.flatMap { outlook.opening(of: $0) }
        let looks = try await outlook.looks(at: target, spec, in: opening)
        // What failed is told below, after what could be read.
        let views = looks.compactMap { try? $0.look.get() }.map { MaintenancePlanView($0) }
        if json {
            Console.say(JSONText.render(views))
        } else {
            if let opening { Console.say(text(of: opening, configuration) + "\n") }
            Console.say(views.map(MaintenanceText.plan).joined(separator: "\n\n"))
        }
        var isUndetermined = false
        for case (let item, .failure(let fault)) in looks {
            Console.whisper("pgvigil: \(item): \(fault)\n")
            isUndetermined = true
        }
        if isUndetermined { throw Ending(status: .undetermined) }
    }

    private func text(of opening: MaintenanceOutlook.Opening, _ configuration: LoadedConfiguration) -> String
    {
        let instants = InstantText(zone: configuration.zone)
        let end = opening.until.map { "–\(instants.time($0).prefix(5))" } ?? " on"
        return "Planned into window '\(opening.window)', \(instants.short(opening.from))\(end)."
    }

    // MARK: The end

    /// What became of each object.
    private func say(_ system: PgvigilSystem, _ run: RunRecord, _ configuration: LoadedConfiguration) async {
        let journal = await JournalReader(stateDirectory: configuration.settings.stateDirectory).read().view
        // What the catalog does not tell is in the journal, or stays with 'runs show'.
        let recorded = (try? await system.book.maintenance(of: run.id)) ?? []
        let views = journal.maintenance(recorded, of: run.id).map { MaintenanceView($0, isOver: true) }
        if !views.isEmpty { Console.say("\n" + MaintenanceText.results(views)) }
    }
}
