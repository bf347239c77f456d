package import Faults
package import Jobs
package import Measures
package import Policy

/// Reads what databases need and does the statements; implemented over libpq.
package protocol MaintenancePort: Sendable {
    /// What one database shows; it takes no locks that anybody waits for, and leaves no transaction open.
    func facts(of target: Target, database: String) async throws(AnyFault) -> MaintenanceFacts
    /// Does one action, watched from a second connection, and proves its effect from the server's catalog.
    ///
    /// A cancelled task cancels our own statement on the server, by phase for REINDEX CONCURRENTLY, and still answers.
    func perform(
        _ action: MaintenanceAction, on target: Target, database: String, gently: Gentleness,
        watch: @escaping @Sendable () async -> String?
    ) async -> MaintenanceEffect
    /// Does one statement of the user's by itself, with its limits.
    func perform(_ statement: UserStatement, on target: Target, database: String, gently: Gentleness)
        async throws(AnyFault) -> StatementEffect
}

/// How much a statement may disturb others.
package struct Gentleness: Sendable, Equatable {
    /// `vacuum_cost_delay` in milliseconds and `vacuum_cost_limit`.
    package var costDelay: Double
    package var costLimit: Int
    /// `BUFFER_USAGE_LIMIT`, from version 16; nil for the server's own.
    package var bufferLimit: ByteCount?
    /// For statements that are not concurrent.
    package var lockTimeout: Duration
    /// Our own statement is cancelled when somebody waits so long for its lock.
    package var yieldAfter: Duration
    /// `VACUUM (TRUNCATE)`: takes an exclusive lock at its end.
    package var truncates: Bool
    /// No statement is longer; nil for no limit.
    package var statementTimeout: Duration?

    package init(
        costDelay: Double = 2, costLimit: Int = 200, bufferLimit: ByteCount? = nil,
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

/// What an action came to, proven from the catalog of the server.
package struct MaintenanceEffect: Sendable, Equatable {
    package var result: MaintenanceResult
    /// Why it had no effect, was skipped, cancelled (by what) or failed; else what it changed, in one line.
    package var detail: String
    package var fault: AnyFault?
    package var before: ObjectState?
    package var after: ObjectState?
    /// Time on the server, without our waiting.
    package var took: Duration
    /// The statement, as it was sent.
    package var statement: String
    /// Invalid indexes that an interrupted rebuild left and that could not be dropped at once.
    package var leftovers: [QualifiedName]
    /// It may have left others, which nobody could look for.
    package var leavesUnknown = false

    package init(
        _ result: MaintenanceResult, _ detail: String, fault: AnyFault? = nil, before: ObjectState? = nil,
        after: ObjectState? = nil, took: Duration = .zero, statement: String = "",
        leftovers: [QualifiedName] = []
    ) {
        self.result = result
        self.detail = detail
        self.fault = fault
        self.before = before
        self.after = after
        self.took = took
        self.statement = statement
        self.leftovers = leftovers
    }
}

/// How an object stood before or after.
package struct ObjectState: Sendable, Equatable, Codable {
    package var size: ByteCount
    package var deadRows: Int64
    package var tuples: Double
    package var xidAge: Int64
    package var multixactAge: Int64
    package var fileNode: UInt32

    package init(
        size: ByteCount, deadRows: Int64 = 0, tuples: Double = 0, xidAge: Int64 = 0, multixactAge: Int64 = 0,
        fileNode: UInt32 = 0
    ) {
        self.size = size
        self.deadRows = deadRows
        self.tuples = tuples
        self.xidAge = xidAge
        self.multixactAge = multixactAge
        self.fileNode = fileNode
    }
}

/// A statement of the user's own: `kind: sql`.
package struct UserStatement: Sendable, Equatable {
    package var sql: String
    package var timeout: Duration?
    package var lockTimeout: Duration?

    package init(sql: String, timeout: Duration? = nil, lockTimeout: Duration? = nil) {
        self.sql = sql
        self.timeout = timeout
        self.lockTimeout = lockTimeout
    }
}

/// What such a statement came to.
package struct StatementEffect: Sendable, Equatable {
    /// The command tag, such as `DELETE 500`.
    package var tag: String
    /// Rows that it changed or returned; nil where the tag has no number.
    package var rows: Int64?
    /// Warnings that the server gave.
    package var warnings: [String]
    package var took: Duration

    package init(tag: String, rows: Int64?, warnings: [String] = [], took: Duration) {
        self.tag = tag
        self.rows = rows
        self.warnings = warnings
        self.took = took
    }
}
