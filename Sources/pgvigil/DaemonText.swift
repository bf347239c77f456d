import Engine
import Faults
import FoundationEssentials
import Measures

/// What a daemon says of its own life, a line each.
struct DaemonText: Sendable {
    let instants: InstantText
    let now: @Sendable () -> Date

    /// The line, without the time; nil for what its observer of runs says already.
    func line(_ note: SchedulerNote) -> String? {
        switch note {
        case .leaseHeld(let lease):
            "joined the catalog as daemon \(Self.short(lease.daemon)), epoch \(lease.epoch)"
        case .apart(let goingOn, let stopped): apart(goingOn, stopped)
        case .fenced: "this daemon was silent for too long: others have taken its runs over; it joins anew"
        case .clockWentBack(let seconds):
            "the clock went back by \(DurationText.render(.seconds(seconds))); no slot fires again for that"
        case .waits(let run, let job, let reason):
            "\(job): run \(Self.short(run)) waits: \(FaultText.oneLine(reason))"
        case .ended(let run): "\(run.job)\(slot(run)): \(outcome(run)) – \(FaultText.oneLine(run.summary))"
        case .performed: nil
        case .guardTripped(let run, let job, let reasons):
            "\(job): run \(Self.short(run)) goes on, although \(reasons.joined(separator: "; "))"
        case .slotTaken: nil
        case .stopping(let running, let grace):
            running == 0
                ? "stopping"
                : "stopping: \(running) \(running == 1 ? "run" : "runs") may go on for \(DurationText.render(grace))"
        }
    }

    private func apart(_ goingOn: Int, _ stopped: Int) -> String {
        var text = "the catalog cannot be reached: outcomes are kept in the journal"
        if goingOn > 0 { text += "; \(goingOn) running go on" }
        if stopped > 0 { text += "; \(stopped) stopped, since another daemon may take them over" }
        return text
    }

    private func slot(_ run: RunRecord) -> String {
        guard case .slot(_, let at) = run.trigger else { return "" }
        return ", slot \(instants.short(at))"
    }

    private func outcome(_ run: RunRecord) -> String {
        switch run.state {
        case .waiting: "waiting"
        case .running: "running"
        case .ended(let outcome): outcome.rawValue.uppercased()
        }
    }

    /// The first eight digits, as lists show ids.
    private static func short(_ id: UUID) -> String { String(id.uuidString.lowercased().prefix(8)) }
}

extension DaemonText {
    private struct Line: Encodable {
        var event: String
        var message: String
        var run: RunView?
    }

    /// Says a note on standard error for people, or on standard output for a program.
    func say(_ note: SchedulerNote, json: Bool) {
        guard let text = line(note) else { return }
        guard json, case .ended(let run) = note else { return say(text, json: json) }
        Console.say(JSONText.render(Line(event: "ended", message: text, run: RunView(run)), pretty: false))
    }

    /// Says a text the same way.
    func say(_ text: String, json: Bool) {
        if json {
            Console.say(JSONText.render(Line(event: "daemon", message: text), pretty: false))
        } else {
            Console.whisper("\(instants.time(now())) \(text)\n")
        }
    }
}
