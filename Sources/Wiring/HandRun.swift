package import Engine
package import Faults
import FoundationEssentials
package import Jobs

/// A run by hand: a daemon with no schedules that does one run, under the same rules of who has which seat.
package actor HandRun {
    private let system: PgvigilSystem
    private let parts: DaemonParts
    private let loop: DaemonLoop
    private let notes: AsyncStream<SchedulerNote>
    private let told: AsyncStream<SchedulerNote>.Continuation
    private var isStopped = false
    /// The run's id, once something has been told of it.
    private var waiting: UUID?
    private let say: @Sendable (SchedulerNote) -> Void

    /// - Parameters:
    ///   - say: Told what it waits for; must not block.
    ///   - onFault: Told of what the catalog did not do.
    package init(
        _ system: PgvigilSystem, say: @escaping @Sendable (SchedulerNote) -> Void,
        onFault: @escaping @Sendable (AnyFault) -> Void
    ) {
        let (notes, told) = AsyncStream<SchedulerNote>.makeStream()
        self.system = system
        self.notes = notes
        self.told = told
        self.say = say
        parts = DaemonParts(
            id: system.ambient.makeID(), role: .hand, configuration: system.configuration,
            ambient: system.ambient)
        loop = DaemonLoop(
            parts.settings(), schedules: [], record: parts.record,
            ports: system.loopPorts(
                parts, executor: system.supervisor,
                guards: PgvigilSystem.guards(
                    system.configuration, stores: system.stores, ambient: system.ambient),
                observe: { told.yield($0) }, onFault: onFault))
    }

    /// Does the run, after those that are in its way, and returns it as it ended; nil if it was stopped before that.
    ///
    /// It returns whatever becomes of the run: once the loop serves no longer, nothing more will be told of it.
    /// - Throws: A fault that keeps it from being begun, such as its lock; ``WiringFault/runLost(_:)``.
    package func run(_ job: Job) async throws(AnyFault) -> RunRecord? {
        let alive = try await parts.hold()
        let ending = Task { await self.ending() }
        let serving = Task { [loop, told] in
            await loop.serve()
            told.finish()
        }
        await loop.run(job)
        let run = await ending.value
        await loop.stop()
        await serving.value
        await alive.release()
        if let run { return run }
        return try await unannounced(job)
    }

    /// Ends it: a run that waits is cancelled, one that is under way is stopped.
    package func stop() async {
        isStopped = true
        await loop.stop()
    }

    /// What became of a run of whose end nothing was told: whoever ended it wrote that into its row.
    private func unannounced(_ job: Job) async throws(AnyFault) -> RunRecord? {
        if let waiting {
            let prefix = waiting.uuidString.lowercased()
            // Without its row nothing is known of it.
            let row = try? await system.book.runs(idPrefix: prefix).first
            if case .ended? = row?.state { return row }
        }
        if isStopped { return nil }
        throw AnyFault(WiringFault.runLost(job.name))
    }

    /// The one run that there is.
    private func ending() async -> RunRecord? {
        for await note in notes {
            say(note)
            switch note {
            case .performed(let run), .ended(let run): return run
            case .waits(let id, _, _): waiting = id
            case .leaseHeld, .apart, .fenced, .clockWentBack, .guardTripped, .slotTaken, .stopping: break
            }
        }
        return nil
    }
}
