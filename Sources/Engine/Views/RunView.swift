import Faults
package import FoundationEssentials
import Jobs
import Measures

/// A run as lists and `--json` show it; the keys are documented in `docs/json.md` and stay.
package struct RunView: Sendable, Equatable, Codable {
    package var id: String
    package var job: String
    package var kind: String
    /// `hand` or `slot`.
    package var trigger: String
    package var pattern: String?
    package var zone: String?
    package var slot: Date?
    /// `waiting`, `running`, or the outcome.
    package var outcome: String
    package var summary: String
    package var started: Date
    package var ended: Date?
    package var seconds: Double?
    package var host: String
    package var pid: Int32
    /// The daemon that has it, or had it last; nil for a run that no daemon had.
    package var daemon: String?
    /// Which taking of it that is: it rises with every daemon that takes the run over.
    package var epoch: Int64?
    /// It is not started after this.
    package var deadline: Date?
    /// Missed slots that it stands for as well, oldest first; nil if it stands for none.
    package var standsFor: [Date]?
    /// Why somebody wants it to stop; nil while nobody does.
    package var stopAsked: String?
    /// True if something of it waits in a journal and is not in the catalog yet, else nil.
    package var inJournal: Bool?
    /// Who has the seats that it waits for, or came due earlier for them; nil if it waits for none.
    package var waitsWith: [SeatView]?
    package var attempts: [AttemptView]?
    package var steps: [StepView]?
    /// What it drilled; nil if that is nothing, and in lists.
    package var drills: [DrillView]?
    /// What maintenance did to each object; nil if that is nothing, and in lists.
    package var maintenance: [MaintenanceView]?

    /// The view of a run; attempts and steps are left out of lists.
    ///
    /// - Parameter seats: Who has and who waits for seats, of all runs.
    package init(
        _ run: RunRecord, inJournal: Bool = false, seats: [SeatView] = [], attempts: [AttemptRecord]? = nil,
        steps: [StepRecord]? = nil
    ) {
        id = run.id.uuidString.lowercased()
        job = run.job
        kind = run.kind.rawValue
        switch run.trigger {
        case .hand: trigger = "hand"
        case .slot(let key, let at):
            trigger = "slot"
            pattern = key.pattern
            zone = key.zone
            slot = at
        }
        switch run.state {
        case .waiting: outcome = "waiting"
        case .running: outcome = "running"
        case .ended(let ended): outcome = ended.rawValue
        }
        summary = run.summary
        started = run.startedAt
        ended = run.endedAt
        seconds = run.endedAt.map { Durations.seconds(from: run.startedAt, to: $0) }
        host = run.owner.host
        pid = run.owner.pid
        daemon = run.lease?.daemon.uuidString.lowercased()
        epoch = run.lease?.epoch
        deadline = run.deadline
        standsFor = run.standsFor.isEmpty ? nil : run.standsFor
        stopAsked = run.stopAsked
        self.inJournal = inJournal ? true : nil
        if run.state == .waiting {
            let others = SeatView.others(than: id, in: seats)
            waitsWith = others.isEmpty ? nil : others
        }
        self.attempts = attempts?.map(AttemptView.init)
        self.steps = steps?.map(StepView.init)
    }
}

extension SeatView {
    /// Who else has, or waits for, the seats that a run waits for; those that have them first.
    package static func others(than run: String, in seats: [SeatView]) -> [SeatView] {
        let wanted = Set(seats.filter { $0.run == run && !$0.has }.map(\.seat))
        let others = seats.filter { $0.run != run && wanted.contains($0.seat) }
        return others.filter(\.has) + others.filter { !$0.has }
    }
}

/// One try of a run, as `--json` shows it.
package struct AttemptView: Sendable, Equatable, Codable {
    package var number: Int
    package var outcome: String?
    package var summary: String
    package var started: Date
    package var ended: Date?

    init(_ attempt: AttemptRecord) {
        number = attempt.number
        outcome = attempt.outcome?.rawValue
        summary = attempt.summary
        started = attempt.startedAt
        ended = attempt.endedAt
    }
}

/// One step of an attempt, as `--json` shows it.
package struct StepView: Sendable, Equatable, Codable {
    package var attempt: Int
    package var ordinal: Int
    package var name: String
    package var target: String?
    package var database: String?
    package var state: String
    package var detail: String
    package var started: Date
    package var seconds: Double?
    package var bytes: Int64?
    /// The stable code of what went wrong.
    package var code: String?
    package var remedy: String?

    package init(_ step: StepRecord) {
        attempt = step.attempt
        ordinal = step.ordinal
        name = step.name.rawValue
        target = step.target
        database = step.database
        state = step.state.rawValue
        detail = step.detail
        started = step.startedAt
        seconds = step.endedAt.map { Durations.seconds(from: step.startedAt, to: $0) }
        bytes = step.bytes?.bytes
        code = step.fault?.code
        remedy = step.fault?.remedy
    }
}

/// Lengths of time between civil instants.
enum Durations {
    /// Rounded to milliseconds, so that what is printed does not carry the noise of binary fractions.
    static func seconds(from: Date, to: Date) -> Double {
        (to.timeIntervalSince(from) * 1000).rounded() / 1000
    }

    /// The same of a duration; dividing durations is not exact for whole seconds.
    static func seconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) + Double(attoseconds / 1_000_000_000_000_000) / 1000
    }
}
