import ArchiveFormat
import ArgumentParser
import Engine
import Faults
import FoundationEssentials
import Jobs
import Policy
import Wiring

/// `pgvigil drill [BACKUP]`.
struct DrillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drill", abstract: "Restore a backup now, compare all of it, and throw the copy away.",
        discussion: """
            BACKUP is the beginning of an id of 'pgvigil backups', or latest:TARGET/DATABASE; without it the newest \
            backup of every database is drilled.

            Restored is into a private server that is removed afterwards, unless --where names another; databases in \
            use are not touched. The run is recorded like any other, and the report is printed at the end: see \
            'pgvigil drills'.

            Exit status: 0 proven, 1 broken, 2 usage or configuration, 3 it could not be verified, 130 interrupted.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The backup to drill.")
    var backup: String?

    @Option(help: "Take proof, place, bounds and assertions from this job of kind drill.")
    var job: String?

    @Option(help: "What is compared of the tables: rows or content (by default content).")
    var proof: String?

    @Option(help: "Where to restore: throwaway, or target/NAME for a database of its own on that server.")
    var `where`: String?

    @Option(name: .customShort("j"), help: "Processes that restore at once, 1 to 64; by default one a core.")
    var workers: Int?

    @Flag(help: "Print one JSON object a line for everything that happens, and the reports.")
    var json = false

    /// As long as a drill may take whatever the size of the database.
    private static let timeLimit = Duration.seconds(7 * 86_400)

    func validate() throws {
        if let backup {
            switch RestoreReference(backup) {
            case .latest, .id: break
            case .path, nil:
                throw ValidationError("'\(backup)' is no backup. Write an id, or latest:TARGET/DATABASE.")
            }
        }
        if let proof, DrillSpec.Proof(rawValue: proof) == nil {
            throw ValidationError("There is no proof '\(proof)'. Write --proof rows or --proof content.")
        }
        if let place = self.where, Self.location(place) == nil {
            throw ValidationError("'\(place)' is no place. Write --where throwaway or --where target/NAME.")
        }
        if let workers, !(1...64).contains(workers) { throw ValidationError("-j takes 1 to 64.") }
    }

    func run() async throws {
        let surroundings = Surroundings.current()
        let configuration = try options.load(surroundings)
        let job = try await job(configuration, surroundings)
        let instants = InstantText(zone: configuration.zone)
        let observer: any RunObserver =
            json ? JSONObserver() : TextObserver(instants: instants, moving: Console.errorIsTerminal)
        let printer = DrillPrinter(instants: instants, json: json)
        try await HandRunner(configuration: configuration, surroundings: surroundings, json: json).run(
            job, observer: observer, instants: instants,
            atEnd: {
                await printer.say($0, $1, stateDirectory: configuration.settings.stateDirectory)
            })
    }

    /// What is asked for as a job, with what `--job` names as its defaults.
    private func job(_ configuration: LoadedConfiguration, _ surroundings: Surroundings) async throws -> Job {
        var (job, spec) = try template(configuration)
        // By its own name it would stand for a run of the job, which does other things.
        job.name = "drill"
        job.place = Place(file: "the command line")
        if let proof = proof.flatMap(DrillSpec.Proof.init) { spec.proof = proof }
        if let location = self.where.flatMap(Self.location) { spec.location = location }
        if let workers { spec.workers = workers }
        if let backup {
            let set = try await RestoreOutlook(configuration, surroundings).set(backup, at: nil)
            spec.backup = .id(set.manifest.id.uuidString.lowercased())
            spec.store = set.store
            spec.databases = nil
            spec.excludeDatabases = []
            job.targets = [set.manifest.target]
        }
        try check(spec, job, configuration.settings.targets.map(\.name))
        job.work = .drill(spec)
        return job.triedOnce
    }

    private func template(_ configuration: LoadedConfiguration) throws -> (Job, DrillSpec) {
        guard let name = job else {
            let stores = configuration.settings.stores.map(\.name)
            var spec = DrillSpec()
            if !stores.contains(spec.store), let first = stores.first { spec.store = first }
            let job = Job(
                name: "drill", targets: nil, work: .drill(spec), timeout: Self.timeLimit,
                retry: RetryPolicy(), place: Place(file: "the command line"))
            return (job, spec)
        }
        let found = try configuration.job(named: name)
        guard case .drill(let spec) = found.work else {
            throw WiringFault.notADrill(job: name, kind: found.kind.rawValue)
        }
        return (found, spec)
    }

    /// Targets that the command line or a set names must be there: a run that finds none of them says less.
    private func check(_ spec: DrillSpec, _ job: Job, _ known: [String]) throws {
        var named: [String] = backup == nil ? [] : job.targets ?? []
        if case .target(let name) = spec.location { named.append(name) }
        for name in named where !known.contains(name) {
            throw JobsFault.unknownTarget(
                name, nearest: Suggestion.nearest(to: name, among: known), known: known)
        }
    }

    private static func location(_ text: String) -> DrillSpec.Location? {
        if text == DrillSpec.Location.throwaway.description { return .throwaway }
        let name = text.dropFirst("target/".count)
        return text.hasPrefix("target/") && !name.isEmpty ? .target(String(name)) : nil
    }
}
