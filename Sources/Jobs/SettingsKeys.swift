import Measures
import Policy

/// The keys of `pgvigil.yaml`.
enum SettingsKeys {
    static let catalog = Key(
        "catalog", Form<CatalogLocation>.catalog, .written("embedded"),
        "Where the records of runs and backups are kept: `embedded` is a private PostgreSQL server under "
            + "the state "
            + "directory, and a connection URL is a database of your own, on a server from version 12 on.")
    static let state = Key(
        "state", Form<String>.path,
        .described("`/var/lib/pgvigil/state` for root, else `~/.local/state/pgvigil/state`"),
        "Folder for locks, the embedded catalog, and private files of running jobs.")
    static let targets = Key(
        "targets", Form<TargetEntry>.target.named("target"),
        .described("`main` of `DATABASE_URL`, and one of every `*_DATABASE_URL`"),
        "The PostgreSQL servers to take care of: a connection URL, or the keys below.")
    static let stores = Key(
        "stores", Form<String>.store.named("store"),
        .described("`local` at `/var/lib/pgvigil/store` for root, else `~/.local/state/pgvigil/store`"),
        "The folders that backups go to: a path, or the key below.")
    static let windows = Key(
        "windows", Form<Window>.window.named("window"), .described("none"),
        "When heavy work may run, for `window=NAME` in a crontab: openings such as `Mon-Fri 22:00-06:00`, "
            + "or the "
            + "keys below.")
    static let limits = Key(
        "limits", Form<Limits>.limits, .described("as below"), "Bounds on what runs at the same time.")
    static let clients = Key(
        "clients", Form<String>.path.oneOrMany, .described("none"),
        "Folders with PostgreSQL's programs, looked at before `/usr/lib/postgresql/*/bin` and `PATH`.")
    static let zone = Key(
        "zone", Form<String>.zone, .described("the machine's"),
        "The time zone of crontab lines and windows that name none.")

    static let all = [
        catalog.declaration, state.declaration, targets.declaration, stores.declaration, windows.declaration,
        limits.declaration, clients.declaration, zone.declaration,
    ]
}

/// The keys of one entry of `targets:`.
enum TargetKeys {
    static let url = Key(
        "url", Form<ConnectionInfo>.connection, .required,
        "A connection URL or string: all that libpq takes, and what application frameworks write.")
    static let password = Key(
        "password", Form<String>.secret("text"), .described("the URL's"),
        "The password, when it is not in the URL; here it needs no percent-encoding.")
    static let databases = Key(
        "databases", Form<String>.glob.oneOrMany, .described("every database that allows connections"),
        "The databases that a job takes when it names none, by exact name or glob.")

    static let all = [url.declaration, password.declaration, databases.declaration]
}

/// The key of one entry of `stores:`.
enum StoreKeys {
    static let path = Key(
        "path", Form<String>.path, .required,
        "The folder, absolute or from the folder of this file; `~/` is the home directory.")

    static let all = [path.declaration]
}

/// The keys of one entry of `windows:`.
enum WindowKeys {
    static let zone = Key(
        "zone", Form<String>.zone, .described("that of the crontab line"), "The time zone of the openings.")
    static let open = Key(
        "open", Form<Window.Opening>.opening.oneOrMany, .required,
        "Openings such as `22:00-06:00`, `Mon-Fri 22:00-06:00` or `Sat,Sun 00:00-24:00`. The days are those "
            + "on which "
            + "an opening begins; an end that is not after the beginning is on the next day.")

    static let all = [zone.declaration, open.declaration]
}

/// The keys of `limits:`.
enum LimitKeys {
    static let runs = Key("runs", Form<Int>.whole(1...64), .written("2"), "Runs at the same time.")
    static let connectTimeout = Key(
        "connect_timeout", Form<Duration>.duration(atLeast: .seconds(1), atMost: .seconds(600)),
        .written("10s"),
        "A connection that takes longer has failed.")
    static let freeSpace = Key(
        "free_space", Form<ByteCount>.byteCount, .written("256MiB"),
        "What must remain free in a store after a backup of the expected size.")

    static let all = [runs.declaration, connectTimeout.declaration, freeSpace.declaration]
}
