import FoundationEssentials
import Jobs
import Policy

/// Seats: how a run that may start gets them, what it waits for if not, and how it lets them go again.
extension SchedulerMachine {
    /// Asks for the seats of a run that may start, or sees for itself where there is no catalog to ask.
    mutating func takeSeats(_ id: UUID, _ now: Moment) {
        guard let duty = duties[id] else { return }
        if case .holding(let lease, _) = standing {
            guard duty.isClaimed else {
                duties[id]?.phase = .claiming
                return
            }
            duties[id]?.phase = .taking
            duties[id]?.hasAsked = true
            actions.append(.take(id, duty.seats, lease))
            return
        }
        guard mayGoOnApart(duty.job) else { return waitForCatalog(id, now) }
        let held = duties.values.filter { $0.isRunning && $0.run.id != id }
            .sorted { $0.isBefore($1) }.map { (run: $0, seats: $0.seats) }
        if let (other, seat) = SeatPlan.blocker(of: duty.seats, held: held) {
            waitForSeat(
                id,
                [
                    TakeAnswer.Blocker(
                        run: other.run.id.uuidString.lowercased(), job: other.job.name, seat: seat.key,
                        has: true)
                ],
                now)
        } else {
            perform(id, now)
        }
    }

    mutating func didTake(_ id: UUID, _ answer: TakeAnswer, _ now: Moment) {
        guard let duty = duties[id] else {
            // It was let go of while it asked.
            if answer == .taken, case .holding(let lease, _) = standing {
                actions.append(.release(id, lease))
            }
            return
        }
        guard duty.phase == .taking else {
            // It runs already: the catalog was away when it started.
            if answer == .taken { duties[id]?.hasSeats = true }
            return
        }
        duties[id]?.isUnanswered = false
        switch answer {
        case .taken:
            passOn(duty, without: duty.seats.map(\.key), now)
            duties[id]?.hasSeats = true
            // Time has passed since it was considered: the last word is said with the seats in hand.
            if duty.stop != nil || duty.hasMissed(now) || stopBy != nil {
                duties[id]?.phase = .waiting(until: now.uptime)
                if stopBy != nil {
                    letSeatsGo(id)
                    duties[id] = nil
                }
                return
            }
            if duty.isRevised {
                reconsider(id, now)
                return letSeatsGo(id)
            }
            duties[id]?.phase = .waiting(until: now.uptime)
            // The answer may have taken longer than the lease holds: whoever is apart is considered anew.
            guard case .holding = standing else { return }
            // What it is expected to take fitted in when it asked; with its seats in hand it is not sent back for the
            // moment that the answer took, while others would wait for them.
            let isOpen = duty.schedule?.window?.contains(now.wall) ?? true
            guard isOpen || mayUseWindow(duty.waiting(now), now) else { return letSeatsGo(id) }
            perform(id, now)
        case .busy where duty.isRevised: reconsider(id, now)
        case .busy(let blockers): waitForSeat(id, blockers, now)
        case .lost:
            passOn(duty, now)
            duties[id] = nil
        }
    }

    private mutating func waitForSeat(_ id: UUID, _ blockers: [TakeAnswer.Blocker], _ now: Moment) {
        guard var duty = duties[id] else { return }
        duty.phase = .waiting(until: now.uptime)
        duties[id] = duty
        passOn(duty, without: blockers.map(\.seat), now)
        inTheWay = Set(blockers.filter(\.has).compactMap { UUID(uuidString: $0.run) })
        if let schedule = duty.schedule,
            let own = blockers.first(where: { $0.seat == "job/\(duty.job.name)" })
        {
            _ = resolve(schedule.overlap, duty, with: own.run, now)
            return
        }
        let first = blockers.first
        let who = first.map {
            "run \($0.run.prefix(8)) (\($0.job)), which \($0.has ? "has" : "came due earlier for") \($0.seat)"
        }
        wait(id, "for \(who ?? "a seat")", until: now.uptime + pause(now), now)
    }

    mutating func poll(_ id: UUID, _ now: Moment) {
        guard let duty = duties[id], duty.phase == .taking else { return }
        passOn(duty, now)
        let until = now.uptime + seatPoll
        duties[id]?.phase = .waiting(until: until)
        duties[id]?.isUnanswered = true
        duties[id]?.isRevised = false
    }

    /// The more runs wait, the less often each of them asks.
    func pause(_ now: Moment) -> Duration {
        max(seatPoll, .milliseconds(10 * duties.count)) * (0.75 + 0.5 * now.chance)
    }

    /// A run that waits for something else than seats keeps nobody from them.
    ///
    /// It asks for none before this is answered: the two calls might overtake each other.
    mutating func letSeatsGo(_ id: UUID) {
        guard let duty = duties[id], duty.hasAsked, case .waiting(let until) = duty.phase,
            case .holding(let lease, _) = standing
        else { return }
        duties[id]?.hasSeats = false
        duties[id]?.phase = .releasing(until: until)
        actions.append(.release(id, lease))
    }

    mutating func didRelease(_ id: UUID, _ now: Moment) {
        guard let duty = duties[id], case .releasing(let until) = duty.phase else { return }
        duties[id]?.hasAsked = false
        if duty.isRevised { return reconsider(id, now) }
        duties[id]?.phase = .waiting(until: until)
    }

    /// It is tried again with the next look at the run, unless that may start by then.
    mutating func didNotRelease(_ id: UUID, _ now: Moment) {
        guard let duty = duties[id], case .releasing(let until) = duty.phase else { return }
        if duty.isRevised { return reconsider(id, now) }
        let again = min(until, now.uptime + seatPoll)
        duties[id]?.phase = .waiting(until: again)
    }
}

extension Duty {
    /// The same, waiting.
    fileprivate func waiting(_ now: Moment) -> Duty {
        var copy = self
        copy.phase = .waiting(until: now.uptime)
        return copy
    }
}
