import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy

/// What is known around a run that is not in its row: the line that planned it, its daemon, who made up for it.
package struct RunStory: Sendable {
    /// The line of the configuration that planned its slot, as it stands today; nil if there is none any more.
    package var schedule: Schedule?
    /// The daemon of its lease.
    package var daemon: DaemonRecord?
    /// Another run that stands for its slot.
    package var standIn: RunRecord?
    /// How long its job is expected to take today.
    package var expected: Duration?

    package init(
        schedule: Schedule? = nil, daemon: DaemonRecord? = nil, standIn: RunRecord? = nil,
        expected: Duration? = nil
    ) {
        self.schedule = schedule
        self.daemon = daemon
        self.standIn = standIn
        self.expected = expected
    }

    /// One line of the story, under a name.
    struct Line {
        var name: String
        var text: String
    }

    /// The lines in the order in which things happened; several in a row may have one name.
    func lines(of run: RunView, _ instants: InstantText) -> [Line] {
        var lines = [Line(name: "run", text: run.id), Line(name: "job", text: "\(run.job) (\(run.kind))")]
        lines += slot(run, instants) + window(run, instants) + waits(run, instants)
        let began =
            switch run.outcome {
            case "waiting": "waits"
            case Outcome.missed.rawValue, Outcome.skipped.rawValue: "noted"
            default: "started"
            }
        lines.append(
            Line(
                name: began,
                text:
                    "\(instants.full(run.started))\(delay(run, instants)) on \(run.host), process \(run.pid)")
        )
        lines += owner(run)
        if let stop = run.stopAsked {
            lines.append(Line(name: "stop", text: "asked for: \(FaultText.oneLine(stop))"))
        }
        let took = run.seconds.map { ", after \(DurationText.render(.seconds($0)))" } ?? ""
        if began == "started" {
            lines.append(Line(name: "ended", text: run.ended.map { instants.full($0) + took } ?? "not yet"))
        }
        lines.append(Line(name: "outcome", text: run.outcome))
        if !run.summary.isEmpty {
            let what = run.outcome == "waiting" ? "waits " : ""
            lines.append(Line(name: "outcome", text: what + FaultText.oneLine(run.summary)))
        }
        if let standIn { lines.append(Line(name: "outcome", text: madeUp(standIn))) }
        if run.inJournal == true {
            lines.append(
                Line(
                    name: "record",
                    text: "in the journal of this state directory; the catalog will be told of it"))
        }
        return lines
    }

    private func slot(_ run: RunView, _ instants: InstantText) -> [Line] {
        guard let slot = run.slot else { return [Line(name: "slot", text: "none: run by hand")] }
        var text = "\(instants.full(slot)) of '\(run.pattern ?? "")' in \(run.zone ?? "")"
        if let schedule { text += ", \(schedule.place)" } else { text += ", no longer in the configuration" }
        var lines = [Line(name: "slot", text: text)]
        if let deadline = run.deadline {
            let late = InstantText.written(from: slot, to: deadline)
            lines.append(
                Line(name: "slot", text: "it had to start by \(instants.short(deadline)) (late=\(late))"))
        }
        if let standsFor = run.standsFor {
            let times = standsFor.map(instants.short).joined(separator: ", ")
            lines.append(
                Line(
                    name: "slot",
                    text: "it stands for \(TextLines.count(standsFor.count, "missed slot")) as well: \(times)"
                ))
        }
        return lines
    }

    /// What the window of its line, as it stands today, said at its slot.
    private func window(_ run: RunView, _ instants: InstantText) -> [Line] {
        guard let slot = run.slot, let schedule, let window = schedule.window else { return [] }
        let needs = expected ?? schedule.job.expected
        let admission = window.admission(
            now: slot, deadline: run.deadline, expected: needs, InstantRendering(zone: instants.zone))
        let text =
            switch admission {
            case .start:
                "'\(window.name)' was open, and the \(DurationText.render(needs)) that are expected fitted in"
            case .wait(_, let because), .never(let because):
                because.hasPrefix("window ") ? String(because.dropFirst(7)) : because
            }
        var lines = [Line(name: "window", text: text)]
        let guards = window.window.guards
        if !guards.isEmpty {
            let names = guards.map(\.kind.rawValue).joined(separator: ", ")
            lines.append(
                Line(name: "guards", text: "\(names); a refusal stands below, if one was the reason"))
        }
        return lines
    }

    private func waits(_ run: RunView, _ instants: InstantText) -> [Line] {
        (run.waitsWith ?? []).map { other in
            Line(
                name: "queue",
                text: "\(other.seat): run \(other.run.prefix(8)) (\(other.job)) "
                    + (other.has ? "has it" : "waits for it too"))
        }
    }

    /// How long after its slot it began, if that is worth telling.
    private func delay(_ run: RunView, _ instants: InstantText) -> String {
        guard let slot = run.slot, run.started.timeIntervalSince(slot) >= 1 else { return "" }
        return ", \(instants.span(from: slot, to: run.started)) after its slot,"
    }

    private func owner(_ run: RunView) -> [Line] {
        guard let id = run.daemon else { return [] }
        var text = "\(id.prefix(8)), lease epoch \(run.epoch ?? 0)"
        if let daemon {
            let labels = daemon.labels.isEmpty ? "" : ", \(DaemonTable.labels(daemon.labels))"
            text +=
                ", \(daemon.role == .serve ? "serving" : "by hand") on \(daemon.owner.host)\(labels), now "
            // A daemon registers anew after it lost its lease: then this run is no longer its own.
            text +=
                daemon.epoch > run.epoch ?? 0 && daemon.state == .alive ? "alive anew" : daemon.state.rawValue
        }
        return [Line(name: "daemon", text: text)]
    }

    private func madeUp(_ other: RunRecord) -> String {
        let state =
            switch other.state {
            case .waiting: "waits"
            case .running: "is running"
            case .ended(let outcome): outcome.rawValue
            }
        return "run \(other.id.uuidString.lowercased().prefix(8)) stands for it, and \(state)"
    }
}
