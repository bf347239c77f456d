import FoundationEssentials
import Jobs

/// Reloads: what has not started follows the new configuration, what runs goes on as it began.
extension SchedulerMachine {
    mutating func reload(
        _ settings: SchedulerSettings, _ schedules: [Schedule], _ now: Moment
    ) {
        let peers = self.settings.peers
        self.settings = settings
        self.settings.peers = peers
        self.schedules = schedules.filter { Self.fits($0.job, settings.labels) }
        rebootsLeft.formIntersection(self.schedules.map(\.key))
        let kept = Dictionary(self.schedules.map { ($0.key, $0) }) { first, _ in first }
        for duty in dutiesInOrder where !duty.isRunning { revise(duty, kept, now) }
        planAll(now)
        readMarks(now)
    }

    /// Lets a run that has not started follow the new configuration, or ends it if that lacks its schedule.
    private mutating func revise(_ duty: Duty, _ kept: [ScheduleKey: Schedule], _ now: Moment) {
        guard case .slot(let key, _) = duty.run.trigger else { return }
        guard let schedule = kept[key] else {
            duties[duty.run.id]?.isGone = true
            // One whose claim is not answered may be another daemon's: it is looked at when that is known.
            guard duty.phase != .claiming || unclaimed.contains(where: { $0.id == duty.run.id }) else {
                return
            }
            return end(duty.run.id, .skipped, Self.scheduleGone, now)
        }
        let seats = SeatPlan.seats(of: schedule.job, targets: settings.targets, limits: settings.limits)
        duties[duty.run.id]?.follow(
            duty.isMadeUp ? schedule.waiting : schedule, schedule.job, seats: seats)
        switch duty.phase {
        case .waiting: duties[duty.run.id]?.phase = .waiting(until: now.uptime)
        // The answer is to a question that may not be the right one any more.
        case .readingGuards, .taking, .releasing: duties[duty.run.id]?.isRevised = true
        case .claiming, .running: break
        }
    }

    static let scheduleGone = "its schedule is no longer in the configuration"

    mutating func reconsider(_ id: UUID, _ now: Moment) {
        duties[id]?.isRevised = false
        duties[id]?.phase = .waiting(until: now.uptime)
    }
}
