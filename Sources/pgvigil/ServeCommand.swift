import ArgumentParser
import Cron
import Engine
import Faults
import FoundationEssentials
import Wiring

/// `pgvigil serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Fire every slot of cron/*.cron as it comes due, in the foreground.",
        discussion: "SIGTERM or ^C stops what runs, removes what is not whole, records it, and ends with 0.")

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Print one JSON object a line for everything that happens.")
    var json = false

    func run() async throws {
        let surroundings = Surroundings.current()
        let configuration = try options.load(surroundings)
        guard !configuration.schedules.isEmpty else {
            throw WiringFault.nothingScheduled(directory: configuration.directory)
        }
        let instants = InstantText(zone: configuration.zone)
        let observer: any RunObserver =
            json ? JSONObserver() : TextObserver(instants: instants, moving: false)
        let signals = StopSignals()
        let system = try await PgvigilSystem.openForRuns(configuration, surroundings, observer: observer)
        if let fault = system.catalogFault { Console.complain(fault) }
        await system.recordUnknownSets()
        let loop = system.serveLoop { Console.complain($0) }
        signals.onStop { await loop.stop() }
        if !json { announce(configuration, instants, now: system.ambient.wallTime()) }
        await loop.serve()
        await system.close()
    }

    private func announce(_ configuration: LoadedConfiguration, _ instants: InstantText, now: Date) {
        for schedule in configuration.schedules {
            let next = schedule.pattern.next(after: now, in: schedule.zone)
            let text = next.map { "next \(instants.full($0))" } ?? "once, now"
            Console.whisper("\(schedule.place): \(schedule.key.job) \(schedule.key.pattern) – \(text)\n")
        }
    }
}
