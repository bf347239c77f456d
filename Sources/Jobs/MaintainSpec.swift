package import Measures
package import Policy

/// What a maintenance job looks at, and how gently it works: `kind: maintain`.
package struct MaintainSpec: Sendable, Equatable {
    /// Exact names or globs of databases; nil takes the target's own default.
    package var databases: [String]?
    /// Names or globs left out after that.
    package var excludeDatabases: [String]
    package var limits: MaintenanceLimits
    package var gentleness: Numbers
    /// Statements at the same time, each on another table, 1–16.
    package var workers: Int

    package init(
        databases: [String]? = nil, excludeDatabases: [String] = [],
        limits: MaintenanceLimits = MaintenanceLimits(), gentleness: Numbers = Numbers(), workers: Int = 1
    ) {
        self.databases = databases
        self.excludeDatabases = excludeDatabases
        self.limits = limits
        self.gentleness = gentleness
        self.workers = workers
    }

    /// How much a statement may disturb others.
    package struct Numbers: Sendable, Equatable {
        /// `vacuum_cost_delay`, whole milliseconds from 0 to 100.
        package var costDelay: Duration
        /// `vacuum_cost_limit`, 1–10000.
        package var costLimit: Int
        /// `BUFFER_USAGE_LIMIT`, from version 16; nil for the server's own.
        package var bufferLimit: ByteCount?
        /// For statements that are not concurrent.
        package var lockTimeout: Duration
        /// Our own statement is cancelled when somebody waits so long for its lock.
        package var yieldAfter: Duration
        /// Whether VACUUM gives free pages at the end of a table back, under an exclusive lock.
        package var truncates: Bool
        /// No statement is longer; nil for no limit.
        package var statementTimeout: Duration?

        package init(
            costDelay: Duration = .milliseconds(2), costLimit: Int = 200, bufferLimit: ByteCount? = nil,
            lockTimeout: Duration = .seconds(2), yieldAfter: Duration = .seconds(5), truncates: Bool = false,
            statementTimeout: Duration? = nil
        ) {
            self.costDelay = costDelay
            self.costLimit = costLimit
            self.bufferLimit = bufferLimit
            self.lockTimeout = lockTimeout
            self.yieldAfter = yieldAfter
            self.truncates = truncates
            self.statementTimeout = statementTimeout
        }
    }
}
