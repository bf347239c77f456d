import FoundationEssentials
import Jobs
import Policy

@testable import Engine

extension MachineBench {
    /// The runs that it tells people of as ended without a start, on an event.
    mutating func ends(_ event: SchedulerEvent) -> [RunRecord] {
        var actions = machine.handle(event, at: now)
        if actions.contains(where: { if case .settle = $0 { true } else { false } }) {
            actions += machine.handle(.settled(true), at: now)
        }
        return actions.compactMap { if case .tell(.ended(let run)) = $0 { run } else { nil } }
    }

    /// The runs whose rows are being written.
    var claimed: [RunRecord] { machine.inFlight?.runs ?? [] }

    mutating func asksForItsRows(_ event: SchedulerEvent) -> Bool {
        var actions = machine.handle(event, at: now)
        actions += machine.handle(.settled(true), at: now)
        return actions.contains { if case .readOwn = $0 { true } else { false } }
    }

    @discardableResult
    mutating func reload(_ schedules: [Schedule]) -> [String] {
        var settings = machine.settings
        for schedule in schedules { settings.jobs[schedule.job.name] = schedule.job }
        return send(.reloaded(settings, schedules))
    }
}

extension Window {
    /// Open every day from midnight to this minute.
    static func until(_ minute: Int, guards: [GuardRule] = []) -> Window {
        Window(openings: [Opening(weekdays: Set(0...6), from: 0, to: minute)], guards: guards)
    }
}
