import ArgumentParser
import Catalog
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
        static let configuration = CommandConfiguration(abstract: "Say where the catalog is and which version it has.")

        @OptionGroup var options: ConfigurationOptions
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let catalog = try await CatalogCommand.open(options, migrating: false)
            do {
                let status = try await catalog.status()
                await catalog.close()
                Console.say(json ? JSONText.render(status) : status.description)
                if !status.isCurrent { throw Ending(status: .badResult) }
            } catch {
                await catalog.close()
                throw error
            }
        }
    }

    /// `pgvigil catalog migrate`.
    struct Migrate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Bring the catalog to this program's version.")

        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            let catalog = try await CatalogCommand.open(options, migrating: true)
            do {
                Console.say(try await catalog.status().description)
                await catalog.close()
            } catch {
                await catalog.close()
                throw error
            }
        }
    }

    /// `pgvigil catalog rebuild`.
    struct Rebuild: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring the record of backup sets in line with what the stores hold.",
            discussion: "Sets that the catalog does not know are recorded from their manifests; those that are gone "
                + "are marked removed.")

        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            let surroundings = Surroundings.current()
            let configuration = try ConfigurationLoader(surroundings: surroundings, directory: options.config).load()
            let system = try await PgvigilSystem.open(configuration, surroundings, observer: NoObserver())
            do {
                for (store, result) in try await system.reconcile() {
                    Console.say("store \(store): \(result.added) sets recorded, \(result.gone) marked removed")
                }
                await system.close()
            } catch {
                await system.close()
                throw error
            }
        }
    }

    private static func open(_ options: ConfigurationOptions, migrating: Bool) async throws -> CatalogAccess {
        let surroundings = Surroundings.current()
        let configuration = try ConfigurationLoader(surroundings: surroundings, directory: options.config).load()
        return try await CatalogAccess.open(configuration, migrating: migrating)
    }
}
