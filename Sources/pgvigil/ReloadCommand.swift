import ArgumentParser
import Engine
import Faults
import FoundationEssentials
import Jobs
import Wiring

/// `pgvigil reload`.
struct ReloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Let the daemons of this state directory read the configuration again.",
        discussion: """
            Checks the configuration first, as 'check' does: if there is a fault in it, no daemon is told of it. Then \
            sends SIGHUP to each daemon that serves here, and waits for its answer. Runs that are under way go on with \
            the definition that they began with.

            Exit status: 0 every daemon has it, 1 there is none or one keeps the old configuration, 2 the configuration \
            has a fault, 3 one did not answer.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Print JSON.")
    var json = false

    /// What one daemon answered, as `--json` shows it.
    private struct AnswerView: Encodable {
        var daemon: String
        var pid: Int32
        /// `reloaded`, `refused`, `ended`, `forbidden` or `silent`.
        var answer: String
        var text: String
    }

    func run() async throws {
        let surroundings = Surroundings.current()
        let configuration = try options.reload(surroundings)
        let processes = DaemonProcesses(configuration, surroundings)
        var answers: [AnswerView] = []
        for process in try processes.serving() {
            answers.append(Self.view(process, await processes.reload(process)))
            if !json, let last = answers.last { Console.say(Self.line(last)) }
        }
        if json { Console.say(JSONText.render(answers)) }
        guard !answers.isEmpty else {
            Console.whisper(
                "pgvigil: no daemon serves from \(configuration.settings.stateDirectory). "
                    + "Start 'pgvigil serve', which reads the configuration itself.\n")
            throw Ending(status: .badResult)
        }
        if answers.contains(where: { $0.answer == "silent" }) { throw Ending(status: .undetermined) }
        if answers.contains(where: { $0.answer != "reloaded" }) { throw Ending(status: .badResult) }
    }

    private static func view(_ process: DaemonProcesses.Process, _ answer: DaemonProcesses.Answer)
        -> AnswerView
    {
        let (word, text) =
            switch answer {
            case .answered(let note): (note.ok ? "reloaded" : "refused", note.text)
            case .ended: ("ended", "its process has ended meanwhile")
            case .forbidden: ("forbidden", "its process belongs to another user: run this as that user")
            case .silent:
                (
                    "silent",
                    "it has not answered within \(DaemonProcesses.patience.components.seconds) s; its log tells more"
                )
            }
        return AnswerView(
            daemon: process.id.uuidString.lowercased(), pid: process.pid, answer: word, text: text)
    }

    private static func line(_ view: AnswerView) -> String {
        "daemon \(view.daemon.prefix(8)) (process \(view.pid)): \(view.answer) – \(FaultText.oneLine(view.text))"
    }
}
