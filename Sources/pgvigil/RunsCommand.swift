import ArgumentParser
import Engine
import Faults
import FoundationEssentials
import Measures
import Wiring

/// `pgvigil runs …`.
struct RunsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "List, show and cancel runs: what became of every slot.",
        subcommands: [List.self, Show.self, Cancel.self], defaultSubcommand: List.self)

    /// `pgvigil runs list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the runs, newest first.",
            discussion: """
                Runs that wait in the journal of this state directory for the catalog are among them, and marked. With \
                the catalog down they are all that is printed, and the exit status is 3.
                """)

        @OptionGroup var options: ConfigurationOptions
        @Option(help: "Only runs of this job.")
        var job: String?
        @Option(
            help: "Only runs with this outcome: \(Outcome.allCases.map(\.rawValue).joined(separator: ", ")).")
        var outcome: String?
        @Option(help: "Only runs that started so long ago at most, such as 24h or 7d.")
        var since: String?
        @Flag(help: "Only runs that wait: since when, until when, and for what.")
        var waiting = false
        @Option(help: "At most so many, 1 to 100000.")
        var limit = 20
        @Flag(help: "Print JSON.")
        var json = false

        func validate() throws {
            guard (1...100_000).contains(limit) else { throw ValidationError("--limit takes 1 to 100000.") }
            if let outcome, Outcome(rawValue: outcome) == nil {
                throw ValidationError("There is no outcome '\(outcome)'.")
            }
            if waiting, outcome != nil {
                throw ValidationError(
                    "--waiting and --outcome exclude each other: what waits has no outcome yet.")
            }
            do { _ = try span } catch {
                throw ValidationError("'\(since ?? "")' is not a duration. Write --since 24h or --since 7d.")
            }
        }

        private var span: Duration? { get throws { try since.map { try DurationText.parse($0) } } }

        func run() async throws {
            let span = try span
            try await RecordReader.with(options) { reader in
                let query = RunQuery(
                    job: job, outcome: outcome.flatMap(Outcome.init(rawValue:)), waitingOnly: waiting,
                    startedSince: span.map { reader.now.addingTimeInterval(-($0 / .seconds(1))) })
                let ((runs, seats), fault) = await reader.ask(or: ([], [])) {
                    () async throws(AnyFault) -> ([RunRecord], [SeatView]) in
                    let runs = try await reader.system.book.runs(query, limit: limit)
                    return (runs, waiting ? try await reader.system.daemons.seats() : [])
                }
                let views = RunListing.merge(runs, reader.journal, query, limit: limit).map {
                    RunView($0.run, inJournal: $0.isInJournal, seats: seats)
                }
                if fault == nil || !views.isEmpty || json { Console.say(text(views, reader)) }
                try RecordReader.end(fault)
            }
        }

        private func text(_ views: [RunView], _ reader: RecordReader) -> String {
            if json { return JSONText.render(views) }
            if waiting { return RunText.waiting(views, reader.instants, now: reader.now) }
            return views.isEmpty ? "No runs." : RunText.table(views, reader.instants)
        }
    }
}

/// Finds the run that a person means.
struct RunFinder {
    let reader: RecordReader

    /// The run whose id begins so, or the newest for `latest`; from the journals as well.
    ///
    /// - Throws: ``WiringFault/noSuchRun(_:)``, ``WiringFault/ambiguousID(_:)``, or why the catalog did not answer, if
    ///   the journals do not know the run.
    func find(_ id: String) async throws -> RunListing.Entry {
        let prefix = id.lowercased()
        let isLatest = prefix == "latest"
        let (recorded, fault) = await reader.ask(or: []) { () async throws(AnyFault) -> [RunRecord] in
            isLatest
                ? try await reader.system.book.runs(RunQuery(), limit: 1)
                : try await reader.system.book.runs(idPrefix: prefix)
        }
        let all = RunListing.merge(recorded, reader.journal, RunQuery(), limit: .max)
        let found =
            isLatest
            ? Array(all.prefix(1)) : all.filter { $0.run.id.uuidString.lowercased().hasPrefix(prefix) }
        if found.isEmpty, let fault { throw fault }
        guard let first = found.first, !prefix.isEmpty else { throw WiringFault.noSuchRun(id) }
        guard found.count == 1 else { throw WiringFault.ambiguousID(id) }
        return first
    }
}
