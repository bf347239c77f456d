/// Statements of the user's own, each sent by itself: `kind: sql`.
package struct SQLSpec: Sendable, Equatable {
    /// Exact names or globs of databases, at least one.
    package var databases: [String]
    /// Names or globs left out after that.
    package var excludeDatabases: [String]
    /// In the order in which they are sent, in each database; at least one.
    package var statements: [Statement]
    /// Whether the next statement is sent after one has failed; the run has failed all the same.
    package var keepsGoing: Bool

    package init(
        databases: [String], excludeDatabases: [String] = [], statements: [Statement],
        keepsGoing: Bool = false
    ) {
        self.databases = databases
        self.excludeDatabases = excludeDatabases
        self.statements = statements
        self.keepsGoing = keepsGoing
    }

    /// One statement with its limits.
    package struct Statement: Sendable, Equatable {
        /// Without a semicolon at its end.
        package var sql: String
        /// What it may take, each time; nil for no limit.
        package var timeout: Duration?
        /// How long it waits for a lock; nil for as long as it takes.
        package var lockTimeout: Duration?
        /// Nil sends it once.
        package var repetition: Repetition?

        package init(
            sql: String, timeout: Duration? = nil, lockTimeout: Duration? = .seconds(10),
            repetition: Repetition? = nil
        ) {
            self.sql = sql
            self.timeout = timeout
            self.lockTimeout = lockTimeout
            self.repetition = repetition
        }
    }

    /// Sends a statement again until it changes or returns no row any more: deletes in batches.
    package struct Repetition: Sendable, Equatable {
        /// Between one time and the next.
        package var pause: Duration
        /// So often at most, at least 1; what is left then is left for the next run.
        package var timesMax: Int

        package init(pause: Duration = .seconds(1), timesMax: Int = 10_000) {
            self.pause = pause
            self.timesMax = timesMax
        }
    }
}
