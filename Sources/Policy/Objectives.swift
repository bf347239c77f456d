/// What its owner expects of a target's or a job's backups; nil expects nothing.
package struct Objectives: Sendable, Equatable {
    /// The newest verified backup of each database is no older than this.
    package var backupAge: Duration?
    /// The newest backup that a drill has proven is no older than this.
    package var provenAge: Duration?
    /// The last measured recovery took no longer than this.
    package var recoveryTime: Duration?

    package init(backupAge: Duration? = nil, provenAge: Duration? = nil, recoveryTime: Duration? = nil) {
        self.backupAge = backupAge
        self.provenAge = provenAge
        self.recoveryTime = recoveryTime
    }
}
