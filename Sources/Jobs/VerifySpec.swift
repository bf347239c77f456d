/// Which sets a verification job reads again, and how: `kind: verify`.
package struct VerifySpec: Sendable, Equatable {
    /// The names of stores; nil takes all of them.
    package var stores: [String]?
    /// Exact names or globs of databases; nil takes every database that a store has sets of.
    package var databases: [String]?
    /// Names or globs left out after that.
    package var excludeDatabases: [String]
    package var backup: BackupChoice
    /// Sets that are younger are left alone: they were verified when they were made.
    package var minAge: Duration
    package var level: BackupSpec.Verify

    package init(
        stores: [String]? = nil, databases: [String]? = nil, excludeDatabases: [String] = [],
        backup: BackupChoice = .rotate(share: 1, of: 7), minAge: Duration = .seconds(86_400),
        level: BackupSpec.Verify = .decode
    ) {
        self.stores = stores
        self.databases = databases
        self.excludeDatabases = excludeDatabases
        self.backup = backup
        self.minAge = minAge
        self.level = level
    }
}
