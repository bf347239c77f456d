/// The statements of the catalog; each is a file in `SQL/`, embedded in the program.
enum Statements {
    static let migrationTable = text(PackageResources.migration_table_sql)
    static let migrationsApplied = text(PackageResources.migrations_applied_sql)
    static let migrationRecord = text(PackageResources.migration_record_sql)
    static let runBegin = text(PackageResources.run_begin_sql)
    static let runEnd = text(PackageResources.run_end_sql)
    static let attemptRecord = text(PackageResources.attempt_record_sql)
    static let stepRecord = text(PackageResources.step_record_sql)
    static let backupRecord = text(PackageResources.backup_record_sql)
    static let backupRemoved = text(PackageResources.backup_removed_sql)
    static let runs = filled(PackageResources.runs_sql)
    static let runWait = text(PackageResources.run_wait_sql)
    static let runStop = text(PackageResources.run_stop_sql)
    static let runTakeOver = filled(PackageResources.run_take_over_sql)
    static let runsClaim = text(PackageResources.runs_claim_sql)
    static let scheduleMarks = text(PackageResources.schedule_marks_sql)
    static let seatsTake = text(PackageResources.seats_take_sql)
    static let seatsRelease = text(PackageResources.seats_release_sql)
    static let seats = text(PackageResources.seats_sql)
    static let daemonRegister = text(PackageResources.daemon_register_sql)
    static let daemonRenew = filled(PackageResources.daemon_renew_sql)
    static let daemonLeave = text(PackageResources.daemon_leave_sql)
    static let daemons = filled(PackageResources.daemons_sql)
    static let attempts = text(PackageResources.attempts_sql)
    static let steps = text(PackageResources.steps_sql)
    static let backups = text(PackageResources.backups_sql)
    static let durations = text(PackageResources.durations_sql)
    static let durationsOfJobs = text(PackageResources.durations_of_jobs_sql)
    static let lastSize = text(PackageResources.last_size_sql)

    static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// A statement with what several read in the same way: the columns of a run, the JSON of a daemon.
    private static func filled(_ bytes: [UInt8]) -> String {
        text(bytes).replacing("{run}", with: text(PackageResources.run_columns_sql))
            .replacing("{daemon}", with: text(PackageResources.daemon_json_sql))
    }
}
