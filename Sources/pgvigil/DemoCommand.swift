import ArgumentParser
import Engine
import Faults
import FoundationEssentials
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
        let guide = DemoTour(
            demo: demo, system: system, surroundings: surroundings, instants: instants, signals: signals)
        do {
            try await guide.show()
            if keep, !signals.wasAsked { await explore(demo, signals) }
        } catch {
            await system.close()
            throw error
        }
        await system.close()
    }

    private func explore(_ demo: Demo, _ signals: StopSignals) async {
        Console.say(
            """

            The demo stays up until ^C. In another terminal:
              pgvigil --help
              pgvigil backups list --config \(demo.directory)
              pgvigil drills list --config \(demo.directory)
              pgvigil maintain shop --plan --config \(demo.directory)
              pgvigil runs list --config \(demo.directory)
              pgvigil serve --config \(demo.directory)
            """)
        await signals.waitUntilAsked()
    }
}
