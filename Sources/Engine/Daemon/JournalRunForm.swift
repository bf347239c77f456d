import Faults
import FoundationEssentials
import Jobs
import Measures

/// How instants stand in a journal: microseconds since 1970, as in the catalog.
struct JournalInstant: Codable, Sendable {
    let date: Date

    init(_ date: Date) { self.date = date }

    init(from decoder: any Decoder) throws {
        let count = try decoder.singleValueContainer().decode(Int64.self)
        date = Date(timeIntervalSince1970: Double(count) / 1_000_000)
    }

    func encode(to encoder: any Encoder) throws {
        // Far beyond any date that the catalog can hold, which then says so.
        let bound = 9e18
        let count = (date.timeIntervalSince1970 * 1_000_000).rounded()
        var container = encoder.singleValueContainer()
        try container.encode(Int64(min(bound, max(-bound, count))))
    }
}

/// A fault as it stands in a journal; the keys are those of the catalog.
struct JournalFaultForm: Codable, Sendable {
    var code: String
    var summary: String
    var remedy: String
    var exit: Int32
    var mayPass: Bool
    var file: String?
    var line: Int?
    var column: Int?

    init(_ fault: AnyFault) {
        code = fault.code
        summary = fault.summary
        remedy = fault.remedy
        exit = fault.exitStatus.rawValue
        mayPass = fault.mayPass
        file = fault.place?.file
        line = fault.place?.line
        column = fault.place?.column
    }

    var fault: AnyFault {
        AnyFault(
            code: code, summary: summary, remedy: remedy,
            place: file.map { Place(file: $0, line: line, column: column) },
            exitStatus: ExitStatus(rawValue: exit) ?? .badResult, mayPass: mayPass)
    }
}

/// A run as it stands in a journal.
struct JournalRunForm: Codable, Sendable {
    /// What a run's state is called that has not ended; else it is the outcome's text.
    private enum Standing: String { case waiting, running }

    var id: UUID
    var job: String
    var kind: JobKind
    var schedule: ScheduleKey?
    var slot: JournalInstant?
    var owner: Owner
    var state: String
    var summary: String
    var startedAt: JournalInstant
    var endedAt: JournalInstant?
    var lease: Lease?
    var deadline: JournalInstant?
    var standsFor: [JournalInstant]
    var stopAsked: String?

    init(_ run: RunRecord) {
        id = run.id
        job = run.job
        kind = run.kind
        switch run.trigger {
        case .hand: break
        case .slot(let key, let at): (schedule, slot) = (key, JournalInstant(at))
        }
        owner = run.owner
        state =
            switch run.state {
            case .waiting: Standing.waiting.rawValue
            case .running: Standing.running.rawValue
            case .ended(let outcome): outcome.rawValue
            }
        summary = run.summary
        startedAt = JournalInstant(run.startedAt)
        endedAt = run.endedAt.map(JournalInstant.init)
        lease = run.lease
        deadline = run.deadline.map(JournalInstant.init)
        standsFor = run.standsFor.map(JournalInstant.init)
        stopAsked = run.stopAsked
    }

    /// The run; nil if its state is none that this program knows.
    var record: RunRecord? {
        let state: RunState
        switch (Standing(rawValue: self.state), Outcome(rawValue: self.state)) {
        case (.waiting, _): state = .waiting
        case (.running, _): state = .running
        case (nil, let outcome?): state = .ended(outcome)
        case (nil, nil): return nil
        }
        var trigger = Trigger.hand
        if let schedule, let slot { trigger = .slot(schedule, slot.date) }
        return RunRecord(
            id: id, job: job, kind: kind, trigger: trigger, owner: owner, state: state, summary: summary,
            startedAt: startedAt.date, endedAt: endedAt?.date, lease: lease, deadline: deadline?.date,
            standsFor: standsFor.map(\.date), stopAsked: stopAsked)
    }
}

/// An attempt as it stands in a journal.
struct JournalAttemptForm: Codable, Sendable {
    var run: UUID
    var number: Int
    var startedAt: JournalInstant
    var endedAt: JournalInstant?
    var outcome: Outcome?
    var summary: String
    var lease: Lease?

    init(_ attempt: AttemptRecord, _ lease: Lease?) {
        run = attempt.run
        number = attempt.number
        startedAt = JournalInstant(attempt.startedAt)
        endedAt = attempt.endedAt.map(JournalInstant.init)
        outcome = attempt.outcome
        summary = attempt.summary
        self.lease = lease
    }

    var record: AttemptRecord {
        AttemptRecord(
            run: run, number: number, startedAt: startedAt.date, endedAt: endedAt?.date, outcome: outcome,
            summary: summary)
    }
}

/// A step as it stands in a journal.
struct JournalStepForm: Codable, Sendable {
    var run: UUID
    var attempt: Int
    var ordinal: Int
    var name: StepName
    var target: String?
    var database: String?
    var startedAt: JournalInstant
    var endedAt: JournalInstant?
    var state: StepState
    var detail: String
    var fault: JournalFaultForm?
    var bytes: Int64?
    var lease: Lease?

    init(_ step: StepRecord, _ lease: Lease?) {
        run = step.run
        attempt = step.attempt
        ordinal = step.ordinal
        name = step.name
        target = step.target
        database = step.database
        startedAt = JournalInstant(step.startedAt)
        endedAt = step.endedAt.map(JournalInstant.init)
        state = step.state
        detail = step.detail
        fault = step.fault.map(JournalFaultForm.init)
        bytes = step.bytes?.bytes
        self.lease = lease
    }

    var record: StepRecord {
        StepRecord(
            run: run, attempt: attempt, ordinal: ordinal, name: name, target: target, database: database,
            startedAt: startedAt.date, endedAt: endedAt?.date, state: state, detail: detail,
            fault: fault?.fault, bytes: bytes.map(ByteCount.init))
    }
}
