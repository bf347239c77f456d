import ArgumentParser
import Engine
import Faults
import FoundationEssentials
import Jobs
import Measures
import Wiring

/// `pgvigil daemons …`.
struct DaemonsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "daemons", abstract: "List the daemons that share the catalog.",
        subcommands: [List.self, Alive.self], defaultSubcommand: List.self)

    /// `pgvigil daemons list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the daemons of the last days, those that are alive first.",
            discussion: """
                A daemon is alive while its lease in the catalog holds, silent when it ran out, and stopped when it \
                said goodbye. Runs of a silent daemon are taken over by the others. Role 'hand' is a run by hand.
                """)

        @OptionGroup var options: ConfigurationOptions
        @Flag(help: "Only those that are alive or silent.")
        var current = false
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await RecordReader.with(options) { reader in
                let (views, fault) = await reader.ask(or: []) { () async throws(AnyFault) -> [DaemonView] in
                    let unfinished = try await reader.system.book.runs(
                        RunQuery(unfinishedOnly: true), limit: DaemonsCommand.runsMax)
                    return try await reader.system.daemons.daemons().map {
                        DaemonView($0, unfinished: unfinished)
                    }
                }
                let kept = views.filter { !current || $0.state != DaemonRecord.State.stopped.rawValue }
                if json {
                    if fault == nil { Console.say(JSONText.render(kept)) }
                } else if fault == nil {
                    Console.say(DaemonTable.render(kept, reader.instants, now: reader.now))
                } else {
                    try tellOfHere(reader)
                }
                try RecordReader.end(fault)
            }
        }

        /// Without the catalog, the processes of this state directory are all that is known.
        private func tellOfHere(_ reader: RecordReader) throws {
            let processes = try DaemonProcesses(reader.configuration, reader.surroundings).serving()
            for process in processes {
                let id = process.id.uuidString.lowercased().prefix(8)
                Console.say("daemon \(id), process \(process.pid), serves from this state directory")
            }
        }
    }

    /// `pgvigil daemons alive`.
    struct Alive: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell whether a daemon serves from this state directory and does not hang.",
            discussion: """
                It asks neither the catalog nor a target, so it suits health checks: of a container, say. Exit status: \
                0 a daemon serves, 1 none does or one has not turned for 90 seconds.
                """)

        @OptionGroup var options: ConfigurationOptions

        func run() throws {
            let surroundings = Surroundings.current()
            let configuration = try options.loadWithoutTargets(surroundings)
            let pulses = try DaemonProcesses(configuration, surroundings).pulses()
            if pulses.isEmpty {
                Console.say("no daemon serves from \(configuration.settings.stateDirectory)")
            }
            for (process, silence) in pulses {
                let id = process.id.uuidString.lowercased().prefix(8)
                let turned =
                    silence > DaemonProcesses.silenceMax ? "hangs: it turned last" : "serves, and turned"
                Console.say(
                    "daemon \(id), process \(process.pid), \(turned) \(DurationText.render(silence)) ago")
            }
            guard !pulses.isEmpty, pulses.allSatisfy({ $0.silence <= DaemonProcesses.silenceMax }) else {
                throw Ending(status: .badResult)
            }
        }
    }

    /// More unfinished runs are not looked at.
    private static let runsMax = 10_000
}
