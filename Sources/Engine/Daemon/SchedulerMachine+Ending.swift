import FoundationEssentials
import Jobs

/// Ends: of runs that were performed, of those that never start, and before their time.
extension SchedulerMachine {
    mutating func didEnd(_ run: RunRecord, _ now: Moment) {
        guard let duty = duties.removeValue(forKey: run.id) else { return }
        if run.state == .ended(.succeeded), let ended = run.endedAt {
            let took = Duration.seconds(max(0, ended.timeIntervalSince(run.startedAt)))
            samples[run.job] = Array(([took] + (samples[run.job] ?? [])).prefix(Expectation.sampleMax))
        }
        remember(run)
        actions.append(.tell(.performed(run)))
        // Whoever waits for what it had may have it now.
        wake(SeatOffer(of: duty), behind: nil, now)
    }

    /// Stops a run wherever it stands; the first reason is the one that counts, unless the lease is lost: then there is
    /// no time for what else a stop allows.
    mutating func stop(_ id: UUID, _ reason: StopReason, _ now: Moment) {
        guard let duty = duties[id], duty.stop == nil || duty.stop?.isLeaseLost == false && reason.isLeaseLost
        else { return }
        duties[id]?.stop = reason
        if duty.isRunning {
            duties[id]?.stopsTold = 0
            tellToStop(id, now)
        } else if duty.isWaiting {
            duties[id]?.phase = .waiting(until: now.uptime)
        }
    }

    /// Hands a wish to stop over, and again while the run goes on: the wish may have been there before the run was.
    mutating func tellToStop(_ id: UUID, _ now: Moment) {
        guard let duty = duties[id], let reason = duty.stop else { return }
        actions.append(.stop(id, reason))
        duties[id]?.stopDue = now.uptime + .seconds(1 << min(duty.stopsTold, 6))
        duties[id]?.stopsTold += 1
    }

    /// Leaves a run that has not started to others, or to the next start of this daemon.
    mutating func letGo(_ duty: Duty, _ now: Moment) {
        if duty.run.trigger == .hand {
            end(duty.run.id, .cancelled, "stopped while it waited", now)
        } else {
            letSeatsGo(duty.run.id)
            duties[duty.run.id] = nil
        }
    }

    mutating func miss(_ duty: Duty, _ now: Moment) {
        let isCatalogInTheWay = !duty.isClaimed || duty.isUnanswered || !isCatalogUp
        let outage = outage(in: duty.due...max(duty.due, duty.run.deadline ?? duty.due))
        let obstacle = isCatalogInTheWay ? "the catalog could not be reached" : outage ?? "it could not start"
        let waited = duty.run.summary.isEmpty ? obstacle : "it waited \(duty.run.summary)"
        end(
            duty.run.id, .missed,
            "late= ran out at \(settings.render(duty.run.deadline ?? duty.run.startedAt)); \(waited)",
            now)
    }

    /// Ends a run that is not under way.
    mutating func end(_ id: UUID, _ outcome: Outcome, _ summary: String, _ now: Moment) {
        guard let duty = duties.removeValue(forKey: id) else { return }
        passOn(duty, now)
        var run = duty.run
        run.state = .ended(outcome)
        run.summary = summary
        remember(run)
        tellOfEnd(run)
        // Its row is written as it is now, together with the mark of its schedule.
        if run.trigger != .hand, let index = unclaimed.firstIndex(where: { $0.id == id }) {
            run.endedAt = max(run.startedAt, now.wall)
            unclaimed[index] = run
            return
        }
        unclaimed.removeAll { $0.id == id }
        actions.append(.end(run, outcome, summary: summary))
    }

    /// Tells people of a run that ended without a start. While its row waits to be written, another daemon may have its
    /// slot, so that there is nothing to tell; without a catalog nobody can know.
    mutating func tellOfEnd(_ run: RunRecord) {
        if unclaimed.contains(where: { $0.id == run.id }), run.trigger != .hand {
            guard case .apart = standing else { return }
            toldApart.insert(run.id)
        }
        actions.append(.tell(.ended(run)))
    }

    static func text(of reason: StopReason) -> String {
        switch reason {
        case .cancelled: "stopped on request"
        case .timedOut: "stopped at its timeout"
        case .stopped(let why), .leaseLost(let why): why
        }
    }
}
