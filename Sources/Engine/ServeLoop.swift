import Cron
package import Faults
import FoundationEssentials
import Jobs

/// Fires slots as they come due, in the foreground, until it is told to stop.
package actor ServeLoop {
    /// The clock is looked at no less often than this, so that a step of the civil clock is noticed.
    private static let napMax = Duration.seconds(30)

    /// More slots of one schedule that came due at once are not written down one by one.
    private static let backlogMax = 1000
    /// What came due while the clock was ahead by more than this does not hold later slots back once it is right.
    private static let aheadMax: TimeInterval = 7 * 86_400

    private let schedules: [Schedule]
    private let supervisor: Supervisor
    private let ambient: Ambient
    private let runsMax: Int
    private let onFault: @Sendable (AnyFault) -> Void
    private var next: [Date?]
    private var lastDue: [Date?]
    private var lastLook: Date
    private var waiting: [Slot] = []
    private var unwritten: [(slot: Slot, outcome: Outcome, reason: String)] = []
    private var isWriting = false
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
        lastLook = now
        lastDue = schedules.map { _ in nil }
        next = schedules.map { $0.pattern.next(after: now, in: $0.zone) }
    }

    /// Serves until ``stop()``; returns when the last run has ended and every slot that came due is written down.
    package func serve() async {
        for schedule in schedules where schedule.pattern.isReboot {
            waiting.append(Slot(schedule: schedule, at: ambient.wallTime()))
        }
        while !stopped {
            let now = ambient.wallTime()
            if now < lastLook { planAnew(now) }
            lastLook = now
            for index in schedules.indices { takeDue(index, now) }
            startWaiting()
            let soonest = next.compactMap { $0 }.min()
            let pause = soonest.map { Duration.seconds(max(0, $0.timeIntervalSince(ambient.wallTime()))) }
            await sleep(min(pause ?? Self.napMax, Self.napMax))
        }
        while running > 0 || isWriting { await sleep(Self.napMax) }
    }

    /// Starts nothing more, and stops what is under way.
    package func stop() async {
        stopped = true
        for slot in waiting { record(slot, .missed, "the daemon was stopped before it could start") }
        waiting = []
        await supervisor.stopAll(.cancelled)
        nap?.cancel()
    }

    /// Runs under way, or nil while something is still to be written down of slots that do not run.
    var load: Int? { isWriting ? nil : running }

    /// The clock was set back: slots come due again at its new time, but none that came due already.
    private func planAnew(_ now: Date) {
        for (index, schedule) in schedules.enumerated() {
            let done = lastDue[index].flatMap { $0.timeIntervalSince(now) <= Self.aheadMax ? $0 : nil }
            next[index] = schedule.pattern.next(after: max(done ?? now, now), in: schedule.zone)
        }
    }

    /// Takes every slot of a schedule that has come due, and plans its next.
    ///
    /// The newest waits for its turn; one that has waited until now is missed with all the others, since one run
    /// stands for all of them.
    private func takeDue(_ index: Int, _ now: Date) {
        let schedule = schedules[index]
        guard let oldest = next[index], oldest <= now else { return }
        let due = slotsDue(schedule, from: oldest, now)
        next[index] = schedule.pattern.next(after: now, in: schedule.zone)
        lastDue[index] = due.last
        if let first = due.first, first > oldest {
            let reason = "more than \(Self.backlogMax) slots came due at once: those until "
            record(Slot(schedule: schedule, at: oldest), .missed, reason + InstantFormat.utc(first))
        }
        for at in due {
            let slot = Slot(schedule: schedule, at: at)
            guard mayFire(slot, now, isNewest: at == due.last) else { continue }
            for older in waiting where older.schedule.key == schedule.key {
                _ = mayFire(older, now, isNewest: false)
            }
            waiting.removeAll { $0.schedule.key == schedule.key }
            waiting.append(slot)
        }
    }

    /// The slots of a schedule up to now, oldest first; the newest ``backlogMax`` if there are more.
    private func slotsDue(_ schedule: Schedule, from oldest: Date, _ now: Date) -> [Date] {
        var due: [Date] = []
        var cursor = now.addingTimeInterval(1)
        while due.count < Self.backlogMax,
            let at = schedule.pattern.previous(before: cursor, in: schedule.zone),
            at >= oldest
        {
            cursor = at
            if at <= now { due.append(at) }
        }
        return due.reversed()
    }

    /// Whether a slot is to run; if not, that is written down.
    private func mayFire(_ slot: Slot, _ now: Date, isNewest: Bool) -> Bool {
        switch Planner.decide(slot, now: now, isNewest: isNewest) {
        case .fire: return true
        case .record(let outcome, let reason):
            record(slot, outcome, reason)
            return false
        }
    }

    private func startWaiting() {
        while running < runsMax, !waiting.isEmpty {
            let slot = waiting.removeFirst()
            // It may have waited for a place longer than it is allowed to be late.
            guard mayFire(slot, ambient.wallTime(), isNewest: true) else { continue }
            running += 1
            Task { await self.run(slot) }
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
        unwritten.append((slot, outcome, reason))
        guard !isWriting else { return }
        isWriting = true
        Task { await self.write() }
    }

    /// Writes down what became of slots that do not run, one after the other.
    private func write() async {
        while !unwritten.isEmpty {
            let batch = unwritten
            unwritten = []
            for (slot, outcome, reason) in batch {
                do throws(AnyFault) {
                    try await supervisor.record(
                        outcome, slot.schedule.job, trigger: .slot(slot.schedule.key, slot.at), reason: reason
                    )
                } catch {
                    onFault(error)
                }
            }
        }
        isWriting = false
        nap?.cancel()
    }

    /// Sleeps; a run that ends, and a stop, wake it.
    private func sleep(_ duration: Duration) async {
        let task = Task { [ambient] in await ambient.sleep(duration) }
        nap = task
        await task.value
        nap = nil
    }
}
