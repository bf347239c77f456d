/// The keys of `hooks:`.
enum HookKeys {
    static let before = Key(
        "before", Form<[String]>.command, .described("none"),
        "Runs before anything else; if it fails, the run does nothing and has failed.")
    static let after = Key(
        "after", Form<[String]>.command, .described("none"),
        "Runs at the end of every run that began, whatever became of it.")
    static let onFailure = Key(
        "on_failure", Form<[String]>.command, .described("none"),
        "Runs when a run did not succeed, before `after`.")
    static let timeout = Key(
        "timeout", Form<Duration>.duration(atLeast: .seconds(1), atMost: .seconds(86_400)), .written("5m"),
        "A command that takes longer is stopped and has failed.")

    static let all = [
        before.declaration, after.declaration, onFailure.declaration, timeout.declaration,
    ]
}

/// The keys of `timeouts:`, which are the names of the steps of all kinds of jobs.
enum TimeoutKeys {
    static let all = [
        step("preflight", "Looking at the server: its version, rights and databases, and the free space."),
        step("globals", "Saving roles and tablespaces."),
        step("dump", "Dumping one database."),
        step("publish-check", "Reading one backup back from the disk."),
        step("publish", "Putting it where backups are listed."),
        step("record", "Writing it into the catalog."),
        step("prune", "Removing what `keep` does not keep."),
        step("choose", "Drill, restore and verify: choosing the backups."),
        step("check-set", "Drill and restore: reading one backup back from the disk."),
        step("server", "Drill and restore: starting the server, or looking at the one that is named."),
        step("create", "Drill and restore: making the database."),
        step("restore", "Drill and restore: bringing definitions, rows and indexes back."),
        step("analyze", "Drill and restore: gathering statistics."),
        step("prove", "Drill and restore: comparing the database with its backup."),
        step("report", "Drill: writing the report down."),
        step("swap", "Restore: giving the database its name."),
        step("verify", "Verify: reading one backup from the disk."),
        step("look", "Maintain: finding out what one database needs."),
        step("maintain", "Maintain: doing it."),
        step("statement", "SQL: one statement."),
    ]

    private static func step(_ name: String, _ doc: String) -> Key<Duration> {
        Key(
            name, Form<Duration>.duration(atLeast: .seconds(1), atMost: .seconds(30 * 86_400)),
            .described("none"), doc)
    }
}

/// The keys of `objectives:`.
enum ObjectiveKeys {
    static let backupAge = key(
        "backup_age", "The newest verified backup of each database is no older than this.")
    static let provenAge = key(
        "proven_age", "The newest backup that a drill has proven is no older than this.")
    static let recoveryTime = key("recovery_time", "The last measured recovery took no longer than this.")

    static let all = [backupAge.declaration, provenAge.declaration, recoveryTime.declaration]

    private static func key(_ name: String, _ doc: String) -> Key<Duration> {
        Key(
            name, Form<Duration>.duration(atLeast: .seconds(60), atMost: .seconds(3650 * 86_400)),
            .described("nothing is expected"), doc)
    }
}
