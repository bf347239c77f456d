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
    /// One line: what became of it and why, for people.
    package var summary: String
    package var startedAt: Date
    package var endedAt: Date?

    package init(
        id: UUID, job: String, kind: JobKind, trigger: Trigger, owner: Owner, state: RunState = .running,
        summary: String = "", startedAt: Date, endedAt: Date? = nil
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
    }
}

/// Where a run stands.
package enum RunState: Sendable, Equatable {
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
