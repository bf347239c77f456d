import Measures
import Policy

/// The keys of job files that only maintenance has.
enum MaintainKeys {
    static let databases = Key(
        "databases", Form<String>.glob.oneOrMany,
        .described("the target's own: its `databases`, or every database that allows connections"),
        "The databases to look after, by exact name or glob. One that fails does not stop the others.")
    static let freeze = Key(
        "freeze", Form<FreezeLimits>.freeze, .described("on, with the defaults of its keys"),
        "When old rows are frozen, so that transaction ids do not run out; `false` switches it off.")
    static let vacuum = Key(
        "vacuum", Form<VacuumLimits>.vacuum, .described("on, with the defaults of its keys"),
        "When dead rows are cleared away; `false` switches it off.")
    static let analyze = Key(
        "analyze", Form<AnalyzeLimits>.analyze, .described("on, with the defaults of its keys"),
        "When the statistics of the planner are taken anew; `false` switches it off.")
    static let reindex = Key(
        "reindex", Form<ReindexLimits>.reindex, .described("on, with the defaults of its keys"),
        "When indexes are rebuilt, always concurrently; `false` switches it off.")
    static let leftovers = Key(
        "leftovers", Form<Bool>.flag, .written("true"),
        "Whether invalid indexes that interrupted rebuilds of ours left are dropped. Those of others are only "
            + "reported.")
    static let blockedAfter = Key(
        "blocked_after", Form<Duration>.duration(atLeast: .seconds(1), atMost: .seconds(30 * 86_400)),
        .written("5m"),
        "A snapshot that somebody holds for longer makes VACUUM and rebuilds wait for another night; a running "
            + "pg_dump always does.")
    static let starvingAfter = Key(
        "starving_after", Form<Int>.whole(1...365), .written("3"),
        "What has not fitted into the window for so many nights in a row is reported as starving.")
    static let workers = Key(
        "workers", Form<Int>.whole(1...16), .written("1"),
        "Statements at the same time, each on another table.")
    static let costDelay = Key(
        "cost_delay", Form<Duration>.duration(atLeast: .zero, atMost: .milliseconds(100)), .written("2ms"),
        "`vacuum_cost_delay`: how long VACUUM and ANALYZE rest, up to `100ms`; `0ms` for no rest.")
    static let costLimit = Key(
        "cost_limit", Form<Int>.whole(1...10_000), .written("200"),
        "`vacuum_cost_limit`: the cost after which they rest.")
    static let bufferLimit = Key(
        "buffer_limit", Form<ByteCount>.bufferLimit, .described("the server's own"),
        "`BUFFER_USAGE_LIMIT` of VACUUM and ANALYZE, `128KiB` to `16GiB`; from PostgreSQL 16 on.")
    static let lockTimeout = Key(
        "lock_timeout", Form<Duration>.duration(atLeast: .milliseconds(10), atMost: .seconds(3600)),
        .written("2s"),
        "How long a statement that is not concurrent waits for its lock.")
    static let yieldAfter = Key(
        "yield_after", Form<Duration>.duration(atLeast: .milliseconds(100), atMost: .seconds(3600)),
        .written("5s"),
        "Our own statement is cancelled when somebody waits so long for its lock.")
    static let statementTimeout = Key(
        "statement_timeout", Form<Duration>.duration(atLeast: .seconds(1), atMost: .seconds(30 * 86_400)),
        .described("none"), "No single statement takes longer.")
    static let truncate = Key(
        "truncate", Form<Bool>.flag, .written("false"),
        "Whether VACUUM gives free pages at the end of a table back to the disk; it takes an exclusive lock for "
            + "that, on standbys too.")
    static let all = [
        databases.declaration, JobKeys.exclude.declaration, freeze.declaration, vacuum.declaration,
        analyze.declaration, reindex.declaration, leftovers.declaration, blockedAfter.declaration,
        starvingAfter.declaration, workers.declaration, costDelay.declaration, costLimit.declaration,
        bufferLimit.declaration, lockTimeout.declaration, yieldAfter.declaration,
        statementTimeout.declaration, truncate.declaration,
    ]
}

/// The keys inside `freeze:`, `vacuum:`, `analyze:` and `reindex:`.
enum NeedKeys {
    static let sizeMax = Key(
        "max_size", Form<ByteCount>.positive, .described("no bound"),
        "Larger ones are skipped, and named.")
    static let include = Key(
        "include", Form<NamePattern>.objectPattern.oneOrMany, .described("all"),
        "Only these, as `schema.name` or `name` for any schema, by exact name or glob; the name of a table stands for "
            + "its indexes too.")
    static let exclude = Key(
        "exclude", Form<NamePattern>.objectPattern.oneOrMany, .described("none"),
        "Left out after that.")
    static let share = Key(
        "share", Form<Double>.decimal(0.01...1), .written("0.5"),
        "From this share of `autovacuum_freeze_max_age`, and of `autovacuum_multixact_freeze_max_age`, on: by night, "
            + "before autovacuum must do it by day. A lower one of the table's own counts instead.")
    static let emergencyAge = Key(
        "emergency_age", Form<Int>.whole(1_000...2_000_000_000), .written("500000000"),
        "Above this age, in transactions or multixacts, a table is frozen outside the window too.")
    static let vacuumFactor = Key(
        "factor", Form<Double>.decimal(0.01...100), .written("0.5"),
        "Times the number of dead or inserted rows at which autovacuum would come to the table, by the table's own "
            + "parameters.")
    static let analyzeFactor = Key(
        "factor", Form<Double>.decimal(0.01...100), .written("0.5"),
        "Times the number of modified rows at which autovacuum would analyze the table.")
    static let parentsEvery = Key(
        "parents_every", Form<Duration>.duration(atLeast: .seconds(60), atMost: .seconds(3650 * 86_400)),
        .written("7d"),
        "Partitioned tables, which autovacuum never analyzes, have their turn so often, and when their partitions "
            + "were modified.")
    static let reindexFactor = Key(
        "factor", Form<Double>.decimal(1.1...100), .written("2"),
        "Times the bytes for each row that the index had right after its last rebuild; before there was one, times the "
            + "size that the statistics let expect, which pgstattuple confirms where it is installed.")

    static let ofFreeze = [sizeMin("0").declaration] + shared + [share.declaration, emergencyAge.declaration]
    static let ofVacuum = [sizeMin("64KiB").declaration] + shared + [vacuumFactor.declaration]
    static let ofAnalyze =
        [sizeMin("0").declaration] + shared + [analyzeFactor.declaration, parentsEvery.declaration]
    static let ofReindex = [sizeMin("10MiB").declaration] + shared + [reindexFactor.declaration]

    private static let shared = [sizeMax.declaration, include.declaration, exclude.declaration]

    static func sizeMin(_ standard: String) -> Key<ByteCount> {
        Key(
            "min_size", Form<ByteCount>.byteCount, .written(standard),
            "Smaller ones are left alone; a table counts with its TOAST table, an index by itself.")
    }
}
