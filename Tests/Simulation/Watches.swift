import Engine
import FoundationEssentials
import Jobs
import TestKit

/// Sees that a slot that was done is not done again, by anybody who could know.
final class SlotWatch {
    private struct Place: Hashable {
        var schedule: ScheduleKey
        var at: Date
    }

    private var done: [Place: Execution] = [:]

    func didEnd(_ execution: Execution, _ outcome: Outcome) {
        guard outcome == .succeeded, let place = Self.place(execution) else { return }
        done[place] = done[place] ?? execution
    }

    func willPerform(_ execution: Execution) {
        guard let place = Self.place(execution), let first = done[place] else { return }
        let world = execution.world
        guard isKnown(first, place, to: execution) else { return world.tally.add("slots done twice unknown") }
        world.checker.report(
            "run \(execution.run.id) of \(execution.job.name) begins, and run \(first.run.id) of "
                + "\(first.process.name) has succeeded in its slot already")
    }

    /// What only the journal of another host says, nobody knows before its process is back; and who is without the
    /// catalog knows what it did itself.
    private func isKnown(_ first: Execution, _ place: Place, to execution: Execution) -> Bool {
        if first.process === execution.process { return true }
        guard !execution.startedApart else { return false }
        let row = execution.world.catalog.run(of: place.schedule, slot: place.at)
        let isWaiting = execution.host.journals.joined().contains { entry in
            if case .end(first.run.id, _, .succeeded, _, _) = entry { true } else { false }
        }
        return row?.state == .ended(.succeeded) || isWaiting
    }

    private static func place(_ execution: Execution) -> Place? {
        guard case .slot(let key, let at) = execution.run.trigger else { return nil }
        return Place(schedule: key, at: at)
    }
}

/// Sees that nobody keeps seats, or a place in their queues, who waits for something else, such as a window.
final class SeatWatch {
    /// In milliseconds.
    private static let pause: Int64 = 60_000
    /// Calls may fail, and are made again, less often the longer the lease is.
    private static func patience(_ world: World) -> Int64 {
        max(600_000, Int64(world.scenario.lease / .milliseconds(1)) / 2)
    }

    private var due: Int64 = 0
    /// Since when a run has seats, is not under way, and could let them go.
    private var since: [String: Int64] = [:]

    func look(at world: World) {
        guard world.now >= due else { return }
        due = world.now + Self.pause
        let idle = Set(world.catalog.seats().filter { isIdle($0, world) }.map(\.run))
        since = since.filter { idle.contains($0.key) }
        for run in idle.sorted() {
            let from = since[run] ?? world.now
            since[run] = from
            guard world.now - from > Self.patience(world) else { continue }
            world.checker.report("run \(run) waits and keeps its seats")
        }
    }

    private func isIdle(_ view: SeatView, _ world: World) -> Bool {
        guard let id = UUID(uuidString: view.run),
            let row = world.catalog.run(id), row.state == .waiting,
            let process = world.living.first(where: { $0.id == row.lease?.daemon })
        else { return false }
        // Who waits for a seat, or for a run of the same job, may well have a place in the queue.
        guard view.has || process.reasons[id]?.hasPrefix("for ") == false else { return false }
        return process.holdsLease && !process.isFrozen && world.reaches(process) && process.stopAskedAt == nil
            && process.executions[id] == nil && process.endings == 0 && process.journal.entries.isEmpty
    }
}
