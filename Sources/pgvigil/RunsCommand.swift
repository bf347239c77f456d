import ArgumentParser
import Engine
import Faults
import FoundationEssentials
import Measures
import Wiring

/// `pgvigil runs …`.
struct RunsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "List and show what became of every slot.",
        subcommands: [List.self, Show.self], defaultSubcommand: List.self)

    /// `pgvigil runs list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the runs, newest first.")

        @OptionGroup var options: ConfigurationOptions
        @Option(help: "Only runs of this job.")
        var job: String?
        @Option(
            help: "Only runs with this outcome: \(Outcome.allCases.map(\.rawValue).joined(separator: ", ")).")
        var outcome: String?
        @Option(help: "At most so many, 1 to 100000.")
        var limit = 20
        @Flag(help: "Print JSON.")
        var json = false

        func validate() throws {
            guard (1...100_000).contains(limit) else { throw ValidationError("--limit takes 1 to 100000.") }
            if let outcome, Outcome(rawValue: outcome) == nil {
                throw ValidationError("There is no outcome '\(outcome)'.")
            }
        }

        func run() async throws {
            let query = RunQuery(job: job, outcome: outcome.flatMap(Outcome.init(rawValue:)))
            let (runs, instants) = try await RunsCommand.withBook(options) { book in
                try await book.runs(query, limit: limit)
            }
            if json { return Console.say(JSONText.render(runs.map { RunView($0) })) }
            Console.say(runs.isEmpty ? "No runs." : RunText.table(runs, instants))
        }
    }

    /// `pgvigil runs show ID`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one run with its attempts and steps.")

        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "The run's id, or the beginning of it; 'latest' takes the newest.")
        var id: String
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let (found, instants) = try await RunsCommand.withBook(options) { book in
                let matches =
                    id == "latest"
                    ? try await book.runs(RunQuery(), limit: 1)
                    : try await book.runs(idPrefix: id.lowercased())
                guard let run = matches.first else { throw WiringFault.noSuchRun(id) }
                guard matches.count == 1 else { throw WiringFault.ambiguousID(id) }
                return RunView(
                    run, attempts: try await book.attempts(of: run.id),
                    steps: try await book.steps(of: run.id))
            }
            Console.say(json ? JSONText.render(found) : RunText.details(found, instants))
        }
    }

    private static func withBook<Value: Sendable>(
        _ options: ConfigurationOptions, _ body: (any RunBook) async throws -> Value
    ) async throws -> (Value, InstantText) {
        let surroundings = Surroundings.current()
        let configuration = try options.loadWithoutTargets(surroundings)
        let value = try await PgvigilSystem.with(configuration, surroundings) { try await body($0.book) }
        return (value, InstantText(zone: configuration.zone))
    }
}
