import ArchiveFormat
import ArgumentParser
import Engine
import Faults
import FoundationEssentials
import Jobs
import Measures
import Wiring

/// `pgvigil demo`.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Back up a sample shop in a private PostgreSQL, verify it, and find a flipped byte.",
        discussion: "Needs no configuration and leaves nothing behind.")

    @Flag(help: "Stay up for exploring until ^C.")
    var keep = false

    func run() async throws {
        let surroundings = Surroundings.current()
        Console.say("Starting a private PostgreSQL and loading a sample shop …")
        let signals = StopSignals()
        let demo = try await load(surroundings, signals)
        let outcome: Result<Void, any Error>
        do {
            try await tour(demo, surroundings, signals)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await demo.remove()
        try outcome.get()
    }

    private func load(_ surroundings: Surroundings, _ signals: StopSignals) async throws -> Demo {
        let moving = Console.errorIsTerminal
        let loading = Task {
            try await Demo.start(surroundings) { done, total in
                if moving { Console.whisper("\r\u{1B}[K  statement \(done + 1) of \(total)") }
            }
        }
        signals.onStop { loading.cancel() }
        let result = await loading.result
        if moving { Console.whisper("\r\u{1B}[K") }
        do {
            return try result.get()
        } catch  where signals.wasAsked {
            throw Ending(status: .interrupted)
        }
    }

    private func tour(_ demo: Demo, _ surroundings: Surroundings, _ signals: StopSignals) async throws {
        let configuration = demo.configuration
        let instants = InstantText(zone: configuration.zone)
        let observer = TextObserver(instants: instants, moving: Console.errorIsTerminal)
        let system = try await PgvigilSystem.openForRuns(configuration, surroundings, observer: observer)
        if let fault = system.catalogFault { throw fault }
        do {
            for job in configuration.jobs {
                Console.say("\n$ pgvigil run \(job.name)")
                let hand = HandRun(system, say: { _ in }, onFault: { Console.complain($0) })
                signals.onStop { await hand.stop() }
                let status = HandRunner.status(of: try await hand.run(job))
                if status != .done { throw Ending(status: status) }
            }
            try await show(demo, system, surroundings, instants)
            if keep, !signals.wasAsked { await explore(demo, signals) }
        } catch {
            await system.close()
            throw error
        }
        await system.close()
    }

    private func show(
        _ demo: Demo, _ system: PgvigilSystem, _ surroundings: Surroundings, _ instants: InstantText
    ) async throws {
        let sets = try await Shelf(demo.configuration, surroundings).listing(of: nil).sets
        Console.say("\n$ pgvigil backups list\n\(BackupText.table(sets, instants))")
        let runs = try await system.book.runs(RunQuery(), limit: 20)
        Console.say("\n$ pgvigil runs list\n\(RunText.table(runs.map { RunView($0) }, instants))")
        if let run = runs.first {
            let view = RunView(
                run, attempts: try await system.book.attempts(of: run.id),
                steps: try await system.book.steps(of: run.id))
            let daemons = try await system.daemons.daemons()
            let story = RunStory(daemon: daemons.first { $0.id == run.lease?.daemon })
            Console.say("\n$ pgvigil runs show latest\n\(RunText.details(view, story, instants))")
        }
        guard let set = sets.first else { return }
        Console.say("\n$ pgvigil verify \(set.directory)")
        let sound = await ReportPrinter(json: false).verify([set.directory])
        try ReportPrinter.end(sound)
        let (copy, offset) = try demo.plantFlip(in: set)
        Console.say(
            "\nNow one bit of byte \(offset) of a copy of the archive is flipped.\n$ pgvigil verify \(copy)")
        let damaged = await ReportPrinter(json: false).verify([copy])
        guard damaged.contains(where: { $0.verdict == .damaged }) else {
            Console.say("The flipped bit was NOT found.")
            throw Ending(status: .badResult)
        }
        Console.say("\nThe flipped bit was found.")
    }

    private func explore(_ demo: Demo, _ signals: StopSignals) async {
        Console.say(
            """

            The demo stays up until ^C. In another terminal:
              pgvigil --help
              pgvigil backups list --config \(demo.directory)
              pgvigil runs list --config \(demo.directory)
              pgvigil serve --config \(demo.directory)
            """)
        await signals.waitUntilAsked()
    }
}
