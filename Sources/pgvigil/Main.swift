import ArgumentParser
import Faults
import FoundationEssentials
import Glibc
import Wiring

/// Where the program begins: parses the command line, runs the command, and turns what it threw into a status.
@main
struct Main {
    static func main() async {
        // A reader that goes away must not end a backup.
        signal(SIGPIPE, SIG_IGN)
        exit(await status().rawValue)
    }

    private static func status() async -> ExitStatus {
        do {
            var command = try Pgvigil.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return .done
        } catch let ending as Ending {
            return ending.status
        } catch let list as FaultList {
            for fault in list.faults { Console.complain(fault) }
            return list.faults.map(\.exitStatus).max { $0.rawValue < $1.rawValue } ?? .usage
        } catch let fault as any Fault {
            Console.complain(
                AnyFault(code: fault.code, summary: fault.summary, remedy: fault.remedy, place: fault.place))
            return fault.exitStatus
        } catch {
            let message = Pgvigil.fullMessage(for: error)
            guard Pgvigil.exitCode(for: error) == .success else {
                Console.whisper(message + "\n")
                return .usage
            }
            Console.say(message)
            return .done
        }
    }
}

/// Ends the program with a status, everything having been said already.
struct Ending: Error {
    var status: ExitStatus
}

/// The whole command line.
struct Pgvigil: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pgvigil",
        abstract:
            "Backs up PostgreSQL on schedule, proves what it saved, and writes down what became of every slot.",
        discussion: """
            With DATABASE_URL in the environment, 'pgvigil run nightly-backup' makes a verified backup set.

            Settings are read from pgvigil.yaml, jobs/*.yaml and cron/*.cron in the folder given by --config, else \
            in the working folder, else in /etc/pgvigil.

            Exit status: 0 done, 1 it ran and the result is bad, 2 usage or configuration, 3 it could not be \
            determined, 130 interrupted.
            """,
        version: VersionCommand.text,
        subcommands: [
            DemoCommand.self, CheckCommand.self, NextCommand.self, PlanCommand.self, StatusCommand.self,
            RunCommand.self, ServeCommand.self, ReloadCommand.self, DaemonsCommand.self, RunsCommand.self,
            BackupsCommand.self, DrillCommand.self, DrillsCommand.self, RestoreCommand.self,
            VerifyCommand.self, MaintainCommand.self, TrafficCommand.self, CatalogCommand.self,
            CompletionsCommand.self, VersionCommand.self,
        ])
}

/// Options that every command with a configuration has.
struct ConfigurationOptions: ParsableArguments {
    @Option(name: .long, help: "The folder with pgvigil.yaml, jobs/ and cron/.", completion: .directory)
    var config: String?

    /// Reads the configuration.
    func load(_ surroundings: Surroundings) throws(FaultList) -> LoadedConfiguration {
        try ConfigurationLoader(surroundings: surroundings, directory: config).load()
    }

    /// Reads the configuration again, for a daemon that goes on with the old one if there is a fault in it.
    ///
    /// A daemon without a schedule would look as if it served: that is a fault too.
    func reload(_ surroundings: Surroundings) throws(FaultList) -> LoadedConfiguration {
        let configuration = try load(surroundings)
        guard !configuration.schedules.isEmpty else {
            throw FaultList([AnyFault(WiringFault.nothingScheduled(directory: configuration.directory))])
        }
        return configuration
    }

    /// Reads the configuration for a command that asks no target anything, and needs none.
    func loadWithoutTargets(_ surroundings: Surroundings) throws(FaultList) -> LoadedConfiguration {
        try ConfigurationLoader(surroundings: surroundings, directory: config).load(needsTargets: false)
    }
}
