import Cron
package import Faults
import FoundationEssentials
import Jobs

/// Fires slots as they come due, in the foreground, until it is told to stop.
package actor ServeLoop {
    /// The clock is looked at no less often than this, so that a step of the civil clock is noticed.
    private static let napMax = Duration.seconds(30)

    private let schedules: [Schedule]
    private let supervisor: Supervisor
    private let ambient: Ambient
    private let runsMax: Int
    private let onFault: @Sendable (AnyFault) -> Void
    private var next: [Date?]
    private var waiting: [Slot] = []
    private var running = 0
    private var stopped = false
    private var nap: Task<Void, Never>?

    /// - Parameters:
    ///   - runsMax: Runs at the same time; further due slots wait in their order.
    ///   - onFault: Told of what kept a slot from being run or recorded.
    package init(
        schedules: [Schedule], supervisor: Supervisor, ambient: Ambient, runsMax: Int,
        onFault: @escaping @Sendable (AnyFault) -> Void
    ) {
        self.schedules = schedules
        self.supervisor = supervisor
        self.ambient = ambient
        self.runsMax = runsMax
        self.onFault = onFault
        let now = ambient.wallTime()
        next = schedules.map { $0.pattern.next(after: now, in: $0.zone) }
    }

    /// Serves until ``stop()``; returns when the last run has ended.
    package func serve() async {
        for schedule in schedules where schedule.pattern.isReboot {
            waiting.append(Slot(schedule: schedule, at: ambient.wallTime()))
        }
        while !stopped {
            let now = ambient.wallTime()
            for index in schedules.indices { takeDue(index, now) }
            startWaiting()
            let soonest = next.compactMap { $0 }.min()
            let pause = soonest.map { Duration.seconds(max(0, $0.timeIntervalSince(ambient.wallTime()))) }
            await sleep(min(pause ?? Self.napMax, Self.napMax))
        }
        while running > 0 { await sleep(Self.napMax) }
    }

    /// Starts nothing more, and stops what is under way.
    package func stop() async {
        stopped = true
        waiting = []
        await supervisor.stopAll(.cancelled)
        nap?.cancel()
    }

    /// Moves every slot of a schedule that has come due to the waiting ones, and plans its next.
    private func takeDue(_ index: Int, _ now: Date) {
        let schedule = schedules[index]
        while let due = next[index], due <= now {
            next[index] = schedule.pattern.next(after: due, in: schedule.zone)
            let isNewest = next[index].map { $0 > now } ?? true
            let slot = Slot(schedule: schedule, at: due)
            switch Planner.decide(slot, now: now, isNewest: isNewest) {
            case .fire: waiting.append(slot)
            case .record(let outcome, let reason): record(slot, outcome, reason)
            }
        }
    }

    private func startWaiting() {
        while running < runsMax, !waiting.isEmpty {
            let slot = waiting.removeFirst()
            // It may have waited for a place longer than it is allowed to be late.
            switch Planner.decide(slot, now: ambient.wallTime(), isNewest: true) {
            case .record(let outcome, let reason): record(slot, outcome, reason)
            case .fire:
                running += 1
                Task { await self.run(slot) }
            }
        }
    }

    private func run(_ slot: Slot) async {
        do {
            _ = try await supervisor.launch(slot.schedule.job, trigger: .slot(slot.schedule.key, slot.at))
        } catch {
            onFault(error)
            record(slot, .failed, error.summary)
        }
        running -= 1
        nap?.cancel()
    }

    private func record(_ slot: Slot, _ outcome: Outcome, _ reason: String) {
        Task { [supervisor, onFault] in
            do throws(AnyFault) {
                try await supervisor.record(
                    outcome, slot.schedule.job, trigger: .slot(slot.schedule.key, slot.at), reason: reason)
            } catch {
                onFault(error)
            }
        }
    }

    /// Sleeps; a run that ends, and a stop, wake it.
    private func sleep(_ duration: Duration) async {
        let task = Task { [ambient] in await ambient.sleep(duration) }
        nap = task
        await task.value
        nap = nil
    }
}
