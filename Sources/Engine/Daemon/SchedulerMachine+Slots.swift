import Cron
import FoundationEssentials
import Jobs
import Policy

/// Slots: which of them are due, and what becomes of them.
extension SchedulerMachine {
    /// Reads the marks of schedules; what comes due before they are known waits for them.
    mutating func readMarks(_ now: Moment) {
        marksDue = schedules.isEmpty ? nil : now.uptime
        durationsDue = marksDue
        ask(forMarks: now)
    }

    /// Asks what has to be known of the schedules, if it is not known yet, and again where there was no answer.
    mutating func ask(forMarks now: Moment) {
        guard case .holding = standing, isSettled else { return }
        if let due = marksDue, now.uptime >= due, !isReadingMarks {
            marksDue = nil
            isReadingMarks = true
            actions.append(.readMarks(schedules.map(\.key)))
        }
        if let due = durationsDue, now.uptime >= due {
            durationsDue = nil
            actions.append(.readDurations(Set(schedules.map(\.key.job)).sorted()))
        }
    }

    mutating func didNotReadMarks(_ now: Moment) {
        isReadingMarks = false
        marksDue = now.uptime + seatPoll
    }

    mutating func didReadMarks(_ read: [ScheduleKey: Date], _ now: Moment) {
        isReadingMarks = false
        for (key, mark) in read {
            // What was accounted for here since then is written, or on its way.
            let isKnown = guessedMarks.remove(key) == nil
            marks[key] = isKnown ? max(mark, marks[key] ?? mark) : mark
        }
        planAll(now)
        if let startedAt { takeReboots(startedAt, now) }
    }

    /// Without a catalog to tell, a schedule begins now: nothing is backfilled that may have been done.
    mutating func markUnknownSchedules(_ now: Moment) {
        for schedule in schedules where marks[schedule.key] == nil {
            marks[schedule.key] = now.wall
            guessedMarks.insert(schedule.key)
        }
        planAll(now)
        if let startedAt { takeReboots(startedAt, now) }
    }

    mutating func planAll(_ now: Moment) {
        due = DueQueue()
        for (index, schedule) in schedules.enumerated() {
            guard var mark = marks[schedule.key] else { continue }
            if mark > now.wall.addingTimeInterval(Self.aheadMax) {
                mark = now.wall
                marks[schedule.key] = mark
            }
            guard
                let next = schedule.pattern.next(after: mark, in: schedule.zone)
            else { continue }
            due.add(index, at: next)
        }
    }

    /// Accounts for every slot that has come due.
    mutating func takeDue(_ now: Moment) {
        var later: [(Int, Date)] = []
        while let index = due.popDue(now.wall) {
            let schedule = schedules[index]
            guard let mark = marks[schedule.key] else { continue }
            if case .apart = standing, !mayGoOnApart(schedule.job) {
                // Left for when the catalog is back: somebody else may have it meanwhile.
                later.append((index, now.wall.addingTimeInterval(napMax / .seconds(1))))
                continue
            }
            account(schedule, after: mark, now)
            marks[schedule.key] = now.wall
            if let next = schedule.pattern.next(after: now.wall, in: schedule.zone) {
                later.append((index, next))
            }
        }
        for (index, at) in later { due.add(index, at: at) }
    }

    /// Makes runs of the slots of a schedule in (mark, now]: those to be done and those that are missed.
    private mutating func account(_ schedule: Schedule, after mark: Date, _ now: Moment) {
        var slots = slotsDue(schedule, after: mark, now)
        slots.removeAll { slotsHad.remove(SlotKey(key: schedule.key, at: $0)) != nil }
        guard !slots.isEmpty else { return }
        if slots.count == Self.backlogMax { tellOfMore(schedule, before: slots[0], after: mark, now) }
        let decision = schedule.catchUp.decide(
            due: slots, now: now.wall, late: schedule.late,
            next: schedule.pattern.next(after: now.wall, in: schedule.zone),
            expected: expected(schedule.job), onTime: Self.onTime)
        for missed in decision.missed {
            add(schedule, missed.slot, .ended(.missed), missed.reason + apartNote(missed.slot), now)
        }
        // Those that are made up for are done one after the other, whatever the line says of overlap.
        let isCatchingUp =
            decision.run.count > 1
            && decision.run.contains { now.wall.timeIntervalSince($0.slot) > Self.onTime / .seconds(1) }
        for run in decision.run {
            let record = add(schedule, run.slot, .waiting, "", now, standsFor: run.standsFor)
            beDutiful(record, schedule.job, isCatchingUp ? schedule.waiting : schedule, now)
            duties[record.id]?.isMadeUp = isCatchingUp
        }
        // A mark that was made up says nothing of the slots before it.
        if !guessedMarks.contains(schedule.key) { marksToMove[schedule.key] = now.wall }
    }

    /// The slots of a schedule in (mark, now], oldest first; the newest ``backlogMax`` if there are more.
    private func slotsDue(_ schedule: Schedule, after mark: Date, _ now: Moment) -> [Date] {
        var slots: [Date] = []
        var cursor = now.wall.addingTimeInterval(1)
        while slots.count < Self.backlogMax,
            let at = schedule.pattern.previous(before: cursor, in: schedule.zone), at > mark
        {
            cursor = at
            if at <= now.wall { slots.append(at) }
        }
        return slots.reversed()
    }

    /// One row stands for all that is older than the backlog, if there is more.
    private mutating func tellOfMore(
        _ schedule: Schedule, before first: Date, after mark: Date, _ now: Moment
    ) {
        guard let oldest = schedule.pattern.next(after: mark, in: schedule.zone), oldest < first else {
            return
        }
        let last = schedule.pattern.previous(before: first, in: schedule.zone) ?? oldest
        add(
            schedule, oldest, .ended(.missed),
            "nobody was there for it, and for the slots after it until \(settings.render(last)): "
                + "more than \(Self.backlogMax) came due at once", now)
    }

    @discardableResult
    private mutating func add(
        _ schedule: Schedule, _ slot: Date, _ state: RunState, _ summary: String, _ now: Moment,
        standsFor: [Date] = []
    ) -> RunRecord {
        let record = RunRecord(
            id: makeID(), job: schedule.key.job, kind: schedule.job.kind, trigger: .slot(schedule.key, slot),
            owner: settings.owner, state: state, summary: summary, startedAt: now.wall,
            endedAt: state == .waiting ? nil : now.wall, lease: currentLease ?? provisionalLease,
            deadline: slot.addingTimeInterval(schedule.late / .seconds(1)), standsFor: standsFor)
        unclaimed.append(record)
        if case .apart = standing, guessedMarks.contains(schedule.key) {
            slotsHad.insert(SlotKey(key: schedule.key, at: slot))
        }
        if state != .waiting { tellOfEnd(record) }
        return record
    }

    /// Patterns that fire once, when the daemon starts.
    private mutating func takeReboots(_ startedAt: Date, _ now: Moment) {
        guard stopBy == nil else { return }
        for schedule in schedules where rebootsLeft.contains(schedule.key) {
            // What may not start without the catalog waits for it here, since its slot may be another's.
            if case .apart = standing, !mayGoOnApart(schedule.job) { continue }
            rebootsLeft.remove(schedule.key)
            let deadline = startedAt.addingTimeInterval(schedule.late / .seconds(1))
            guard now.wall <= deadline else {
                let why = "late= ran out at \(settings.render(deadline)); the catalog could not be reached"
                add(schedule, startedAt, .ended(.missed), why, now)
                continue
            }
            let record = add(schedule, startedAt, .waiting, "", now)
            beDutiful(record, schedule.job, schedule, now)
        }
    }

    /// Those whose row is not known to be written.
    var rebootsUnwritten: [ScheduleKey] {
        (unclaimed + (inFlight?.runs ?? [])).compactMap { run in
            guard case .slot(let key, startedAt) = run.trigger else { return nil }
            return schedules.contains { $0.key == key && $0.pattern.isReboot } ? key : nil
        }
    }

    /// The shortest time that nine in ten of the last successes kept within, else what the job says.
    func expected(_ job: Job) -> Duration {
        job.expectation(samples[job.name].flatMap { Expectation.duration($0) } ?? job.expected)
    }

    private func apartNote(_ slot: Date) -> String {
        outage(in: slot...slot).map { "; \($0)" } ?? ""
    }

    /// The last time without the catalog, in words, if it has to do with this time.
    func outage(in time: ClosedRange<Date>) -> String? {
        guard let lastApart, lastApart.overlaps(time) else { return nil }
        let (from, to) = (settings.render(lastApart.lowerBound), settings.render(lastApart.upperBound))
        return "the catalog could not be reached from \(from) to \(to)"
    }
}

extension Schedule {
    /// The same, for a slot that waits for an earlier run of its job.
    var waiting: Schedule {
        var copy = self
        copy.overlap = .wait
        return copy
    }
}

/// Claims: the rows of runs, written in batches, one batch at a time until it is answered.
extension SchedulerMachine {
    mutating func sendClaims(_ now: Moment) {
        guard case .holding(let lease, _) = standing, isSettled else { return }
        if inFlight == nil, !unclaimed.isEmpty || !marksToMove.isEmpty {
            var runs = Array(unclaimed.prefix(Self.claimMax))
            unclaimed.removeFirst(runs.count)
            for index in runs.indices { runs[index].lease = lease }
            // A mark goes on only with the last of its slots.
            let marks = unclaimed.isEmpty ? marksToMove : [:]
            if unclaimed.isEmpty { marksToMove = [:] }
            inFlight = Batch(runs: runs, marks: marks)
            retryClaimDue = nil
            actions.append(.claim(runs, marks: marks, lease))
        } else if let batch = inFlight, let due = retryClaimDue, now.uptime >= due {
            retryClaimDue = nil
            actions.append(.claim(batch.runs, marks: batch.marks, lease))
        }
    }

    mutating func claimLater(_ now: Moment) {
        if inFlight != nil { retryClaimDue = now.uptime + seatPoll / 2 }
    }

    mutating func didClaim(_ answers: [UUID: RunStart], _ now: Moment) {
        guard let batch = inFlight else { return }
        inFlight = nil
        retryClaimDue = nil
        for run in batch.runs {
            switch answers[run.id] {
            case .slotTaken(let other):
                toldApart.remove(run.id)
                if case .slot(let key, let at) = run.trigger, duties[run.id]?.isRunning != true {
                    actions.append(.tell(.slotTaken(key, at, by: other)))
                    duties[run.id] = nil
                }
            case .begun, nil:
                // A miss is one only now: the slot could have been another daemon's.
                if case .ended = run.state, toldApart.remove(run.id) == nil {
                    actions.append(.tell(.ended(run)))
                }
                guard var duty = duties[run.id] else { continue }
                duty.run.lease = currentLease
                duty.isClaimed = true
                if duty.phase == .claiming { duty.phase = .waiting(until: now.uptime) }
                duties[run.id] = duty
            }
        }
    }
}
