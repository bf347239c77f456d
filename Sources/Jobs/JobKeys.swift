import Policy

/// The keys of a job file, `jobs/*.yaml`.
enum JobKeys {
    static let kind = Key(
        "kind", Form<JobKind>.kind, .written("backup"),
        "What the job does: `backup`; `drill`, which restores backups to prove them; `verify`, which reads "
            + "them again; `restore`; `maintain`, which vacuums, analyzes and rebuilds indexes where there is need; "
            + "`sql`, statements of your own; or `command`, a program of your own.")
    static let target = Key(
        "target", Form<String>.glob.oneOrMany, .described("every target"),
        "The targets it works on, by exact name or glob.")
    static let hooks = Key(
        "hooks", Form<Hooks>.hooks, .described("none"),
        "Commands around a run, each a list of a program and its arguments, without a shell.")
    static let labels = Key(
        "on", Form<[String: String]>.labels, .described("every daemon"),
        "The labels that a daemon must have to run it, such as `{site: fra}`.")
    static let whenCatalogDown = Key(
        "when_catalog_down", Form<CatalogDownRule>.choice,
        .described("`skip`; for backups `run`, unless another daemon could run it"),
        "Whether a run starts while the catalog cannot be reached; its record follows later.")
    static let windowEnd = Key(
        "window_end", Form<Perseverance>.choice,
        .described("`finish`; for maintenance and statements `stop`"),
        "What a run does when its window closes.")
    static let guardTrip = Key(
        "guard_trip", Form<Perseverance>.choice,
        .described("`finish`; for maintenance and statements `stop`"),
        "What a run does when a guard of its window no longer holds.")
    static let expected = Key(
        "expected", Form<Duration>.duration(atLeast: .seconds(1), atMost: .seconds(30 * 86_400)),
        .described("`10m`; `30m` for drills, verifications and restores"),
        "How long a run is expected to take, until there is a history of successes. A run starts only if "
            + "that fits into its window.")
    static let command = Key(
        "command", Form<[String]>.command, .required,
        "The program and its arguments, as a list; no shell looks at them. Exit status 0 is a success.")
    static let heavy = Key(
        "heavy", Form<Bool>.flag, .written("false"),
        "Whether it counts as heavy work on its targets, which then run nothing else heavy meanwhile.")
    static let timeouts = Key(
        "timeouts", Form<[String: Duration]>.timeouts, .described("none"), "Limits for single steps.")
    static let objectives = Key(
        "objectives", Form<Objectives>.objectives, .described("none"),
        "What is expected of the backups it makes; a breach is told of even if nothing ran at all.")
    static let databases = Key(
        "databases", Form<String>.glob.oneOrMany,
        .described("the target's own: its `databases`, or every database that allows connections"),
        "The databases to back up, by exact name or glob. One that fails does not stop the others.")
    static let exclude = Key(
        "exclude", Form<String>.glob.oneOrMany, .described("none"),
        "Databases that are left out after that, by exact name or glob.")
    static let format = Key(
        "format", Form<BackupSpec.Format>.choice, .written("custom"),
        "The format of pg_dump: one compressed file, a folder with a file for each table, or SQL text.")
    static let compression = Key(
        "compression", Form<BackupSpec.Compression>.compression,
        .described("`isal:2` in the custom format, else `zlib:6`"),
        "`none`, `isal:1` to `isal:3`, `zlib:0` to `zlib:9`, `lz4`, or `zstd:1` to `zstd:22`. isal is zlib's format, "
            + "written three times as fast, in the custom format only. lz4 and zstd need pg_dump 16 or later."
    )
    static let writer = Key(
        "writer", Form<BackupSpec.Writer>.choice, .written("pgvigil"),
        "Who compresses a custom archive: `pgvigil`, on all cores and with isal or zlib, or `pg_dump` itself, on "
            + "one. Both make archives that pg_restore reads; lz4, zstd and none are always pg_dump's.")
    static let connections = Key(
        "connections", Form<WorkerCount>.workerCount(1...16),
        .described("`auto`: 2 for databases of 128 MiB and more, else 1"),
        "Connections that read the tables of a custom archive in one snapshot; large tables are split between them. "
            + "For archives that pgvigil writes.")
    static let workers = Key(
        "workers", Form<WorkerCount>.workerCount(1...64),
        .described(
            "`auto`: one for each core, fewer on a busy host and within the guard `load` of the window"),
        "Threads that compress a custom archive; in the directory format the connections that dump (`pg_dump -j`)."
    )
    static let globals = Key(
        "globals", Form<Bool>.flag, .written("true"),
        "Also save the roles and tablespaces of the server, which no dump of a database holds.")
    static let verify = Key(
        "verify", Form<BackupSpec.Verify>.choice, .written("decode"),
        "What is read back from the disk before the backup counts: `decode` decodes every block and hashes "
            + "every "
            + "file, `hash` only hashes.")
    static let keep = Key(
        "keep", Form<Retention>.keep, .described("everything"),
        "How many verified backups stay, for each target and database. A backup stays if one rule keeps it.")
    static let store = Key(
        "store", Form<String>.text("name"), .written("local"), "The store that the backups go to.")
    static let timeout = Key(
        "timeout", Form<Duration>.duration(atLeast: .seconds(1), atMost: .seconds(30 * 86_400)),
        .written("12h"),
        "A run that takes longer is stopped and recorded as timed out.")
    static let retry = Key(
        "retry", Form<RetryPolicy>.retry, .described("one attempt"),
        "How often a run is tried when what went wrong may pass.")
    static let schemas = Key(
        "schemas", Form<String>.text("pattern of pg_dump").oneOrMany, .described("all"),
        "Only these schemas (`pg_dump --schema`). The backup is marked partial: extensions and large "
            + "objects are "
            + "not in it.")
    static let excludeSchemas = Key(
        "exclude_schemas", Form<String>.text("pattern of pg_dump").oneOrMany, .described("none"),
        "Schemas that are left out (`--exclude-schema`). The backup is marked partial.")
    static let tables = Key(
        "tables", Form<String>.text("pattern of pg_dump").oneOrMany, .described("all"),
        "Only these tables (`--table`). The backup is marked partial.")
    static let excludeTables = Key(
        "exclude_tables", Form<String>.text("pattern of pg_dump").oneOrMany, .described("none"),
        "Tables that are left out (`--exclude-table`). The backup is marked partial.")
    static let excludeTableData = Key(
        "exclude_table_data", Form<String>.text("pattern of pg_dump").oneOrMany, .described("none"),
        "Tables that are saved without their rows (`--exclude-table-data`). The backup is marked partial.")

    static let snapshotCounts = Key(
        "snapshot_counts", Form<Bool>.flag, .written("false"),
        "Also count the rows of every table at the source, in the snapshot that is dumped, so that pg_dump "
            + "itself is checked; it reads every table once more.")

    /// The keys of every kind.
    static let common = [
        kind.declaration, target.declaration, timeout.declaration, retry.declaration, hooks.declaration,
        labels.declaration, whenCatalogDown.declaration, windowEnd.declaration, guardTrip.declaration,
        expected.declaration,
    ]

    /// The keys that only backups have.
    static let ofBackup = [
        databases.declaration, exclude.declaration, format.declaration, compression.declaration,
        writer.declaration, workers.declaration, connections.declaration, globals.declaration,
        verify.declaration, keep.declaration, store.declaration,
        timeouts.declaration, objectives.declaration, schemas.declaration, excludeSchemas.declaration,
        tables.declaration, excludeTables.declaration, excludeTableData.declaration,
        snapshotCounts.declaration,
    ]

    /// The keys that only commands have.
    static let ofCommand = [command.declaration, heavy.declaration]

    /// The kinds that this version runs, in the order of the documentation.
    static let kinds = [JobKind.backup, .drill, .verify, .restore, .maintain, .sql, .command]

    /// The keys that a kind has beside the common ones.
    static func own(of kind: JobKind) -> [KeyDeclaration] {
        switch kind {
        case .backup: ofBackup
        case .drill: DrillKeys.ofDrill
        case .verify: DrillKeys.ofVerify
        case .restore: RestoreKeys.all
        case .command: ofCommand
        case .maintain: MaintainKeys.all
        case .sql: SQLKeys.all
        }
    }

    /// All keys that a kind has.
    static func keys(of kind: JobKind) -> [KeyDeclaration] { common + own(of: kind) }

    /// Every key of any kind; of those that several kinds have, the first kind's.
    static let all = {
        var names: Set<String> = []
        return (common + kinds.flatMap(own)).filter { names.insert($0.name).inserted }
    }()

    /// What a run does when its window closes or a guard trips, where the file does not say it.
    static func perseverance(_ kind: JobKind) -> Perseverance {
        switch kind {
        case .backup, .command, .drill, .verify, .restore: .finish
        case .maintain, .sql: .stop
        }
    }

    /// How long a run is expected to take where neither the file nor history says it.
    static func expected(_ kind: JobKind) -> Duration {
        switch kind {
        case .backup, .command, .maintain, .sql: .seconds(600)
        case .drill, .verify, .restore: .seconds(1800)
        }
    }
}

/// The keys of `keep:`.
enum KeepKeys {
    static let last = number("last", "So many of the newest backups.")
    static let hourly = number("hourly", "The newest backup of each of the last so many hours that have one.")
    static let daily = number("daily", "The newest backup of each of the last so many days that have one.")
    static let weekly = number("weekly", "The same for weeks; they begin on Monday (ISO 8601).")
    static let monthly = number("monthly", "The same for months.")
    static let yearly = number("yearly", "The same for years.")
    static let within = Key(
        "within", Form<Duration>.duration(atLeast: .seconds(60), atMost: .seconds(36_500 * 86_400)),
        .described("no such rule"), "Every backup that is not older than this.")

    static let all = [
        last.declaration, hourly.declaration, daily.declaration, weekly.declaration, monthly.declaration,
        yearly.declaration, within.declaration,
    ]

    private static func number(_ name: String, _ doc: String) -> Key<Int> {
        Key(name, Form<Int>.whole(1...100_000), .described("no such rule"), doc)
    }
}

/// The keys of `retry:`.
enum RetryKeys {
    static let attempts = Key(
        "attempts", Form<Int>.whole(1...100), .written("1"), "How often a run is tried; the first try counts."
    )
    static let backoff = Key(
        "backoff", Form<ClosedRange<Duration>>.durationRange, .written("1m..15m"),
        "The wait before the second attempt, and the longest one; each wait is twice the one before.")

    static let all = [attempts.declaration, backoff.declaration]
}
