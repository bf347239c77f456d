/// The statements of the catalog; each is a file in `SQL/`, embedded in the program.
enum Statements {
    static let migrationTable = text(PackageResources.migration_table_sql)
    static let migrationsApplied = text(PackageResources.migrations_applied_sql)
    static let migrationRecord = text(PackageResources.migration_record_sql)
    static let scheduleNote = text(PackageResources.schedule_note_sql)
    static let runBegin = text(PackageResources.run_begin_sql)
    static let runHolder = text(PackageResources.run_holder_sql)
    static let runEnd = text(PackageResources.run_end_sql)
    static let attemptRecord = text(PackageResources.attempt_record_sql)
    static let stepRecord = text(PackageResources.step_record_sql)
    static let backupRecord = text(PackageResources.backup_record_sql)
    static let backupRemoved = text(PackageResources.backup_removed_sql)
    static let runs = text(PackageResources.runs_sql)
    static let attempts = text(PackageResources.attempts_sql)
    static let steps = text(PackageResources.steps_sql)
    static let backups = text(PackageResources.backups_sql)
    static let durations = text(PackageResources.durations_sql)
    static let lastSize = text(PackageResources.last_size_sql)

    static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
