import FoundationEssentials
import Jobs
import Policy

/// Duties: what each claimed run waits for, when it starts, and when it is stopped.
extension SchedulerMachine {
    /// Takes a run on whose row is still to be written: it is considered once it is, or at once where there is no
    /// catalog.
    mutating func beDutiful(_ run: RunRecord, _ job: Job, _ schedule: Schedule?, _ now: Moment) {
        duties[run.id] = Duty(
            run: run, job: job, schedule: schedule,
            seats: SeatPlan.seats(of: job, targets: settings.targets, limits: settings.limits),
            phase: .claiming)
    }

    mutating func runByHand(_ job: Job, _ now: Moment) {
        let record = RunRecord(
            id: makeID(), job: job.name, kind: job.kind, trigger: .hand, owner: settings.owner,
            state: .waiting, startedAt: now.wall, lease: currentLease ?? provisionalLease)
        beDutiful(record, job, nil, now)
        unclaimed.append(record)
    }

    /// Looks at every duty whose time has come, those first that came due first.
    mutating func lookAtDuties(_ now: Moment) {
        freeClaims(now)
        let ready = duties.values.filter { duty in
            switch duty.phase {
            case .waiting(let until): until <= now.uptime || duty.hasMissed(now) || duty.stop != nil
            case .running: [duty.guardsDue, duty.stopDue].contains { $0.map { $0 <= now.uptime } ?? false }
            case .claiming, .readingGuards, .taking, .releasing: false
            }
        }
        for duty in ready.sorted(by: { $0.isBefore($1) }) {
            if duty.isRunning { watch(duty, now) } else { consider(duty.run.id, now) }
        }
    }

    /// Without the catalog, what may start does not wait for its row.
    private mutating func freeClaims(_ now: Moment) {
        guard case .apart = standing else { return }
        for (id, duty) in duties where duty.phase == .claiming && mayGoOnApart(duty.job) {
            duties[id]?.phase = .waiting(until: now.uptime)
        }
    }

    /// Decides about a run that waits: the first of these that is in its way is what it waits for.
    private mutating func consider(_ id: UUID, _ now: Moment) {
        guard let duty = duties[id], duty.isWaiting else { return }
        if let stop = duty.stop { return end(id, .cancelled, Self.text(of: stop), now) }
        if duty.isGone { return end(id, .skipped, Self.scheduleGone, now) }
        if duty.hasMissed(now) { return miss(duty, now) }
        if case .apart = standing, !mayGoOnApart(duty.job) {
            return waitForCatalog(id, now)
        }
        guard resolveOverlap(duty, now), mayUseWindow(duty, now) else { return letSeatsGo(id) }
        let rules = guards(of: duty)
        guard rules.isEmpty else {
            duties[id]?.phase = .readingGuards
            actions.append(.readGuards(id, rules, duty.job))
            return
        }
        takeSeats(id, now)
    }

    mutating func waitForCatalog(_ id: UUID, _ now: Moment) {
        wait(id, "for the catalog, which cannot be reached", until: now.uptime + napMax, now)
        duties[id]?.awaitsCatalog = true
    }

    /// What an earlier run of the same job, here, means for this one; false if that decides.
    private mutating func resolveOverlap(_ duty: Duty, _ now: Moment) -> Bool {
        guard let schedule = duty.schedule else { return true }
        var first: Duty?
        for other in duties.values where other.run.id != duty.run.id && other.job.name == duty.job.name {
            guard other.isRunning || other.isBefore(duty), first.map(other.isBefore) ?? true else { continue }
            first = other
        }
        guard let first else { return true }
        return resolve(schedule.overlap, duty, with: first.run.id.uuidString.lowercased(), now)
    }

    /// Follows the overlap rule against a run of the same job that has its seat or waits for it longer.
    mutating func resolve(_ overlap: Overlap, _ duty: Duty, with other: String, _ now: Moment) -> Bool {
        switch overlap {
        case .skip:
            end(duty.run.id, .skipped, "run \(other) of this job is still under way", now)
        case .wait:
            wait(duty.run.id, "for run \(other) of this job", until: now.uptime + pause(now), now)
        case .replace:
            let reason = "replaced by the run of the slot of \(settings.render(duty.due))"
            if let id = UUID(uuidString: other), duties[id] != nil {
                stop(id, .stopped(because: reason), now)
            } else {
                actions.append(.askToStop(run: other, reason: reason))
            }
            wait(
                duty.run.id, "for run \(other) of this job, which it replaces",
                until: now.uptime + pause(now), now)
        }
        return false
    }

    /// Whether its window lets it start now; if not, it waits or is missed.
    mutating func mayUseWindow(_ duty: Duty, _ now: Moment) -> Bool {
        guard let window = duty.schedule?.window else { return true }
        switch window.admission(
            now: now.wall, deadline: duty.run.deadline, expected: expected(duty.job), settings.render)
        {
        case .start: return true
        case .wait(let until, let reason):
            let pause = Duration.seconds(max(0, until.timeIntervalSince(now.wall)))
            wait(duty.run.id, reason, until: now.uptime + min(pause, napMax), now)
        case .never(let reason): end(duty.run.id, .missed, reason, now)
        }
        return false
    }

    func guards(of duty: Duty) -> [GuardRule] { duty.schedule?.window?.window.guards ?? [] }

    mutating func perform(_ id: UUID, _ now: Moment) {
        guard var duty = duties[id] else { return }
        duty.phase = .running
        duty.run.summary = ""
        duty.run.startedAt = now.wall
        if duty.schedule?.window != nil { duty.guardsDue = nextLook(at: duty, now) }
        duties[id] = duty
        actions.append(.perform(duty.run, duty.job, attemptsMade: duty.attemptsMade))
    }

    mutating func didReadGuards(_ id: UUID, _ readings: [GuardReading], _ now: Moment) {
        guard let duty = duties[id] else { return }
        let refusals = GuardRule.check(readings, rules: guards(of: duty))
        if duty.isRunning {
            guard !refusals.isEmpty, duty.stop == nil else { return }
            if duty.job.atGuard == .stop {
                stop(id, .stopped(because: refusals.joined(separator: "; ")), now)
            } else if duty.tripped.isEmpty {
                duties[id]?.tripped = refusals
                actions.append(.tell(.guardTripped(id, job: duty.job.name, reasons: refusals)))
            }
            return
        }
        guard duty.phase == .readingGuards else { return }
        if duty.isRevised { return reconsider(id, now) }
        duties[id]?.phase = .waiting(until: now.uptime)
        if refusals.isEmpty, duty.stop == nil, !duty.hasMissed(now) {
            // The window may have closed while they were read.
            guard mayUseWindow(duty, now) else { return letSeatsGo(id) }
            takeSeats(id, now)
        } else if !refusals.isEmpty {
            wait(
                id, refusals.joined(separator: "; "),
                until: now.uptime + guardPoll * (0.75 + 0.5 * now.chance), now)
            letSeatsGo(id)
        }
    }

    /// What must be seen to while a run is under way: its window, and the guards of it.
    private mutating func watch(_ duty: Duty, _ now: Moment) {
        if let due = duty.stopDue, due <= now.uptime { tellToStop(duty.run.id, now) }
        guard let due = duty.guardsDue, due <= now.uptime else { return }
        let next = nextLook(at: duty, now)
        duties[duty.run.id]?.guardsDue = next
        guard let window = duty.schedule?.window, duty.stop == nil, !duty.job.fillsWindow else { return }
        if duty.job.atWindowEnd == .stop, !window.contains(now.wall) {
            return stop(duty.run.id, .stopped(because: "window '\(window.name)' closed"), now)
        }
        if !window.window.guards.isEmpty {
            actions.append(.readGuards(duty.run.id, window.window.guards, duty.job))
        }
    }

    /// When a run under way is looked at again: with its guards, and at the instant at which its window closes on it.
    private func nextLook(at duty: Duty, _ now: Moment) -> Duration {
        let next = now.uptime + guardPoll
        guard duty.job.atWindowEnd == .stop, duty.stop == nil, let window = duty.schedule?.window,
            case .open(let end?) = window.stretch(at: now.wall)
        else { return next }
        return min(next, now.uptime + .seconds(max(0, end.timeIntervalSince(now.wall))))
    }

    /// Notes what a run waits for, in the catalog and for people, when that has changed.
    mutating func wait(_ id: UUID, _ reason: String, until: Duration, _ now: Moment) {
        if let duty = duties[id] { passOn(duty, now) }
        guard var duty = duties[id] else { return }
        duty.phase = .waiting(until: until)
        duty.awaitsCatalog = false
        if duty.run.summary != reason {
            duty.run.summary = reason
            actions.append(.tell(.waits(id, job: duty.job.name, reason: reason)))
            if case .holding(let lease, _) = standing {
                actions.append(.noteWaiting(id, reason: reason, lease))
            }
        }
        duties[id] = duty
    }
}
