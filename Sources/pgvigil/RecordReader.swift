import Engine
import Faults
import FoundationEssentials
import Jobs
import Wiring

/// What a command reads the record with: the catalog if it is there, and what waits in the journals in any case.
struct RecordReader {
    let system: PgvigilSystem
    let configuration: LoadedConfiguration
    let surroundings: Surroundings
    let journal: JournalView
    /// What was chosen for learned windows.
    let choices: [TrafficChoice]

    var instants: InstantText { InstantText(zone: configuration.zone) }
    var now: Date { system.ambient.wallTime() }

    /// Opens what there is, and lets it go when the command is done, however.
    ///
    /// - Parameter check: Looks at the configuration before anything is opened.
    static func with<Value: Sendable>(
        _ options: ConfigurationOptions, check: (LoadedConfiguration) throws -> Void = { _ in },
        _ body: (RecordReader) async throws -> Value
    ) async throws -> Value {
        let surroundings = Surroundings.current()
        var configuration = try options.loadWithoutTargets(surroundings)
        try check(configuration)
        let system = try await PgvigilSystem.openForRuns(configuration, surroundings, observer: NoObserver())
        configuration = configuration.withHours(system.choices)
        let journal = await JournalReader(stateDirectory: configuration.settings.stateDirectory).read().view
        let reader = RecordReader(
            system: system, configuration: configuration, surroundings: surroundings, journal: journal,
            choices: system.choices)
        let result: Result<Value, any Error>
        do { result = .success(try await body(reader)) } catch { result = .failure(error) }
        await system.close()
        return try result.get()
    }

    /// Asks the catalog, and gives what holds without it and the reason where it does not answer.
    func ask<Value>(
        or fallback: Value, _ question: () async throws(AnyFault) -> Value
    ) async -> (value: Value, fault: AnyFault?) {
        do throws(AnyFault) { return (try await question(), nil) } catch { return (fallback, error) }
    }

    /// Ends with the reason why the catalog did not answer, if it did not: what was said is not all there is.
    static func end(_ fault: AnyFault?) throws {
        guard let fault else { return }
        Console.complain(fault)
        throw Ending(status: fault.exitStatus)
    }
}
