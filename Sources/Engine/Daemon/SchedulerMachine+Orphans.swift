import FoundationEssentials
import Jobs
import Policy

/// Runs of daemons that are gone: what can be resumed is, the rest is ended with the reason.
extension SchedulerMachine {
    /// A run by hand leaves them alone, unless one has what it waits for.
    mutating func considerOrphan(_ run: RunRecord, _ lease: Lease, _ now: Moment) {
        guard stopBy == nil, duties[run.id] == nil, takingOver[run.id] == nil else { return }
        let isDead =
            run.lease.map { settings.dead.contains($0.daemon) || $0.daemon == settings.daemon } ?? false
        guard isDead || now.uptime >= takeOverFrom else { return }
        if settings.role == .hand {
            guard inTheWay.contains(run.id) else { return }
            takingOver[run.id] = .asked
            actions.append(.takeOver(run.id, lease))
            return
        }
        let isOurs = settings.jobs[run.job].map { Self.fits($0, settings.labels) } ?? false
        let since = max(run.deadline ?? run.startedAt, run.startedAt)
        guard isOurs || now.wall > since.addingTimeInterval(Self.orphanPatience) else { return }
        takingOver[run.id] = .asked
        actions.append(.takeOver(run.id, lease))
    }

    mutating func takeOverAgain(_ now: Moment) {
        guard case .holding(let lease, _) = standing, !takingOver.isEmpty else { return }
        for (run, state) in takingOver.sorted(by: { $0.key.uuidString < $1.key.uuidString }) {
            guard case .again(let due) = state, now.uptime >= due else { continue }
            takingOver[run] = .asked
            actions.append(.takeOver(run, lease))
        }
    }

    mutating func didTakeOver(_ id: UUID, _ found: RunRecord?, _ attemptsMade: Int, _ now: Moment) {
        takingOver[id] = nil
        guard let run = found, duties[id] == nil else { return }
        if let end = ends[id], end.state == .ended(.succeeded) { return tellAgain(end, as: run) }
        let job = settings.jobs[run.job].flatMap { Self.fits($0, settings.labels) ? $0 : nil }
        if settings.role == .hand { return finishOrphan(run, job, "and a run by hand needed what it had") }
        let schedule = schedule(of: run)
        guard let job, schedule != nil else {
            return finishOrphan(run, job, "and it cannot be resumed here")
        }
        if let reason = run.stopAsked { return end(adopted: run, job, .cancelled, reason) }
        let mayStart = run.deadline.map { now.wall <= $0 } ?? false
        guard mayStart else { return finishOrphan(run, job, "and late= has run out since") }
        guard run.state == .waiting || attemptsMade < job.retry.attemptsMax else {
            return finishOrphan(
                run, job,
                attemptsMade == 1 ? "in its only attempt" : "in its last attempt, number \(attemptsMade)")
        }
        adopt(run, job, schedule, now)
        duties[id]?.attemptsMade = run.state == .waiting ? 0 : attemptsMade
    }

    /// It was done here, and whoever had it since never heard of that.
    private mutating func tellAgain(_ end: RunRecord, as found: RunRecord) {
        var run = end
        run.lease = found.lease
        run.owner = settings.owner
        actions.append(.end(run, .succeeded, summary: end.summary))
    }

    private mutating func adopt(_ run: RunRecord, _ job: Job, _ schedule: Schedule?, _ now: Moment) {
        var run = run
        run.owner = settings.owner
        // By a clock that is behind the other's, its slot is still to come.
        if case .slot(let key, let at) = run.trigger, marks[key].map({ $0 < at }) ?? true {
            slotsHad.insert(SlotKey(key: key, at: at))
        }
        duties[run.id] = Duty(
            run: run, job: job, schedule: schedule,
            seats: SeatPlan.seats(of: job, targets: settings.targets, limits: settings.limits),
            phase: .waiting(until: now.uptime), isClaimed: true)
    }

    private func schedule(of run: RunRecord) -> Schedule? {
        guard case .slot(let key, _) = run.trigger else { return nil }
        return schedules.first { $0.key == key }
    }

    private mutating func finishOrphan(_ run: RunRecord, _ job: Job?, _ why: String) {
        let lost = "its daemon (process \(run.owner.pid) on \(run.owner.host)) was lost"
        switch (run.state, run.trigger) {
        case (.waiting, .hand): end(adopted: run, job, .cancelled, "\(lost) while it waited")
        case (.waiting, .slot): end(adopted: run, job, .missed, "\(lost) while it waited, \(why)")
        case (.running, _): end(adopted: run, job, .failed, "\(lost) in the middle of it, \(why)")
        case (.ended, _): break
        }
    }

    private mutating func end(adopted run: RunRecord, _ job: Job?, _ outcome: Outcome, _ summary: String) {
        var run = run
        run.state = .ended(outcome)
        run.summary = summary
        remember(run)
        actions.append(.end(run, outcome, summary: summary))
        actions.append(.tell(.ended(run)))
    }
}
