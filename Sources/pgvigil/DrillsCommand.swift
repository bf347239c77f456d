import ArgumentParser
import Engine
import Faults
import FoundationEssentials
import Wiring

/// `pgvigil drills …`.
struct DrillsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drills", abstract: "List and show drills: what restoring each backup proved.",
        subcommands: [List.self, Show.self], defaultSubcommand: List.self)

    /// `pgvigil drills list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the drills, newest first: which backup, the verdict, how long recovery took.",
            discussion: """
                A drill proves the backup that it names, of the time at which that was taken. Drills that wait in the \
                journal of this state directory are among them. With the catalog down they are all that is printed, and \
                the exit status is 3.
                """)

        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "Only of these: TARGET or TARGET/DATABASE.")
        var of: String?
        @Option(help: "At most so many, 1 to 100000.")
        var limit = 20
        @Flag(help: "Print JSON.")
        var json = false

        func validate() throws {
            guard (1...100_000).contains(limit) else { throw ValidationError("--limit takes 1 to 100000.") }
        }

        func run() async throws {
            try await RecordReader.with(options) { reader in
                var query = DrillQuery()
                if let of {
                    let parts = of.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
                    query.target = String(parts[0])
                    query.database = parts.count > 1 ? String(parts[1]) : nil
                }
                let (drills, fault) = await DrillFinder(reader: reader).drills(query, limit: limit)
                let views = drills.map { DrillView($0) }
                if fault == nil || !views.isEmpty || json { Console.say(text(views, reader)) }
                try RecordReader.end(fault)
            }
        }

        private func text(_ views: [DrillView], _ reader: RecordReader) -> String {
            if json { return JSONText.render(views) }
            let none = of.map { "No drills of '\($0)'." } ?? "No drills."
            return views.isEmpty ? none : DrillListText.table(views, reader.instants)
        }
    }

    /// `pgvigil drills show ID`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what a drill compared, found and measured.",
            discussion: """
                Exit status: 0 proven, 1 broken, 2 there is no such drill, 3 it could not verify the backup, or the \
                catalog cannot be asked.
                """)

        @OptionGroup var options: ConfigurationOptions
        @Argument(
            help:
                "The id of a run, or the beginning of it; 'latest' takes the newest; ID/2 is the second drill of a run."
        )
        var id = "latest"
        @Flag(help: "Print the report as JSON, as it was recorded.")
        var json = false
        @Option(
            help: "Write the report as one HTML page that needs nothing else; '-' prints it.",
            completion: .file())
        var html: String?

        func validate() throws {
            if json, html != nil { throw ValidationError("--json and --html exclude each other.") }
            if html == "" { throw ValidationError("--html takes the name of a file, or '-'.") }
        }

        func run() async throws {
            try await RecordReader.with(options) { reader in
                let finder = DrillFinder(reader: reader)
                let drills = try await finder.find(id)
                if html != nil, drills.count > 1 {
                    let run = drills[0].run.uuidString.lowercased().prefix(8)
                    throw WiringFault.severalDrills(run: String(run), count: drills.count)
                }
                var texts: [String] = []
                for drill in drills { texts.append(try await finder.report(of: drill)) }
                if json {
                    Console.say(texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ",\n"))]")
                } else {
                    try say(drills, texts, reader.instants)
                }
                try DrillFinder.end(drills)
            }
        }

        private func say(_ drills: [DrillRecord], _ texts: [String], _ instants: InstantText) throws {
            for (index, text) in texts.enumerated() {
                guard let report = DrillReport.parse(text) else {
                    throw WiringFault.reportUnreadable(drill: DrillView(drills[index]).id)
                }
                switch html {
                case nil: Console.say((index > 0 ? "\n" : "") + DrillText.render(report, instants))
                case "-": Console.write(DrillPage.render(report, instants))
                case let path?:
                    try ReportFile.write(DrillPage.render(report, instants), to: path)
                    Console.say("The report is in \(path).")
                }
            }
        }
    }
}
