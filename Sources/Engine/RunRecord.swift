package import FoundationEssentials
package import Jobs

/// One row of the record of outcomes.
package struct RunRecord: Sendable, Equatable {
    package var id: UUID
    package var job: String
    package var kind: JobKind
    package var trigger: Trigger
    package var owner: Owner
    package var state: RunState
    /// One line: what became of it and why, or what it waits for, for people.
    package var summary: String
    /// When it started; while it waits, when it began to wait.
    package var startedAt: Date
    package var endedAt: Date?
    /// Whose it is, and since which taking of it; nil for one that no daemon had.
    package var lease: Lease?
    /// It is not started after this; nil for a run by hand, which waits as long as somebody does.
    package var deadline: Date?
    /// Missed slots of the same schedule that it stands for as well, oldest first.
    package var standsFor: [Date]
    /// Who wants it to stop, and why; nil while nobody does.
    package var stopAsked: String?

    package init(
        id: UUID, job: String, kind: JobKind, trigger: Trigger, owner: Owner, state: RunState = .running,
        summary: String = "", startedAt: Date, endedAt: Date? = nil, lease: Lease? = nil,
        deadline: Date? = nil, standsFor: [Date] = [], stopAsked: String? = nil
    ) {
        self.id = id
        self.job = job
        self.kind = kind
        self.trigger = trigger
        self.owner = owner
        self.state = state
        self.summary = summary
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.lease = lease
        self.deadline = deadline
        self.standsFor = standsFor
        self.stopAsked = stopAsked
    }
}

/// Where a run stands.
package enum RunState: Sendable, Equatable {
    /// For its window, a guard, or a seat; the summary says which.
    case waiting
    case running
    case ended(Outcome)
}

/// Why a run exists.
package enum Trigger: Sendable, Equatable {
    /// Somebody typed it.
    case hand
    /// A slot of a schedule; ``ScheduleKey`` and slot together happen once.
    case slot(ScheduleKey, Date)
}

/// What identifies a schedule line whatever line of the file it stands on: job, zone and pattern.
package struct ScheduleKey: Sendable, Equatable, Hashable, Codable {
    package var job: String
    package var zone: String
    package var pattern: String

    package init(job: String, zone: String, pattern: String) {
        self.job = job
        self.zone = zone
        self.pattern = pattern
    }
}

/// The process that does a run, so that another can tell whether it still lives.
package struct Owner: Sendable, Equatable, Codable {
    /// The id of the state directory, whose locks tell whether the process lives; a host name changes.
    package var machine: String
    package var host: String
    package var pid: Int32
    /// Where the state directory is, for people.
    package var stateDirectory: String

    package init(machine: String, host: String, pid: Int32, stateDirectory: String) {
        self.machine = machine
        self.host = host
        self.pid = pid
        self.stateDirectory = stateDirectory
    }
}
