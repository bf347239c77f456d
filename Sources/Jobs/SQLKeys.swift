import Measures

/// The keys of job files that only jobs of statements have.
enum SQLKeys {
    static let databases = Key(
        "databases", Form<String>.glob.oneOrMany, .required,
        "The databases in which the statements are sent, by exact name or glob.")
    static let statements = Key(
        "statements", Form<StatementEntry>.statement.list, .required,
        "The statements, each sent by itself and as a transaction of its own, in their order.")
    static let statementTimeout = Key(
        "statement_timeout", limit, .described("none"),
        "What a statement may take, where it says nothing itself.")
    static let lockTimeout = Key(
        "lock_timeout", lockLimit,
        .described("`10s`; none for statements with CONCURRENTLY, whose waits stop nobody"),
        "How long a statement waits for a lock, where it says nothing itself.")
    static let keepGoing = Key(
        "keep_going", Form<Bool>.flag, .written("false"),
        "Send the next statement after one has failed; the run has failed all the same.")

    static let all = [
        databases.declaration, JobKeys.exclude.declaration, statements.declaration,
        statementTimeout.declaration, lockTimeout.declaration, keepGoing.declaration,
    ]

    fileprivate static let limit = Form<Duration>.duration(
        atLeast: .milliseconds(1), atMost: .seconds(30 * 86_400))
    fileprivate static let lockLimit = Form<Duration>.duration(
        atLeast: .milliseconds(1), atMost: .seconds(86_400))
}

/// The keys of one entry of `statements:`.
enum StatementKeys {
    static let sql = Key(
        "sql", Form<StatementText>.statementText, .required,
        "One statement; what holds several, or leads a transaction, is refused.")
    static let timeout = Key(
        "timeout", SQLKeys.limit, .described("the job's `statement_timeout`"),
        "What it may take, each time.")
    static let lockTimeout = Key(
        "lock_timeout", SQLKeys.lockLimit, .described("the job's"), "How long it waits for a lock.")
    static let repetition = Key(
        "repeat", Form<SQLSpec.Repetition?>.repetition, .described("once"),
        "Send it again until it changes or returns no row: a purge in batches. `true`, or how.")

    static let all = [
        sql.declaration, timeout.declaration, lockTimeout.declaration, repetition.declaration,
    ]
}

/// The keys of `repeat:`.
enum RepetitionKeys {
    static let pause = Key(
        "pause", Form<Duration>.duration(atLeast: .zero, atMost: .seconds(86_400)), .written("1s"),
        "Between one time and the next.")
    static let timesMax = Key(
        "max", Form<Int>.whole(1...1_000_000), .written("10000"),
        "So often at most; what is left then is left for the next run.")

    static let all = [pause.declaration, timesMax.declaration]
}
