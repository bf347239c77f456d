/// What the second connection sees of our statement at one moment.
struct WatchReading: Equatable {
    /// The phase of an index build; nil while there is none.
    var phase: String?
    /// Others that wait for what we hold: their process, and who they are.
    var waiters: [Int64: String] = [:]
    /// Of those, workers of autovacuum.
    var autovacuums: Set<Int64> = []
    /// Whom we wait for; nil while we do not.
    var holders: String?
    /// A dump of this database; nil while there is none.
    var dump: String?
}

/// Decides when our own statement is cancelled, by what is seen of it from time to time.
struct WatchRule {
    /// A vacuum is of its own kind: an autovacuum that waits for it wants what it does. Only one that prevents the wraparound
    /// waits at all (`table_recheck_autovac` in autovacuum.c), and if it had its way, all would begin anew.
    enum Kind { case plain, vacuum, rebuild }

    let kind: Kind
    /// Somebody may wait so long for what we hold; nil for as long as we need, in an emergency.
    let yieldAfter: Duration?
    /// We may wait so long for our own lock, before anything was done; nil where the server sees to it.
    let lockTimeout: Duration?
    /// It may take so long.
    let limit: Duration?
    let pace: MaintenancePace

    private var waiting: [Int64: Duration] = [:]
    private var blockedSince: Duration?
    private var reasonSince: Duration?
    /// The last that we waited for.
    private(set) var holders: String?
    private(set) var phase: String?

    init(
        kind: Kind, yieldAfter: Duration?, lockTimeout: Duration? = nil, limit: Duration? = nil,
        pace: MaintenancePace = MaintenancePace()
    ) {
        self.kind = kind
        self.yieldAfter = yieldAfter
        self.lockTimeout = lockTimeout
        self.limit = limit
        self.pace = pace
    }

    /// - Parameters:
    ///   - reason: What somebody told; nil for nothing.
    ///   - time: Since the statement was sent.
    /// - Returns: Why it is to be cancelled now; nil to go on.
    mutating func look(_ reading: WatchReading, reason: StopReason?, at time: Duration) -> StopReason? {
        phase = reading.phase ?? phase
        holders = reading.holders ?? holders
        let stage = kind == .rebuild ? ReindexPhase(reading.phase) : .before
        if let who = waiter(reading, at: time), stage.yields { return .waiter(who) }
        if let who = lockWait(reading, at: time) { return .lockTaken(who) }
        if let dump = reading.dump, kind == .rebuild, stage == .before || stage == .building {
            // What is built would wait for it until its end, and a dump has one snapshot for all of its run.
            return .told("\(dump) has begun, whose end it would wait for")
        }
        guard let reason = reason ?? limit.flatMap({ time >= $0 ? .tooLong($0) : nil }) else { return nil }
        let since = reasonSince ?? time
        reasonSince = since
        return time - since >= stage.patience(pace) ? reason : nil
    }

    private mutating func waiter(_ reading: WatchReading, at time: Duration) -> String? {
        let others = reading.waiters.keys.filter { kind != .vacuum || !reading.autovacuums.contains($0) }
        waiting = Dictionary(
            others.map { ($0, waiting[$0] ?? time) }, uniquingKeysWith: { first, _ in first })
        let longest = waiting.min { ($0.value, $0.key) < ($1.value, $1.key) }
        guard let yieldAfter, let longest, time - longest.value >= yieldAfter else { return nil }
        return reading.waiters[longest.key]
    }

    private mutating func lockWait(_ reading: WatchReading, at time: Duration) -> String? {
        guard let lockTimeout, reading.phase == nil, let holders = reading.holders else {
            blockedSince = nil
            return nil
        }
        let since = blockedSince ?? time
        blockedSince = since
        return time - since >= lockTimeout ? holders : nil
    }
}
