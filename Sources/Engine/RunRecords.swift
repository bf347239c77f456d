package import Faults
package import FoundationEssentials
package import Jobs
package import Measures

/// What became of a slot, or of a run by hand; the raw value is the text in the catalog and in JSON.
package enum Outcome: String, Sendable, Equatable, CaseIterable, Codable {
    case succeeded
    case failed
    case couldNotVerify = "could not verify"
    case skipped
    case missed
    case cancelled
    case timedOut = "timed out"
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
    /// The machine's own id, which a host name is not.
    package var machine: String
    package var host: String
    package var pid: Int32
    /// The state directory whose locks tell whether the process lives.
    package var stateDirectory: String

    package init(machine: String, host: String, pid: Int32, stateDirectory: String) {
        self.machine = machine
        self.host = host
        self.pid = pid
        self.stateDirectory = stateDirectory
    }
}

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

/// One try of a run.
package struct AttemptRecord: Sendable, Equatable {
    package var run: UUID
    /// From 1.
    package var number: Int
    package var startedAt: Date
    package var endedAt: Date?
    package var outcome: Outcome?
    package var summary: String

    package init(
        run: UUID, number: Int, startedAt: Date, endedAt: Date? = nil, outcome: Outcome? = nil,
        summary: String = ""
    ) {
        self.run = run
        self.number = number
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.outcome = outcome
        self.summary = summary
    }
}

/// The named parts of a backup attempt, in their order; the raw value is the text in the catalog and in JSON.
package enum StepName: String, Sendable, Equatable, CaseIterable, Codable {
    case preflight, globals, dump
    case publishCheck = "publish-check"
    case publish, record, prune
}

/// How a step stands or ended; the raw value is the text in the catalog and in JSON.
package enum StepState: String, Sendable, Equatable, CaseIterable, Codable {
    case running, done, failed, cancelled
}

/// One named part of an attempt.
package struct StepRecord: Sendable, Equatable {
    package var run: UUID
    package var attempt: Int
    /// From 1, in the order of their starts within the attempt.
    package var ordinal: Int
    package var name: StepName
    /// Nil for a step that serves a whole target.
    package var target: String?
    package var database: String?
    package var startedAt: Date
    package var endedAt: Date?
    package var state: StepState
    /// One line for people: what was done or what went wrong.
    package var detail: String
    /// Why it failed; nil unless it did.
    package var fault: AnyFault?
    package var bytes: ByteCount?

    package init(
        run: UUID, attempt: Int, ordinal: Int, name: StepName, target: String?, database: String?,
        startedAt: Date,
        endedAt: Date? = nil, state: StepState = .running, detail: String = "", fault: AnyFault? = nil,
        bytes: ByteCount? = nil
    ) {
        self.run = run
        self.attempt = attempt
        self.ordinal = ordinal
        self.name = name
        self.target = target
        self.database = database
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.state = state
        self.detail = detail
        self.fault = fault
        self.bytes = bytes
    }
}

/// A published backup set as the catalog knows it; the store's manifest is the truth it was made from.
package struct BackupRecord: Sendable, Equatable {
    package var id: UUID
    package var run: UUID
    package var job: String
    package var target: String
    package var database: String
    package var store: String
    /// Relative to the store.
    package var path: String
    package var startedAt: Date
    package var finishedAt: Date
    package var size: ByteCount
    package var format: BackupSpec.Format
    package var codec: String
    package var serverVersion: String
    package var partial: Bool
    /// `decode` or `hash`; what was checked before it was published.
    package var verified: String
    package var tables: Int
    package var rows: Int64
    package var warnings: Int
    package var files: [File]

    /// One file of the set.
    package struct File: Sendable, Equatable {
        package var path: String
        package var size: ByteCount
        package var sha256: String

        package init(path: String, size: ByteCount, sha256: String) {
            self.path = path
            self.size = size
            self.sha256 = sha256
        }
    }

    package init(
        id: UUID, run: UUID, job: String, target: String, database: String, store: String, path: String,
        startedAt: Date, finishedAt: Date, size: ByteCount, format: BackupSpec.Format, codec: String,
        serverVersion: String, partial: Bool, verified: String, tables: Int, rows: Int64, warnings: Int,
        files: [File]
    ) {
        self.id = id
        self.run = run
        self.job = job
        self.target = target
        self.database = database
        self.store = store
        self.path = path
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.size = size
        self.format = format
        self.codec = codec
        self.serverVersion = serverVersion
        self.partial = partial
        self.verified = verified
        self.tables = tables
        self.rows = rows
        self.warnings = warnings
        self.files = files
    }
}
