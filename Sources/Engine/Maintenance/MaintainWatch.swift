import Cron
import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy

/// What a run of maintenance heeds on one target while it works: its window and guards, and dumps of the target.
///
/// Maintenance fills what is left of a window, so it looks at it by itself and ends at its end as it should, unlike a
/// backup, which somebody has to stop. An emergency is held up by none of this.
actor MaintainWatch {
    /// Guards and queues are not asked more often than this.
    static let lookPause = Duration.seconds(10)
    /// A guard that refuses is waited for so long; then the rest of the work is left for another night.
    static let guardPatience = Duration.seconds(600)

    /// What is in the way.
    enum Obstacle: Sendable, Equatable {
        /// For the rest of the night.
        case closed(String)
        /// It may pass.
        case guarded(String)

        var text: String {
            switch self {
            case .closed(let why), .guarded(let why): why
            }
        }
    }

    private let context: RunContext
    private let target: Target
    /// Schedules of backups of the target.
    private let dumps: [Schedule]
    private var looked: (at: Duration, found: Obstacle?)?

    init(_ context: RunContext, _ target: Target, schedules: [Schedule]) {
        self.context = context
        self.target = target
        dumps = schedules.filter { schedule in
            guard case .backup = schedule.job.work else { return false }
            return schedule.job.chosen(from: [target]).count == 1
        }
    }

    private var ambient: Ambient { context.ambient }
    private var schedule: Schedule? { context.admission.schedule }

    /// What is in the way now; the window at once, the rest as it was found at most ``lookPause`` ago.
    func obstacle() async -> Obstacle? {
        if let window = schedule?.window, !window.contains(ambient.wallTime()) {
            return .closed("window '\(window.name)' is closed")
        }
        if let looked, ambient.uptime() - looked.at < Self.lookPause { return looked.found }
        let found = await look()
        looked = (ambient.uptime(), found)
        return found
    }

    /// How long there is still, and until what; nothing while the window is closed, nil for as long as it takes.
    func timeLeft() -> (left: Duration, until: String)? {
        let now = ambient.wallTime()
        var ends: [(at: Date, what: String)] = [
            (context.run.startedAt + context.job.timeout / .seconds(1), "the run's timeout")
        ]
        if let window = schedule?.window {
            switch window.stretch(at: now) {
            case .open(let end?): ends.append((end, "window '\(window.name)' closes"))
            case .open(nil): break
            case .closed: ends.append((now, "window '\(window.name)' closes"))
            }
        }
        // Somebody who does it by hand sees to that.
        if schedule != nil, let dump = nextDump(after: now) {
            ends.append((dump.at, "the backup '\(dump.schedule.job.name)' is due"))
        }
        guard let first = ends.min(by: { $0.at < $1.at }) else { return nil }
        return (.seconds(max(0, first.at.timeIntervalSince(now))), first.what)
    }

    /// The next backup of the target, within a day.
    private func nextDump(after now: Date) -> Slot? {
        Planner.slots(of: dumps, after: now, until: now + 86_400, limit: 1).first
    }

    private func look() async -> Obstacle? {
        if let why = await waitingDump() { return .closed(why) }
        guard let window = schedule?.window, let guards = context.admission.guards,
            !window.window.guards.isEmpty
        else { return nil }
        let readings = await guards.read(
            Set(window.window.guards.map(\.kind)), targets: [target], store: nil)
        let refusals = GuardRule.check(readings, rules: window.window.guards)
        return refusals.isEmpty ? nil : .guarded(refusals.joined(separator: "; "))
    }

    /// A backup that waits for the seat of this run: it goes first, for its slot has a deadline.
    private func waitingDump() async -> String? {
        let mine = context.run.id.uuidString.lowercased()
        // Without the catalog there are no queues.
        guard let seats = try? await context.scribe.book.seats() else { return nil }
        for seat in seats where !seat.has && seat.seat == "target/\(target.name)" && seat.run != mine {
            // A row that is not to be had is not that of a backup that waits.
            let row = try? await context.scribe.book.runs(idPrefix: seat.run).first
            if row?.kind == .backup { return "backup '\(seat.job)' waits for this target" }
        }
        return nil
    }
}
