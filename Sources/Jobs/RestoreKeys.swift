import Measures

/// The keys of job files that only drills and verifications have.
enum DrillKeys {
    static let databases = Key(
        "databases", Form<String>.glob.oneOrMany, .described("every database that the store has backups of"),
        "The databases whose backups are taken, by exact name or glob. One that fails does not stop the "
            + "others.")
    static let backup = Key(
        "backup", Form<BackupChoice>.backupChoice, .written("latest"),
        "Which backup of each database is restored: `latest`, `random`, `rotate:1/8` (an eighth of the kept "
            + "ones each time, first those whose last proof is longest ago), or an id.")
    static let store = Key(
        "store", Form<String>.text("name"), .written("local"), "The store that the backups are in.")
    static let proof = Key(
        "proof", Form<DrillSpec.Proof>.choice, .written("content"),
        "How closely rows are compared with the archive: `rows` counts them, `content` compares a digest of "
            + "every table.")
    static let contentMax = Key(
        "content_max", Form<ByteCount>.byteCount, .described("no bound"),
        "Tables with more data than this are proven by their row counts, and one of them, another one at "
            + "each drill, by its content too.")
    static let location = Key(
        "where", Form<DrillSpec.Location>.location, .written("throwaway"),
        "Where it restores: `throwaway` is a private server that is removed afterwards, and `target/NAME` a "
            + "database of its own on that target.")
    static let disk = Key(
        "disk", Form<ByteCount>.byteCount, .described("what is free"),
        "What the throwaway server may take on the disk; a drill that needs more could not verify.")
    static let memory = Key(
        "memory", Form<ByteCount>.byteCount, .described("by the machine's size"),
        "What the throwaway server may take for caches and sorting.")
    static let workers = Key(
        "workers", Form<Int>.whole(1...64), .described("as many as there are cores"),
        "Processes that restore at the same time (`pg_restore -j`).")
    static let amcheck = Key(
        "amcheck", Form<Bool>.flag, .written("true"),
        "Whether every B-tree index is checked, where the extension amcheck is there.")
    static let assertions = Key(
        "assert", Form<Assertion>.assertion.list, .described("none"),
        "Questions to the restored databases, each with the answer that is expected.")
    static let stores = Key(
        "stores", Form<String>.text("name").oneOrMany, .described("every store"),
        "The stores whose backups are read again.")
    static let turn = Key(
        "backup", Form<BackupChoice>.backupChoice, .written("rotate:1/7"),
        "Which backups are read again: `rotate:1/7` (a seventh of the kept ones each time, first those that "
            + "were read longest ago), `latest`, `random`, or an id.")
    static let minAge = Key(
        "min_age", Form<Duration>.duration(atLeast: .zero, atMost: .seconds(3650 * 86_400)),
        .written("1d"),
        "Younger backups are left alone: they were verified when they were made.")
    static let level = Key(
        "level", Form<BackupSpec.Verify>.choice, .written("decode"),
        "`decode` decodes every block and hashes every file, `hash` only hashes.")

    /// The keys of drills.
    static let ofDrill = [
        databases.declaration, JobKeys.exclude.declaration, backup.declaration, store.declaration,
        proof.declaration, contentMax.declaration, location.declaration, disk.declaration,
        memory.declaration, workers.declaration, amcheck.declaration, assertions.declaration,
    ]

    /// The keys of verifications.
    static let ofVerify = [
        stores.declaration, databases.declaration, JobKeys.exclude.declaration, turn.declaration,
        minAge.declaration, level.declaration,
    ]
}

/// The keys of job files that only restores have.
enum RestoreKeys {
    static let backup = Key(
        "backup", Form<String>.text("reference to a backup"), .required,
        "What is restored: `latest:target/database`, the beginning of an id, or the path of a backup set.")
    static let at = Key(
        "at", Form.instant, .described("now"),
        "With `latest:`, the newest backup that was begun by then, such as `2026-11-20T02:00Z`.")
    static let to = Key(
        "to", Form<RestoreSpec.Destination>.destination, .required,
        "The database that is made of it, as `target/database`.")
    static let replace = Key(
        "replace", Form<Bool>.flag, .written("false"),
        "Whether a database of that name is replaced. It is swapped by renaming once all is restored; the old "
            + "one stays under another name.")
    static let tables = Key(
        "tables", Form<String>.text("name").oneOrMany, .described("all"),
        "Only these tables, as `name` or `schema.name`, with all that belongs to them and all that they cannot be "
            + "without; a foreign key comes only where both tables do.")
    static let schemas = Key(
        "schemas", Form<String>.text("name").oneOrMany, .described("all"),
        "Only these schemas, with all that they cannot be without.")
    static let dataOnly = Key(
        "data_only", Form<Bool>.flag, .written("false"), "Only the rows, into tables that are there.")
    static let schemaOnly = Key(
        "schema_only", Form<Bool>.flag, .written("false"), "Only the definitions, without rows.")
    static let globals = Key(
        "globals", Form<Bool>.flag, .written("false"),
        "Also replay the roles and tablespaces that the backup holds; what is there stays as it is.")
    static let dropOld = Key(
        "drop_old", Form<Bool>.flag, .written("false"),
        "Drop the database that was replaced, once the new one is in its place.")
    static let disconnect = Key(
        "disconnect", Form<Bool>.flag, .written("false"),
        "End the sessions of others in the database that is replaced.")

    static let keepGoing = Key(
        "keep_going", Form<Bool>.flag, .written("false"),
        "Keep the database, and put it in its place, even if not all of it could be restored; the run has failed "
            + "all the same.")

    static let all = [
        backup.declaration, at.declaration, to.declaration, replace.declaration, tables.declaration,
        schemas.declaration, dataOnly.declaration, schemaOnly.declaration, globals.declaration,
        DrillKeys.workers.declaration, dropOld.declaration, disconnect.declaration,
        keepGoing.declaration,
    ]
}

/// The keys of one entry of `assert:`.
enum AssertionKeys {
    static let sql = Key(
        "sql", Form<String>.text("SQL"), .required, "One statement that reads; it may not write.")
    static let database = Key(
        "database", Form<String>.glob, .described("every database"),
        "The databases that it is asked in, by exact name or glob.")
    static let name = Key(
        "name", Form<String>.text("text"), .described("the statement"), "What the report calls it.")
    static let expect = Key(
        "expect", Form<Assertion.Expectation>.expectation, .described("`max_age` is written"),
        "`rows > 0` compares how many rows there are, `value = 42` the first column of the first row; with "
            + "=, !=, <, <=, > or >=.")
    static let maxAge = Key(
        "max_age", Form<Duration>.duration(atLeast: .zero, atMost: .seconds(36_500 * 86_400)),
        .described("`expect` is written"),
        "The first column of the first row is an instant that lies no further back from the start of the "
            + "backup than this.")

    static let all = [
        sql.declaration, database.declaration, name.declaration, expect.declaration, maxAge.declaration,
    ]
}
