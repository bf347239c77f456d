import Engine
import Faults
import FoundationEssentials
import Jobs
import Wiring

/// Does one run for a command, stops it at ^C, and ends the program unless it went well.
struct HandRunner {
    let configuration: LoadedConfiguration
    let surroundings: Surroundings
    let json: Bool

    /// Does the run of a job.
    ///
    /// - Parameter atEnd: Called with the run as it ended, however, while the record can still be asked.
    /// - Throws: ``Ending`` with the status of a run that did not succeed, all having been said of it.
    @discardableResult
    func run(
        _ job: Job, observer: any RunObserver, instants: InstantText,
        atEnd: (PgvigilSystem, RunRecord) async -> Void = { _, _ in }
    ) async throws -> RunRecord {
        // From here on there may be something to stop: the catalog's server at first.
        let signals = StopSignals()
        let system = try await open(observer, signals)
        if let fault = system.catalogFault { Console.complain(fault) }
        await system.recordUnknownSets()
        let hand = HandRun(system, say: speaker(DaemonText(instants: instants, now: system.ambient.wallTime)))
        { Console.complain($0) }
        signals.onStop { await hand.stop() }
        let result: Result<RunRecord?, AnyFault>
        do { result = .success(try await hand.run(job)) } catch { result = .failure(error) }
        if case .success(let run?) = result { await atEnd(system, run) }
        await system.close()
        let run = try result.get()
        // Neither in the catalog nor in the journal: the record of it ends with this process.
        if let fault = await system.book.atRisk, Self.status(of: run) == .done { throw fault }
        let status = Self.status(of: run)
        guard let run, status == .done else {
            throw Ending(status: signals.wasAsked ? .interrupted : status)
        }
        return run
    }

    /// Opens all that a run needs; a wish to stop does not wait for a catalog's server that does not answer.
    private func open(_ observer: any RunObserver, _ signals: StopSignals) async throws -> PgvigilSystem {
        let opening = Task { [configuration, surroundings] in
            try await PgvigilSystem.openForRuns(configuration, surroundings, observer: observer)
        }
        // The embedded server answers soon, and must not be left behind half started.
        if case .server = configuration.settings.catalog { signals.onStop { opening.cancel() } }
        let system = try await opening.value
        guard signals.wasAsked else { return system }
        await system.close()
        throw Ending(status: .interrupted)
    }

    /// Says what the run waits for, and how it ended if it never started.
    private func speaker(_ text: DaemonText) -> @Sendable (SchedulerNote) -> Void {
        let isJSON = json
        return { note in
            switch note {
            case .waits, .ended, .fenced: text.say(note, json: isJSON)
            case .leaseHeld, .apart, .clockWentBack, .performed, .guardTripped, .slotTaken, .stopping: break
            }
        }
    }

    /// What the program ends with after a run; nil is one that was stopped before it was begun.
    static func status(of run: RunRecord?) -> ExitStatus {
        guard let run else { return .interrupted }
        switch run.state {
        case .waiting, .running: return .badResult
        case .ended(.succeeded): return .done
        case .ended(.couldNotVerify): return .undetermined
        case .ended(.cancelled): return .interrupted
        case .ended(.failed), .ended(.skipped), .ended(.missed), .ended(.timedOut): return .badResult
        }
    }
}
