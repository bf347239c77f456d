package import Faults
package import Policy

/// A definition in `jobs/*.yaml`: what to do, not when.
package struct Job: Sendable, Equatable {
    /// The file's name without its extension: `[a-z][a-z0-9_-]*`, at most 63 bytes.
    package var name: String
    /// Names or globs of targets; nil means every target.
    package var targets: [String]?
    package var work: Work
    /// A run that takes longer is stopped and recorded as timed out.
    package var timeout: Duration
    package var retry: RetryPolicy
    /// Limits for single steps, by the step's name.
    package var stepTimeouts: [String: Duration]
    package var hooks: Hooks
    /// The labels that a daemon must have to run it; empty lets every daemon run it.
    package var labels: [String: String]
    /// Nil leaves it to the kind: see ``startsWithoutCatalog``.
    package var whenCatalogDown: CatalogDownRule?
    /// What its run does when its window closes.
    package var atWindowEnd: Perseverance
    /// What its run does when a guard of its window trips.
    package var atGuard: Perseverance
    /// How long it is expected to take while it has no history.
    package var expected: Duration
    package var objectives: Objectives
    package var place: Place
    /// Where single values stand, by key: `store`, `target`, and `target[1]` for the second of a list.
    package var places: [String: Place]

    package init(
        name: String, targets: [String]?, work: Work, timeout: Duration, retry: RetryPolicy,
        stepTimeouts: [String: Duration] = [:], hooks: Hooks = Hooks(), labels: [String: String] = [:],
        whenCatalogDown: CatalogDownRule? = nil, atWindowEnd: Perseverance = .finish,
        atGuard: Perseverance = .finish, expected: Duration = .seconds(600),
        objectives: Objectives = Objectives(), place: Place, places: [String: Place] = [:]
    ) {
        self.name = name
        self.targets = targets
        self.work = work
        self.timeout = timeout
        self.retry = retry
        self.stepTimeouts = stepTimeouts
        self.hooks = hooks
        self.labels = labels
        self.whenCatalogDown = whenCatalogDown
        self.atWindowEnd = atWindowEnd
        self.atGuard = atGuard
        self.expected = expected
        self.objectives = objectives
        self.place = place
        self.places = places
    }

    /// The same job, tried once, as somebody who watches it wants it.
    package var triedOnce: Job {
        var copy = self
        copy.retry.attemptsMax = 1
        return copy
    }

    /// What kind of work it is, with what that kind needs to know.
    package enum Work: Sendable, Equatable {
        case backup(BackupSpec)
        case command(CommandSpec)
        case drill(DrillSpec)
        case verify(VerifySpec)
        case restore(RestoreSpec)
        case maintain(MaintainSpec)
        case sql(SQLSpec)
    }

    /// The kind of its work.
    package var kind: JobKind { work.kind }
}

extension Job.Work {
    /// The word for it.
    package var kind: JobKind {
        switch self {
        case .backup: .backup
        case .command: .command
        case .drill: .drill
        case .verify: .verify
        case .restore: .restore
        case .maintain: .maintain
        case .sql: .sql
        }
    }
}

/// The kinds of job; the raw value is the text in files, in the catalog and in JSON.
package enum JobKind: String, Sendable, Equatable, CaseIterable, Codable {
    case backup, verify, drill, restore, maintain, sql, command
}
