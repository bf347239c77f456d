/// A live condition that must hold while a job works.
package struct GuardRule: Sendable, Equatable {
    package var kind: GuardKind
    /// In the unit of the kind; a bound from above, except for free disk.
    package var limit: Double

    package init(kind: GuardKind, limit: Double) {
        self.kind = kind
        self.limit = limit
    }
}

/// What a guard looks at; the raw value is the key in `pgvigil.yaml` and the text in records.
package enum GuardKind: String, Sendable, Equatable, CaseIterable, Codable {
    /// Sessions of others in state `active` on the target.
    case activeSessions = "active_sessions"
    /// Commits and rollbacks a second over all databases of the target.
    case transactionsPerSecond = "transactions_per_second"
    /// Seconds since the oldest open transaction of others began.
    case longestTransaction = "longest_transaction"
    /// Seconds by which the slowest standby, or the standby itself that is the target, lags behind.
    case replicationLag = "replication_lag"
    /// Bytes of write-ahead log a second on the target, our own among them.
    case walRate = "wal_rate"
    /// Bytes free in the job's store; a bound from below.
    case freeDisk = "free_disk"
    /// The one-minute load average of our own host, divided by its cores.
    case load
}

/// What a guard saw.
package struct GuardReading: Sendable, Equatable {
    package var kind: GuardKind
    /// Nil when it could not be read; a guard that cannot be read refuses.
    package var value: Double?
    /// Where: a target's name, a store's name, or `this host`.
    package var subject: String
    /// Why it could not be read; empty otherwise.
    package var why: String

    package init(kind: GuardKind, value: Double?, subject: String, why: String = "") {
        self.kind = kind
        self.value = value
        self.subject = subject
        self.why = why
    }
}
