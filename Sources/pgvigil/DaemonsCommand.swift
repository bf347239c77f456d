import ArgumentParser
import Engine
import Faults
import FoundationEssentials
import Wiring

/// `pgvigil daemons …`.
struct DaemonsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "daemons", abstract: "List the daemons that share the catalog.",
        subcommands: [List.self], defaultSubcommand: List.self)

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

    /// More unfinished runs are not looked at.
    private static let runsMax = 10_000
}
