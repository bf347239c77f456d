import ArchiveFormat
import ArgumentParser
import Engine
import Faults
import FoundationEssentials
import Measures
import Wiring

/// `pgvigil backups …`.
struct BackupsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backups", abstract: "List, show, verify, prune and hold backup sets.",
        discussion:
            "What is listed is read from the stores' manifests, so that it is there even without a catalog.",
        subcommands: [List.self, Show.self, Verify.self, Prune.self, Hold.self], defaultSubcommand: List.self)

    /// `pgvigil backups list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the backup sets, newest first.")

        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "Only these: TARGET or TARGET/DATABASE.")
        var of: String?
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let (shelf, instants, now) = try BackupsCommand.shelf(options)
            let listing = try await shelf.listing(of: of)
            if json { return Console.say(JSONText.render(listing.sets.map(BackupView.init))) }
            let none = of.map { "No backups of '\($0)'." } ?? "No backups."
            Console.say(listing.sets.isEmpty ? none : BackupText.table(listing.sets, instants, now: now))
            for stranger in listing.strangers {
                Console.whisper("not a backup set: \(stranger.path): \(stranger.reason)\n")
            }
        }
    }

    /// `pgvigil backups show ID`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show all that is known of one backup set.")

        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "The set's id, or the beginning of it; 'latest' takes the newest.")
        var id: String
        @Flag(help: "Print the manifest.")
        var json = false

        func run() async throws {
            let (shelf, instants, now) = try BackupsCommand.shelf(options)
            let set = try await shelf.set(idPrefix: id)
            Console.say(json ? try set.manifest.render() : BackupText.details(set, instants, now: now))
        }
    }

    /// `pgvigil backups verify ID…`.
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read sets back from the disk: sizes, SHA-256, and every block decoded.",
            discussion:
                "A set that is found damaged is marked so, and no longer counts for retention, until it is "
                + "found sound. Exit status: 0 sound, 1 damaged, 3 cannot tell.")

        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "Ids of sets, or the beginnings of them, or 'latest'; none takes every set.")
        var ids: [String] = []
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let shelf = try BackupsCommand.shelf(options).shelf
            let folders = try await shelf.foldersToVerify(ids)
            let reports = await ReportPrinter(json: json).verify(folders)
            for report in reports { try await shelf.note(report) }
            try ReportPrinter.end(reports)
        }
    }

    /// `pgvigil backups prune`.
    struct Prune: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Apply the retention of every backup job to its sets.",
            discussion: "Each kept set says why it is kept, each removed one why not.")

        @OptionGroup var options: ConfigurationOptions
        @Flag(help: "Only print what would be removed.")
        var plan = false
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let surroundings = Surroundings.current()
            let configuration = try options.loadWithoutTargets(surroundings)
            let plans = try await Shelf(configuration, surroundings).prunePlans()
            let entries = plans.flatMap(\.plan.entries)
            if json {
                Console.say(JSONText.render(entries.map(PruneView.init)))
            } else {
                Console.say(BackupText.prune(entries, InstantText(zone: configuration.zone)))
            }
            if plan || entries.allSatisfy(\.keep) { return }
            let failures = try await PgvigilSystem.with(configuration, surroundings) { await $0.prune(plans) }
            for failure in failures { Console.complain(failure) }
            if !failures.isEmpty { throw Ending(status: .badResult) }
        }
    }

    /// `pgvigil backups hold ID`.
    struct Hold: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keep a set whatever retention says, or let it go again.")

        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "The set's id, or the beginning of it; 'latest' takes the newest.")
        var id: String
        @Option(help: "Why it is held.")
        var reason = "held by hand"
        @Flag(help: "Let it go again.")
        var release = false

        func run() async throws {
            let shelf = try BackupsCommand.shelf(options).shelf
            let set = try await shelf.set(idPrefix: id)
            try await shelf.hold(set, reason: release ? nil : reason)
            Console.say("\(set.path) is \(release ? "no longer held" : "held: \(reason)")")
        }
    }

    private static func shelf(
        _ options: ConfigurationOptions
    ) throws -> (shelf: Shelf, instants: InstantText, now: Date) {
        let surroundings = Surroundings.current()
        let configuration = try options.loadWithoutTargets(surroundings)
        return (
            Shelf(configuration, surroundings), InstantText(zone: configuration.zone),
            surroundings.ambient(stateDirectory: "").wallTime()
        )
    }
}
