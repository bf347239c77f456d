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
        "windows", Form<WindowEntry>.window.named("window"), .described("none"),
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
    static let labels = Key(
        "labels", Form<[String: String]>.labels, .described("none"),
        "What this machine's daemon is, such as `{site: fra}`, for jobs that run on some only (`on`).")
    static let daemon = Key(
        "daemon", Form<DaemonSettings>.daemon, .described("as below"),
        "How `pgvigil serve` holds its place among others, and how it stops.")
    static let web = Key(
        "web", Form<WebSettings>.web, .described("as below"), "Where metrics and health are served.")
    static let notifications = Key(
        "notifications", Form<ChannelEntry>.channel.named("notification"), .described("none"),
        "Who is told of events, and how: each entry has one of `webhook`, `ping`, `mail` and `command`.")

    static let all = [
        catalog.declaration, state.declaration, targets.declaration, stores.declaration, windows.declaration,
        limits.declaration, clients.declaration, zone.declaration, labels.declaration, daemon.declaration,
        web.declaration, notifications.declaration,
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
    static let objectives = Key(
        "objectives", Form<Objectives>.objectives, .described("none"),
        "What is expected of its backups; a breach is told of even if nothing ran at all.")

    static let all = [
        url.declaration, password.declaration, databases.declaration, objectives.declaration,
    ]
}

/// The key of one entry of `stores:`.
enum StoreKeys {
    static let path = Key(
        "path", Form<String>.path, .required,
        "The folder, absolute or from the folder of this file; `~/` is the home directory.")

    static let all = [path.declaration]
}

/// The keys of `limits:`.
enum LimitKeys {
    static let runs = Key(
        "runs", Form<Int>.whole(1...1000), .written("4"),
        "Runs at the same time, of all daemons of the catalog together.")
    static let heavyPerTarget = Key(
        "heavy_per_target", Form<Int>.whole(1...64), .written("1"),
        "Heavy runs at the same time on one target: backups, and commands that say `heavy: true`.")
    static let writersPerStore = Key(
        "writers_per_store", Form<Int>.whole(1...64), .written("2"),
        "Runs that write into one store at the same time.")
    static let drills = Key(
        "drills", Form<Int>.whole(1...64), .written("1"),
        "Drills in throwaway servers at the same time, of all daemons of the catalog together.")
    static let connectTimeout = Key(
        "connect_timeout", Form<Duration>.duration(atLeast: .seconds(1), atMost: .seconds(600)),
        .written("10s"),
        "A connection that takes longer has failed.")
    static let freeSpace = Key(
        "free_space", Form<ByteCount>.byteCount, .written("256MiB"),
        "What must remain free in a store after a backup of the expected size.")

    static let all = [
        runs.declaration, heavyPerTarget.declaration, writersPerStore.declaration, drills.declaration,
        connectTimeout.declaration, freeSpace.declaration,
    ]
}

/// The keys of `daemon:`.
enum DaemonKeys {
    static let lease = Key(
        "lease", Form<Duration>.duration(atLeast: .seconds(10), atMost: .seconds(600)), .written("30s"),
        "How long the others wait for a daemon that says nothing before they take its runs over.")
    static let grace = Key(
        "grace", Form<Duration>.duration(atLeast: .zero, atMost: .seconds(86_400)), .written("60s"),
        "How long running runs may go on after SIGTERM before they are stopped.")

    static let all = [lease.declaration, grace.declaration]
}

/// The key of `web:`.
enum WebKeys {
    static let listen = Key(
        "listen", Form<WebSettings>.listen, .written("off"),
        "Where `/metrics`, `/healthz` and `/readyz` are served, such as `127.0.0.1:9187` or `[::1]:9187`. "
            + "Nobody is asked for a password there.")

    static let all = [listen.declaration]
}
