import Measures
import Policy

/// The keys of one entry of `windows:`.
enum WindowKeys {
    static let zone = Key(
        "zone", Form<String>.zone, .described("that of the crontab line"), "The time zone of the openings.")
    static let open = Key(
        "open", Form<Window.Opening>.opening.oneOrMany, .described("must be written, unless `learn` is"),
        "Openings such as `22:00-06:00`, `Mon-Fri 22:00-06:00` or `Sat,Sun 00:00-24:00`. The days are those "
            + "on which "
            + "an opening begins; an end that is not after the beginning is on the next day.")
    static let closed = Key(
        "closed", Form<Window.ClosedDays>.closedDays.oneOrMany, .described("none"),
        "Days on which no opening begins, and at whose midnight one of the evening before ends: "
            + "`2026-12-24`, or `2026-12-24..2026-12-26` with both ends.")
    static let guards = Key(
        "guards", Form<[GuardRule]>.guards, .described("none"),
        "What must hold while a job waits for its start and while it works.")

    static let learn = Key(
        "learn", Form<LearnEntry>.learn, .described("the hours are those of `open`"),
        "Chooses the quietest hours of each night from the target's traffic, in place of `open`; `{}` takes "
            + "every default. "
            + "Until there is enough to choose by, the hours of `fallback` hold.")
    static let fallback = Key(
        "fallback", Form<String>.text("name of a window"), .described("must be written with `learn`"),
        "The window whose hours hold until there is enough to choose by, and again if there no longer is. "
            + "Its zone, closed days and guards hold where this window has none.")

    static let all = [
        zone.declaration, open.declaration, learn.declaration, fallback.declaration, closed.declaration,
        guards.declaration,
    ]
}

/// The keys of `windows.NAME.learn`.
enum LearnKeys {
    static let length = Key(
        "length", Form<Int>.quarters, .written("3h"),
        "How long the quiet stretch of each night is, a multiple of 15 minutes.")
    static let within = Key(
        "within", Form<Window.Opening>.hours, .written("20:00-08:00"),
        "The hours that it must lie in, by the window's zone; an end that is not after the beginning is on the "
            + "next day.")
    static let days = Key(
        "days", Form<Int>.whole(QuietSearch.daysMin...QuietSearch.daysMax), .written("28"),
        "How many days of traffic count; nothing is chosen before 14 are on record.")
    static let target = Key(
        "target", Form<String>.text("name of a target"), .described("the only target"),
        "Whose traffic it is. It must be named where there are several.")

    static let all = [length.declaration, within.declaration, days.declaration, target.declaration]
}

/// The keys of `windows.NAME.guards`, one for each ``Policy/GuardKind``.
enum GuardKeys {
    static let all: [(kind: GuardKind, key: Key<Double>)] = GuardKind.allCases.map { kind in
        (kind, Key(kind.rawValue, form(kind), .described("not looked at"), doc(kind)))
    }

    private static func form(_ kind: GuardKind) -> Form<Double> {
        switch kind {
        case .activeSessions, .transactionsPerSecond:
            Form<Int>.whole(0...1_000_000).map { number, _ in Double(number) }
        case .longestTransaction, .replicationLag:
            Form<Duration>.duration(atLeast: .seconds(1), atMost: .seconds(365 * 86_400))
                .map { duration, _ in duration / .seconds(1) }
        case .freeDisk: Form<ByteCount>.byteCount.map { size, _ in Double(size.bytes) }
        case .walRate: Form<ByteCount>.positive.map { size, _ in Double(size.bytes) }
        case .load: Form<Double>.decimal(0.01...1000)
        }
    }

    private static func doc(_ kind: GuardKind) -> String {
        switch kind {
        case .activeSessions: "At most so many sessions of others are active on each target."
        case .transactionsPerSecond:
            "At most so many transactions a second end, over all databases of each target."
        case .longestTransaction: "The oldest open transaction of others is no older than this."
        case .replicationLag:
            "The slowest standby, or the target itself if it is one, lags behind by no more than this."
        case .walRate:
            "The server writes at most so much write-ahead log a second, our own work's among it."
        case .freeDisk: "At least so much is free in the job's store."
        case .load: "The one-minute load average of our own host, divided by its cores, is at most this."
        }
    }
}
