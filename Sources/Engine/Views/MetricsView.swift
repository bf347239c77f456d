package import FoundationEssentials
package import Jobs

/// What `/metrics` shows; filled from the records and from what the daemon knows of itself.
package struct MetricsView: Sendable, Equatable {
    package var version: String
    package var jobs: [JobMetrics]
    package var objectives: [ObjectiveMetrics]
    /// Seconds until the daemon's lease is lost, by its own count; nil while it has none.
    package var leaseSecondsLeft: Double?
    package var isCatalogUp: Bool
    /// Entries of the journal that the catalog has not got yet.
    package var journalEntriesPending: Int
    /// When the daemon's process started.
    package var startedAt: Date

    package init(
        version: String, jobs: [JobMetrics] = [], objectives: [ObjectiveMetrics] = [],
        leaseSecondsLeft: Double? = nil, isCatalogUp: Bool, journalEntriesPending: Int = 0, startedAt: Date
    ) {
        self.version = version
        self.jobs = jobs
        self.objectives = objectives
        self.leaseSecondsLeft = leaseSecondsLeft
        self.isCatalogUp = isCatalogUp
        self.journalEntriesPending = journalEntriesPending
        self.startedAt = startedAt
    }
}

/// One job on `/metrics`; what is not known yet is left out there.
package struct JobMetrics: Sendable, Equatable {
    package var job: String
    package var kind: JobKind
    /// Of the run that ended last.
    package var lastOutcome: Outcome?
    package var lastEndedAt: Date?
    package var lastSuccessAt: Date?
    /// Of the last success.
    package var lastDurationSeconds: Double?
    /// That the last success saved.
    package var lastBytes: Int64?
    /// Runs that ended since the daemon started or the catalog began; it never falls while the process lives.
    package var ended: [Outcome: Int]
    package var waiting: Int
    package var running: Int

    package init(
        job: String, kind: JobKind, lastOutcome: Outcome? = nil, lastEndedAt: Date? = nil,
        lastSuccessAt: Date? = nil, lastDurationSeconds: Double? = nil, lastBytes: Int64? = nil,
        ended: [Outcome: Int] = [:], waiting: Int = 0, running: Int = 0
    ) {
        self.job = job
        self.kind = kind
        self.lastOutcome = lastOutcome
        self.lastEndedAt = lastEndedAt
        self.lastSuccessAt = lastSuccessAt
        self.lastDurationSeconds = lastDurationSeconds
        self.lastBytes = lastBytes
        self.ended = ended
        self.waiting = waiting
        self.running = running
    }
}

/// One objective on `/metrics`.
package struct ObjectiveMetrics: Sendable, Equatable {
    /// Such as `backup_age`.
    package var objective: String
    package var target: String
    /// Empty for one that is about a whole target.
    package var database: String
    /// The age, or the time that a recovery took; nil while there is nothing to measure.
    package var seconds: Double?
    package var limitSeconds: Double
    package var isBreached: Bool

    package init(
        objective: String, target: String, database: String, seconds: Double?, limitSeconds: Double,
        isBreached: Bool
    ) {
        self.objective = objective
        self.target = target
        self.database = database
        self.seconds = seconds
        self.limitSeconds = limitSeconds
        self.isBreached = isBreached
    }
}
