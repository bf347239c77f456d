import ArgumentParser
import Cron
import Engine
import Faults
import FoundationEssentials
import Measures
import Wiring

/// `pgvigil serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Fire every slot of cron/*.cron as it comes due, in the foreground.",
        discussion: """
            SIGTERM or ^C starts nothing more and lets what runs go on for 'grace'; once more stops it at once; both end \
            with 0. SIGHUP, or 'pgvigil reload', reads the configuration again and keeps the old one if the new one has \
            a fault. Any number of daemons may share one catalog. docs/operating.md tells the rest.
            """)

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
        let signals = StopSignals(wishes: [
            "stopping: nothing new starts; once more stops what runs",
            "stopping what runs; once more ends at once",
        ])
        let system = try await PgvigilSystem.openForRuns(configuration, surroundings, observer: observer)
        if let fault = system.catalogFault { Console.complain(fault) }
        await system.recordUnknownSets()
        let text = DaemonText(instants: instants, now: system.ambient.wallTime)
        let service = DaemonService(
            system, surroundings, say: { [json] in text.say($0, json: json) },
            onFault: { Console.complain($0) })
        signals.onStop { await service.stop() }
        signals.onReload { [options, json] in
            let said = await service.reload { () throws(FaultList) in try options.reload(surroundings) }
            text.say("reload: \(said)", json: json)
        }
        if !json { announce(configuration, instants, now: system.ambient.wallTime()) }
        let result: Result<Void, AnyFault>
        do { result = .success(try await service.serve()) } catch { result = .failure(error) }
        await system.close()
        try result.get()
    }

    private func announce(_ configuration: LoadedConfiguration, _ instants: InstantText, now: Date) {
        for schedule in configuration.schedules.prefix(Self.announcedMax) {
            let next = schedule.pattern.next(after: now, in: schedule.zone)
            let text = next.map { "next \(instants.full($0))" } ?? "once, now"
            Console.whisper("\(schedule.place): \(schedule.key.job) \(schedule.key.pattern) – \(text)\n")
        }
        let more = configuration.schedules.count - Self.announcedMax
        if more > 0 { Console.whisper("and \(more) more\n") }
    }

    /// More schedules than this are not told of one by one.
    private static let announcedMax = 50
}
