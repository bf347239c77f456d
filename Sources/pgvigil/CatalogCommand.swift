import ArgumentParser
import Engine
import Faults
import Wiring

/// `pgvigil catalog …`.
struct CatalogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog", abstract: "Look after pgvigil's own records.",
        subcommands: [Status.self, Migrate.self, Rebuild.self], defaultSubcommand: Status.self)

    /// `pgvigil catalog status`.
    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say where the catalog is and which version it has.",
            discussion: "Exit status: 0 as this program needs it, 1 not so.")

        @OptionGroup var options: ConfigurationOptions
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let view = try await CatalogCommand.with(options) { try await $0.status() }
            Console.say(json ? JSONText.render(view) : view.text)
            if !view.current { throw Ending(status: .badResult) }
        }
    }

    /// `pgvigil catalog migrate`.
    struct Migrate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create the catalog, or bring it to this program's version.")

        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            let status = try await CatalogCommand.with(options) { catalog in
                try await catalog.migrate()
                return try await catalog.status()
            }
            Console.say(status.text)
        }
    }

    /// `pgvigil catalog rebuild`.
    struct Rebuild: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring the record of backup sets in line with what the stores hold.",
            discussion:
                "Sets that the catalog does not know are recorded from their manifests; those that are gone "
                + "are marked removed.")

        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            let surroundings = Surroundings.current()
            let configuration = try options.loadWithoutTargets(surroundings)
            let stores = try await PgvigilSystem.with(configuration, surroundings) {
                try await $0.reconcile()
            }
            for (store, result) in stores {
                Console.say("store \(store): \(result.added) sets recorded, \(result.gone) marked removed")
            }
        }
    }

    private static func with<Value: Sendable>(
        _ options: ConfigurationOptions, _ body: (CatalogAccess) async throws -> Value
    ) async throws -> Value {
        let surroundings = Surroundings.current()
        let configuration = try options.loadWithoutTargets(surroundings)
        try Shelf(configuration, surroundings).ensureStateDirectory()
        let catalog = try await CatalogAccess.open(configuration, path: surroundings.searchPath)
        do {
            let value = try await body(catalog)
            await catalog.close()
            return value
        } catch {
            await catalog.close()
            throw error
        }
    }
}
