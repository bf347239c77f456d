import Cron
import Engine
import Faults
import FoundationEssentials
import Jobs
import Policy
import TestKit

/// What the machine wants done.
extension Process {
    func perform(_ action: SchedulerAction) {
        switch action {
        case .tell(let note): return tell(note)
        case .quit: return
        case .register, .renew, .settle, .readOwn, .readMarks, .readDurations, .claim, .take, .release,
            .noteWaiting, .takeOver, .readGuards, .perform, .stop, .end, .askToStop, .rememberPeers, .leave:
            break
        }
        world.trace.note(world, "\(name) -> \(String(String(describing: action).prefix(300)))")
        if let run = action.run { world.trace.mix(Int64(bitPattern: run.digest)) }
        if diesBefore() { return }
        switch action {
        case .register, .renew, .leave, .takeOver: performOfLease(action)
        case .readMarks, .readDurations, .claim, .take, .release, .noteWaiting, .askToStop:
            performOfBook(action)
        case .settle(let lease): settle(lease)
        case .readOwn(let lease):
            call(failure: .ownRunsFailed) { [self] in
                .ownRuns(world.catalog.unfinishedRuns.filter { $0.lease == lease })
            }
        case .readGuards(let id, let rules, let job): readGuards(id, rules, job)
        case .perform(let run, let job, let made):
            let execution = Execution(self, run, job, attemptsMade: made)
            world.checker.willPerform(execution)
            executions[run.id] = execution
            execution.begin()
            if let time = cutOffAtWorkFor { cutOffAtWork(time) }
            _ = diesAfter()
        case .stop(let run, let reason): stop(run, reason)
        case .end(let run, let outcome, let summary): end(run, outcome, summary)
        case .rememberPeers(let peers):
            self.peers = peers
            host.peers = peers
            _ = diesAfter()
        case .tell, .quit: break
        }
    }

    /// Long journals take long to tell, at times longer than the lease lasts.
    private func settle(_ lease: Lease) {
        let entries = journal.entries.count + host.journals.reduce(0) { $0 + $1.count }
        let long = Int64(world.scenario.lease / .milliseconds(1)) * 2
        let isLong = entries > 0 && chance.happens(0.1)
        if isLong { world.tally.add("long replays") }
        let delay = isLong ? chance.int(1...long) : chance.int(1...world.scenario.luck.latencyMax)
        underWay += 1
        after(delay) { [self] in
            let isWhole = journal.settle(lease)
            guard isAlive else { return }
            underWay -= 1
            handle(.settled(isWhole))
        }
    }

    /// A wish may overtake the run that it is about, and is lost then.
    private func stop(_ run: UUID, _ reason: StopReason) {
        guard let execution = executions[run] else { return }
        if execution.startedAt == world.now { return world.tally.add("stops that came too early") }
        execution.stop(reason)
        _ = diesAfter()
    }

    /// It has just renewed its lease, or is about to: the most that it can have while others wait for its end.
    private func cutOffAtWork(_ time: Int64) {
        cutOffAtWorkFor = nil
        world.after(chance.int(100...5000)) { [self] in
            guard isAlive, !world.isCalm else { return }
            world.tally.add("outages at work")
            cutOffUntil = max(cutOffUntil, world.now + time)
        }
    }

    private func performOfLease(_ action: SchedulerAction) {
        let asked = Duration.milliseconds(world.now)
        let time = world.scenario.lease
        switch action {
        case .register:
            let dead = host.dead
            call(failure: .registerFailed) { [self] in
                .registered(
                    world.catalog.register(record, for: time, dead: dead, now: world.date), asked: asked)
            }
        case .renew(let lease, let doing):
            call(failure: .renewFailed) { [self] in
                .renewed(world.catalog.renew(lease, for: time, doing: doing, now: world.date), asked: asked)
            }
        case .leave(let lease):
            call(failure: nil) { [self] in
                world.catalog.leave(lease, now: world.date)
                return nil
            }
        case .takeOver(let id, let lease):
            call(failure: .takeOverFailed(id)) { [self] () throws(AnyFault) in
                let run = world.catalog.takeOver(id, owner: record.owner, lease: lease, now: world.date)
                if let run { world.checker.tookOver(run, self) }
                var made = 0
                if let run { made = try closeParts(run) }
                return .tookOver(id, run, attemptsMade: made)
            }
        default: break
        }
    }

    /// Closes the attempts that the former owner left open; returns how many it had begun.
    private func closeParts(_ run: RunRecord) throws(AnyFault) -> Int {
        guard run.state == .running else { return 0 }
        let attempts = world.catalog.attempts(of: run.id)
        for var attempt in attempts where attempt.outcome == nil {
            attempt.outcome = .failed
            attempt.endedAt = world.date
            attempt.summary = "its process was lost"
            try world.catalog.record(attempt, lease: run.lease, now: world.date)
        }
        return attempts.last?.number ?? 0
    }

    private func performOfBook(_ action: SchedulerAction) {
        switch action {
        case .readMarks(let keys):
            call(failure: .marksFailed) { [self] in
                let marks = world.catalog.marks(of: keys, now: wall)
                world.checker.sawMarks(marks)
                return .marks(marks)
            }
        case .readDurations(let jobs):
            call(failure: .durationsFailed) { [self] in
                .durations(world.catalog.durations(ofJobs: jobs, limit: Expectation.sampleMax))
            }
        case .claim(let runs, let marks, let lease):
            call(failure: .claimFailed) { [self] () throws(AnyFault) in
                let kept = world.scenario.sabotage == .rowsAreLost ? [] : runs
                let answers = try world.catalog.claim(kept, marks: marks, lease: lease, now: world.date)
                for answer in answers.values {
                    if case .slotTaken = answer { world.tally.add("slots taken by others") }
                }
                world.tally.add("slots caught up", runs.reduce(0) { $0 + $1.standsFor.count })
                return .claimed(answers)
            }
        case .take(let run, let seats, let lease):
            call(failure: .takeFailed(run)) { [self] in
                let answer = world.catalog.take(run, seats, lease: lease, now: world.date)
                if case .busy = answer, world.scenario.sabotage == .everySeatIsFree {
                    return .took(run, .taken)
                }
                return .took(run, answer)
            }
        case .release(let run, let lease):
            world.tally.add("seats let go")
            call(failure: .releaseFailed(run)) { [self] in
                world.catalog.release(run, lease: lease)
                return .released(run)
            }
        case .noteWaiting(let run, let reason, let lease):
            world.tally.add("waits")
            call(failure: nil) { [self] in
                world.catalog.wait(run, reason: reason, lease: lease, now: world.date)
                return nil
            }
        case .askToStop(let run, let reason):
            call(failure: nil) { [self] in
                if let id = UUID(uuidString: run) {
                    _ = world.catalog.askToStop(id, reason: reason, now: world.date)
                }
                return nil
            }
        default: break
        }
    }

    private func readGuards(_ id: UUID, _ rules: [GuardRule], _ job: Job) {
        after(chance.int(1...500)) { [self] in
            let trips = world.now < world.guardsTripUntil
            if trips { world.tally.add("tripped guards") }
            handle(
                .guardsRead(
                    id,
                    rules.map {
                        GuardReading(kind: $0.kind, value: trips ? $0.limit + 1 : 0, subject: "main")
                    }))
        }
    }

    /// Writes the end of a run that did not run here; its row may be there or not.
    private func end(_ run: RunRecord, _ outcome: Outcome, _ summary: String) {
        after(chance.int(0...20)) { [self] in
            let now = max(wall, run.startedAt)
            var ended = run
            ended.endedAt = now
            _ = journal.write(.run(ended))
            guard isAlive else { return }
            _ = journal.write(.end(run.id, run.lease, outcome, summary: summary, at: now))
            guard isAlive else { return }
            handle(.woke)
        }
    }

    private func tell(_ note: SchedulerNote) {
        world.trace.note(world, "\(name) says \(String(String(describing: note).prefix(300)))")
        switch note {
        case .fenced: world.tally.add("fenced")
        case .apart: world.tally.add("apart")
        case .waits(let id, _, let reason): reasons[id] = reason
        case .slotTaken, .leaseHeld, .clockWentBack, .ended, .performed, .guardTripped, .stopping:
            break
        }
    }
}

extension SchedulerAction {
    /// The run that it is about, if it is about one.
    fileprivate var run: UUID? {
        switch self {
        case .take(let id, _, _), .noteWaiting(let id, _, _), .takeOver(let id, _), .readGuards(let id, _, _),
            .stop(let id, _), .release(let id, _):
            id
        case .perform(let run, _, _), .end(let run, _, _): run.id
        case .claim(let runs, _, _): runs.first?.id
        case .register, .renew, .settle, .readOwn, .readMarks, .readDurations, .askToStop, .rememberPeers,
            .leave, .tell, .quit:
            nil
        }
    }
}

extension World {
    func settings(
        of id: UUID, _ role: DaemonRecord.Role, _ owner: Owner, _ labels: [String: String], _ host: Host
    ) -> SchedulerSettings {
        SchedulerSettings(
            daemon: id, role: role, owner: owner, labels: labels, targets: scenario.targets,
            limits: scenario.limits,
            timing: DaemonSettings(lease: scenario.lease, grace: scenario.grace), jobs: scenario.jobs,
            peers: host.peers, render: InstantRendering(zone: .utc))
    }
}
