import ArgumentParser
import Engine
import Faults
import FoundationEssentials
import Wiring

extension RunsCommand {
    /// `pgvigil runs cancel ID`.
    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask the daemon that has a run to stop it, on whatever host that is.",
            discussion: """
                A run that waits is cancelled at once; of one that runs, the children are stopped and what is not whole \
                is removed. Waits for up to 60 s for that.

                Exit status: 0 it was cancelled, or with --no-wait it was asked; 1 it ended otherwise; 3 nobody answered.
                """)

        /// How long somebody waits for the answer.
        private static let patience = Duration.seconds(60)
        private static let pause = Duration.milliseconds(250)

        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "The run's id, or the beginning of it; 'latest' takes the newest.")
        var id: String
        @Option(help: "Why; it is recorded.")
        var reason = "cancelled by hand"
        @Flag(name: .customLong("no-wait"), help: "Only ask, and do not wait for the end.")
        var isAskedOnly = false
        @Flag(help: "Print the run as JSON.")
        var json = false

        func validate() throws {
            if reason.allSatisfy(\.isWhitespace) { throw ValidationError("--reason takes a text.") }
        }

        func run() async throws {
            try await RecordReader.with(options) { reader in
                let run = try await RunFinder(reader: reader).find(id).run
                if case .ended(let outcome) = run.state {
                    tell(run, "had ended already: \(outcome.rawValue)")
                    throw Ending(status: .badResult)
                }
                _ = try await reader.system.daemons.askToStop(run.id, reason: FaultText.oneLine(reason))
                if isAskedOnly {
                    return tell(run, "its daemon is asked to stop it\(try await absence(run, reader))")
                }
                try await report(waitForEnd(run, reader), reader)
            }
        }

        /// The run when it has ended, or as it is when patience is over.
        private func waitForEnd(_ run: RunRecord, _ reader: RecordReader) async throws -> RunRecord {
            let ambient = reader.system.ambient
            let end = ambient.uptime() + Self.patience
            var latest = run
            while ambient.uptime() < end {
                let id = run.id.uuidString.lowercased()
                latest = try await reader.system.book.runs(idPrefix: id).first ?? latest
                if case .ended = latest.state { return latest }
                await ambient.sleep(Self.pause)
            }
            return latest
        }

        private func report(_ run: RunRecord, _ reader: RecordReader) async throws {
            switch run.state {
            case .ended(.cancelled): tell(run, "cancelled: \(FaultText.oneLine(run.summary))")
            case .ended(let outcome):
                tell(run, "it has ended otherwise: \(outcome.rawValue) – \(FaultText.oneLine(run.summary))")
                throw Ending(status: .badResult)
            case .waiting, .running:
                let state = run.state == .waiting ? "still waits" : "still runs"
                tell(run, "\(state); the wish is kept\(try await absence(run, reader))")
                throw Ending(status: .undetermined)
            }
        }

        /// What to say if the run's daemon is not there to hear the wish; empty if it is.
        private func absence(_ run: RunRecord, _ reader: RecordReader) async throws -> String {
            let daemons = try await reader.system.daemons.daemons()
            let owner = daemons.first { $0.id == run.lease?.daemon }
            switch owner?.state {
            case .alive?: return ""
            case .silent?, .stopped?, nil:
                let who = "process \(run.owner.pid) on \(run.owner.host)"
                return ", but its daemon (\(who)) is gone: whichever daemon takes the run over ends it"
            }
        }

        private func tell(_ run: RunRecord, _ text: String) {
            if json { return Console.say(JSONText.render(RunView(run))) }
            Console.say("run \(run.id.uuidString.lowercased().prefix(8)) (\(run.job)): \(text)")
        }
    }
}
