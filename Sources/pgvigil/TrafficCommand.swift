import ArgumentParser
import Engine
import Faults
import FoundationEssentials
import Jobs
import Policy
import Wiring

/// `pgvigil traffic`.
struct TrafficCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "traffic",
        abstract: "Draw how busy a target is through the week, and what windows cost.",
        discussion: """
            The week goes by local time, in half hours; the hours that a learned window has chosen are marked. Of each \
            window of the target's jobs it says whether other hours near its own would clearly be quieter.

            'pgvigil serve' watches the targets of windows with 'learn' in pgvigil.yaml, used by a schedule or not, once \
            a minute. It needs the catalog; with that down the exit status is 3.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The target.")
    var target: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await RecordReader.with(options, check: { try check($0) }) { reader in
            let learned = reader.configuration.learned.filter { $0.window.target == target }
            let days = learned.first?.window.search.days ?? QuietSearch.daysMax / 2
            let since = reader.now.addingTimeInterval(-Double(days) * 86_400)
            let (quarters, fault) = await reader.ask(or: nil) { () async throws(AnyFault) in
                try await reader.system.traffic.quarters(target: target, since: since)
            }
            guard let quarters else { return try RecordReader.end(fault) }
            let windows = windows(learned, reader)
            let view = TrafficView(
                target: target, quarters: quarters, windows: windows, learned: learned,
                zone: reader.configuration.zone, now: reader.now)
            let chosen = windows.filter { window in learned.first?.name == window.name }
            let text = TrafficText(
                view, chosen: chosen.flatMap(\.window.openings), colour: Console.outputIsTerminal)
            Console.say(json ? JSONText.render(view) : text.render(reader.instants))
        }
    }

    private func check(_ configuration: LoadedConfiguration) throws {
        let known = configuration.settings.targets.map(\.name)
        guard known.contains(target) else {
            let nearest = Suggestion.nearest(to: target, among: known)
            throw JobsFault.unknownTarget(target, nearest: nearest, known: known)
        }
    }

    /// The windows of schedules whose jobs work on the target, and those that are learned from it.
    private func windows(_ learned: [LearnedHours], _ reader: RecordReader) -> [Schedule.NamedWindow] {
        let schedules = reader.configuration.schedules.filter { schedule in
            schedule.job.targets.map { $0.contains { Glob.matches($0, target) } } ?? true
        }
        var found: [Schedule.NamedWindow] = []
        for window in schedules.compactMap(\.window)
        where !found.contains(where: { $0.name == window.name }) {
            found.append(window)
        }
        for hours in learned where !found.contains(where: { $0.name == hours.name }) {
            found.append(hours.current(among: reader.choices))
        }
        return found.sorted { $0.name < $1.name }
    }
}
