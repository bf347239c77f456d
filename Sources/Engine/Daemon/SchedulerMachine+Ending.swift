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
        actions.append(.tell(.performed(run)))
        // Whoever waits for what it had may have it now.
        let keys = Set(duty.seats.map(\.key))
        let next = duties.values.filter { $0.isWaiting && $0.seats.contains { keys.contains($0.key) } }
            .sorted { $0.isBefore($1) }.prefix(Self.wokenMax)
        for waiting in next { duties[waiting.run.id]?.phase = .waiting(until: now.uptime) }
    }

    /// More runs than this are not woken by the end of one.
    private static var wokenMax: Int { 8 }

    /// Stops a run wherever it stands; the first reason is the one that counts, unless the lease is lost: then there is
    /// no time for what else a stop allows.
    mutating func stop(_ id: UUID, _ reason: StopReason, _ now: Moment) {
        guard let duty = duties[id], duty.stop == nil || duty.stop?.isLeaseLost == false && reason.isLeaseLost
        else { return }
        duties[id]?.stop = reason
        if duty.isRunning {
            actions.append(.stop(id, reason))
        } else if duty.isWaiting {
            duties[id]?.phase = .waiting(until: now.uptime)
        }
    }

    /// Leaves a run that has not started to others, or to the next start of this daemon.
    mutating func letGo(_ duty: Duty, _ now: Moment) {
        if duty.run.trigger == .hand {
            end(duty.run.id, .cancelled, "stopped while it waited", now)
        } else {
            duties[duty.run.id] = nil
        }
    }

    mutating func miss(_ duty: Duty, _ now: Moment) {
        let obstacle = duty.isClaimed ? "it could not start" : "the catalog could not be reached"
        let waited = duty.run.summary.isEmpty ? obstacle : "it waited \(duty.run.summary)"
        end(
            duty.run.id, .missed,
            "late= ran out at \(settings.render(duty.run.deadline ?? duty.run.startedAt)); \(waited)",
            now)
    }

    /// Ends a run that is not under way.
    mutating func end(_ id: UUID, _ outcome: Outcome, _ summary: String, _ now: Moment) {
        guard let duty = duties.removeValue(forKey: id) else { return }
        var run = duty.run
        run.state = .ended(outcome)
        run.summary = summary
        actions.append(.tell(.ended(run)))
        // Its row is written as it is now, together with the mark of its schedule.
        if run.trigger != .hand, let index = unclaimed.firstIndex(where: { $0.id == id }) {
            run.endedAt = max(run.startedAt, now.wall)
            unclaimed[index] = run
            return
        }
        unclaimed.removeAll { $0.id == id }
        actions.append(.end(run, outcome, summary: summary))
    }

    static func text(of reason: StopReason) -> String {
        switch reason {
        case .cancelled: "stopped on request"
        case .timedOut: "stopped at its timeout"
        case .stopped(let why), .leaseLost(let why): why
        }
    }
}
