import ArchiveFormat
import ArgumentParser
import Engine
import Faults
import FoundationEssentials
import Glibc
import Jobs
import Policy
import Wiring

/// `pgvigil restore BACKUP`.
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Restore a backup: as a new database, or in the place of one.",
        discussion: """
            BACKUP is the beginning of an id of 'pgvigil backups', latest:TARGET/DATABASE, or the path of a set.

            The set is checked first. Then it is restored beside what is there, and gets its name only when it is \
            whole: a restore that fails, or is stopped by ^C, changes nothing. With --replace the old database stays \
            under another name, which is printed. The run is recorded like any other.

            Exit status: 0 restored, 1 it failed, 2 usage or configuration, 130 interrupted.
            """)

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup(title: "What is restored") var part: Part
    @OptionGroup(title: "Where it goes") var place: PlaceOptions

    @Argument(help: "What to restore.", completion: .directory)
    var backup: String

    @Option(name: .customShort("j"), help: "Processes that restore at once, 1 to 64; by default one a core.")
    var workers: Int?

    @Flag(help: "Keep a database of which not all could be restored; the run has failed all the same.")
    var keepGoing = false

    @Flag(help: "Print one JSON object a line for everything that happens.")
    var json = false

    /// Which part of a backup.
    struct Part: ParsableArguments {
        @Option(help: "With latest:, the newest backup that was begun by then: 2026-11-20T02:00.")
        var at: String?
        @Option(parsing: .upToNextOption, help: "Only these tables, with what belongs to them.")
        var tables: [String] = []
        @Option(parsing: .upToNextOption, help: "Only these schemas.")
        var schemas: [String] = []
        @Flag(help: "Only the rows, into tables that are there, in one transaction.")
        var dataOnly = false
        @Flag(help: "Only the definitions, without rows.")
        var schemaOnly = false
        @Flag(help: "Also make the roles that the backup holds and the server has not.")
        var globals = false

        var isPartial: Bool { !tables.isEmpty || !schemas.isEmpty || dataOnly || schemaOnly }
    }

    /// Where to.
    struct PlaceOptions: ParsableArguments {
        @Option(
            help:
                "The database to make, as TARGET/DATABASE; with --replace by default the one that was saved.")
        var to: String?
        @Flag(help: "Replace the database that is there.")
        var replace = false
        @Option(help: "The name of the database to replace, instead of typing it when asked.")
        var yes: String?
        @Flag(help: "Drop the database that was replaced.")
        var dropOld = false
        @Flag(help: "End the sessions of others in the database that is replaced.")
        var disconnect = false
    }

    func validate() throws {
        if RestoreReference(backup) == nil {
            throw ValidationError("'\(backup)' is no backup. Write an id, latest:TARGET/DATABASE, or a path.")
        }
        if let to = place.to, RestoreSpec.Destination(to) == nil {
            throw ValidationError("'\(to)' names no database. Write --to TARGET/DATABASE.")
        }
        if place.to == nil, !place.replace {
            throw ValidationError("Say where: --to TARGET/DATABASE, or --replace.")
        }
        if part.at != nil, !backup.hasPrefix("latest:") {
            throw ValidationError("--at chooses among several backups. Write latest:TARGET/DATABASE.")
        }
        if part.dataOnly, part.schemaOnly { throw ValidationError("Leave --data-only or --schema-only out.") }
        if place.replace, part.isPartial {
            throw ValidationError("A part of a backup replaces no whole database. Leave --replace out.")
        }
        if !place.replace, place.dropOld || place.disconnect || place.yes != nil {
            throw ValidationError("--yes, --drop-old and --disconnect are about what --replace replaces.")
        }
        if let workers, !(1...64).contains(workers) { throw ValidationError("-j takes 1 to 64.") }
    }

    func run() async throws {
        let surroundings = Surroundings.current()
        let configuration = try options.load(surroundings)
        let instants = InstantText(zone: configuration.zone)
        let outlook = RestoreOutlook(configuration, surroundings)
        let spec = try await spec(outlook)
        if spec.replace { try await confirm(spec, outlook, instants) }
        let observer: any RunObserver =
            json ? JSONObserver() : TextObserver(instants: instants, moving: Console.errorIsTerminal)
        let steps = StepEar(observer)
        let run = try await HandRunner(configuration: configuration, surroundings: surroundings, json: json)
            .run(Self.job(spec), observer: steps, instants: instants)
        if !json { Console.say(RestoreText.ending(run, steps.ended, spec)) }
    }

    /// What is asked for, as a job has it.
    private func spec(_ outlook: RestoreOutlook) async throws -> RestoreSpec {
        let backup = outlook.absolute(backup)
        var instant: Date?
        if let at = part.at {
            guard let read = outlook.instant(at) else { throw WiringFault.notAnInstant(at) }
            instant = read
        }
        let destination: RestoreSpec.Destination
        if let named = place.to.flatMap({ RestoreSpec.Destination($0) }) {
            destination = named
        } else {
            let saved = try await outlook.set(backup, at: instant).manifest
            destination = RestoreSpec.Destination(target: saved.target, database: saved.database.name)
        }
        return RestoreSpec(
            backup: backup, at: instant, destination: destination, replace: place.replace,
            tables: part.tables, schemas: part.schemas, dataOnly: part.dataOnly, schemaOnly: part.schemaOnly,
            globals: part.globals, workers: workers, dropOld: place.dropOld, disconnect: place.disconnect,
            keepGoing: keepGoing)
    }

    /// Shows what is lost, and goes on only for who can name it.
    private func confirm(
        _ spec: RestoreSpec, _ outlook: RestoreOutlook, _ instants: InstantText
    ) async throws {
        let name = spec.destination.database
        let set = try await outlook.set(spec.backup, at: spec.at)
        let loss = try await outlook.loss(spec.destination)
        Console.whisper(
            RestoreText.loss(loss, spec, set, age: outlook.age(of: set.manifest.started), instants) + "\n")
        if let yes = place.yes {
            guard yes == name else {
                throw ValidationError(
                    "--yes names '\(yes)', and '\(name)' would be replaced. Nothing was changed.")
            }
            return
        }
        guard isatty(STDIN_FILENO) == 1 else {
            throw ValidationError("Nobody can be asked here. Write --yes \(name). Nothing was changed.")
        }
        Console.whisper("Type the name of the database to replace it: ")
        guard readLine() == name else {
            throw ValidationError("That is not its name. Nothing was changed.")
        }
    }

    /// As long as a restore may take whatever the size of the database.
    private static let timeLimit = Duration.seconds(7 * 86_400)

    private static func job(_ spec: RestoreSpec) -> Job {
        Job(
            name: "restore", targets: nil, work: .restore(spec), timeout: timeLimit, retry: RetryPolicy(),
            place: Place(file: "the command line"))
    }
}
