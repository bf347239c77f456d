import ArgumentParser
import Cron
import Engine
import Faults
import Jobs
import Wiring

/// `pgvigil check`.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check the configuration and print every fault in it.",
        discussion: "Touches no server unless asked to with --connect.")

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Also try every target.")
    var connect = false

    @Flag(help: "Print JSON.")
    var json = false

    /// One fault, as `--json` shows it.
    private struct FaultView: Encodable {
        var code: String
        var file: String?
        var line: Int?
        var column: Int?
        var summary: String
        var remedy: String

        init(_ fault: AnyFault) {
            code = fault.code
            file = fault.place?.file
            line = fault.place?.line
            column = fault.place?.column
            summary = fault.summary
            remedy = fault.remedy
        }
    }

    /// What was checked, as `--json` shows it.
    private struct CheckView: Encodable {
        var directory: String?
        var targets: [String]
        var stores: [String]
        var jobs: [String]
        var schedules: Int
        var faults: [FaultView]
    }

    func run() async throws {
        let surroundings = Surroundings.current()
        let loader = ConfigurationLoader(surroundings: surroundings, directory: options.config)
        var (configuration, faults) = loader.examine()
        var reached: [String] = []
        if connect, let configuration {
            for answer in await TargetTrial(configuration).tryAll() {
                switch answer.result {
                case .success(let text): reached.append("target \(answer.target): \(text)")
                case .failure(var fault):
                    fault.summary = "target \(answer.target): \(fault.summary)"
                    faults.append(fault)
                }
            }
        }
        if json {
            Console.say(JSONText.render(view(configuration, faults)))
        } else {
            for fault in faults { Console.say("\(fault)") }
            for line in reached { Console.say(line) }
            if let configuration, faults.isEmpty { Console.say(Self.summary(configuration)) }
        }
        if let worst = faults.map(\.exitStatus).max(by: { $0.rawValue < $1.rawValue }) {
            throw Ending(status: faults.contains { $0.exitStatus == .usage } ? .usage : worst)
        }
    }

    private func view(_ configuration: LoadedConfiguration?, _ faults: [AnyFault]) -> CheckView {
        CheckView(
            directory: configuration?.directory, targets: configuration?.settings.targets.map(\.name) ?? [],
            stores: configuration?.settings.stores.map(\.name) ?? [],
            jobs: configuration?.jobs.map(\.name) ?? [],
            schedules: configuration?.schedules.count ?? 0, faults: faults.map(FaultView.init))
    }

    private static func summary(_ configuration: LoadedConfiguration) -> String {
        let settings = configuration.settings
        var lines = ["\(configuration.directory): no fault"]
        for target in settings.targets {
            let databases =
                target.databases.map { "databases \($0.joined(separator: ", "))" } ?? "every database"
            lines.append(
                "  target \(target.name) at \(target.connection.address), \(databases) (\(target.origin))")
        }
        for store in settings.stores { lines.append("  store \(store.name) in \(store.path)") }
        for job in configuration.jobs { lines.append("  job \(job.name) (\(job.kind.rawValue))") }
        for schedule in configuration.schedules {
            lines.append(
                "  \(schedule.place): \(schedule.key.job) \(schedule.pattern.explain(in: schedule.zone))")
        }
        return lines.joined(separator: "\n")
    }
}
