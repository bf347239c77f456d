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
        self.say = say
        parts = DaemonParts(
            id: system.ambient.makeID(), role: .hand, configuration: system.configuration,
            ambient: system.ambient)
        loop = DaemonLoop(
            parts.settings(), schedules: [], record: parts.record,
            ports: system.loopPorts(
                parts, executor: system.supervisor, observe: { told.yield($0) }, onFault: onFault))
    }

    /// Does the run, after those that are in its way, and returns it as it ended.
    ///
    /// - Throws: A fault that keeps it from being begun: its lock.
    package func run(_ job: Job) async throws(AnyFault) -> RunRecord? {
        let alive = try await parts.hold()
        let ending = Task { await self.ending() }
        let serving = Task { [loop] in await loop.serve() }
        await loop.run(job)
        let run = await ending.value
        await loop.stop()
        await serving.value
        await alive.release()
        return run
    }

    /// Ends it: a run that waits is cancelled, one that is under way is stopped.
    package func stop() async { await loop.stop() }

    /// The one run that there is.
    private func ending() async -> RunRecord? {
        for await note in notes {
            say(note)
            switch note {
            case .performed(let run), .ended(let run): return run
            case .leaseHeld, .apart, .fenced, .clockWentBack, .waits, .guardTripped, .slotTaken, .stopping:
                break
            }
        }
        return nil
    }
}
