package import Engine
package import Faults
package import FoundationEssentials
package import Measures

/// The catalog in memory behind its ports: does what the real one does, as the conformance suites check.
package actor MemoryRunBook: RunBook, DaemonBook {
    var catalog = MemoryCatalog()
    let clock: @Sendable () -> Date
    private var outage: AnyFault?

    /// An empty book.
    ///
    /// - Parameter clock: The catalog's own clock; without one, it stands still.
    package init(
        clock: @escaping @Sendable () -> Date = { Date(timeIntervalSince1970: 1_795_307_400) }
    ) {
        self.clock = clock
    }

    /// From now on every call throws this fault, as if the catalog were down; nil ends that.
    package func fail(with fault: AnyFault?) {
        outage = fault
    }

    /// Why a set was marked removed; nil unless it was.
    package func removal(of backup: UUID) -> String? { catalog.removal(of: backup) }

    /// Lets a lease run out at once.
    package func expire(_ daemon: UUID) { catalog.expire(daemon, now: clock()) }

    func check() throws(AnyFault) {
        if let outage { throw outage }
    }
}

// MARK: - Writing

extension MemoryRunBook {
    package func begin(_ run: RunRecord) async throws(AnyFault) -> RunStart {
        try check()
        return try catalog.begin(run, now: clock())
    }

    package func end(_ run: UUID, lease: Lease?, outcome: Outcome, summary: String, at: Date)
        async throws(AnyFault)
    {
        try check()
        try catalog.end(run, lease: lease, outcome: outcome, summary: summary, at: at, now: clock())
    }

    package func record(_ attempt: AttemptRecord, lease: Lease?) async throws(AnyFault) {
        try check()
        try catalog.record(attempt, lease: lease, now: clock())
    }

    package func record(_ step: StepRecord, lease: Lease?) async throws(AnyFault) {
        try check()
        try catalog.record(step, lease: lease, now: clock())
    }

    package func record(_ backup: BackupRecord) async throws(AnyFault) {
        try check()
        catalog.record(backup, now: clock())
    }

    package func markRemoved(_ backup: UUID, at: Date, reason: String) async throws(AnyFault) {
        try check()
        catalog.markRemoved(backup, at: at, reason: reason, now: clock())
    }
}

// MARK: - Reading

extension MemoryRunBook {
    package func runs(_ query: RunQuery, limit: Int) async throws(AnyFault) -> [RunRecord] {
        try check()
        return catalog.runs(query, limit: limit)
    }

    package func runs(idPrefix prefix: String) async throws(AnyFault) -> [RunRecord] {
        try check()
        return catalog.runs(idPrefix: prefix)
    }

    package func attempts(of run: UUID) async throws(AnyFault) -> [AttemptRecord] {
        try check()
        return catalog.attempts(of: run)
    }

    package func steps(of run: UUID) async throws(AnyFault) -> [StepRecord] {
        try check()
        return catalog.steps(of: run)
    }

    package func backups(target: String?) async throws(AnyFault) -> [BackupRecord] {
        try check()
        return catalog.backups(target: target)
    }

    package func durations(ofJob job: String, limit: Int) async throws(AnyFault) -> [Duration] {
        try check()
        return catalog.durations(ofJob: job, limit: limit)
    }

    package func lastSize(target: String, database: String, job: String, partial: Bool)
        async throws(AnyFault) -> ByteCount?
    {
        try check()
        return catalog.lastSize(target: target, database: database, job: job, partial: partial)
    }
}

// MARK: - Daemons

extension MemoryRunBook {
    package func register(_ daemon: DaemonRecord, for time: Duration, dead: [UUID])
        async throws(AnyFault) -> Lease
    {
        try check()
        return catalog.register(daemon, for: time, dead: dead, now: clock())
    }

    package func renew(_ lease: Lease, for time: Duration, doing: String) async throws(AnyFault) -> Renewal {
        try check()
        return catalog.renew(lease, for: time, doing: doing, now: clock())
    }

    package func leave(_ lease: Lease) async throws(AnyFault) {
        try check()
        catalog.leave(lease, now: clock())
    }

    package func marks(of schedules: [ScheduleKey], now: Date) async throws(AnyFault) -> [ScheduleKey: Date] {
        try check()
        return catalog.marks(of: schedules, now: now)
    }

    package func claim(_ runs: [RunRecord], marks: [ScheduleKey: Date], lease: Lease)
        async throws(AnyFault) -> [UUID: RunStart]
    {
        try check()
        return try catalog.claim(runs, marks: marks, lease: lease, now: clock())
    }

    package func take(_ run: UUID, _ seats: [Seat], lease: Lease) async throws(AnyFault) -> TakeAnswer {
        try check()
        return catalog.take(run, seats, lease: lease, now: clock())
    }

    package func release(_ run: UUID, lease: Lease) async throws(AnyFault) {
        try check()
        catalog.release(run, lease: lease)
    }

    package func wait(_ run: UUID, reason: String, lease: Lease) async throws(AnyFault) {
        try check()
        catalog.wait(run, reason: reason, lease: lease, now: clock())
    }

    package func takeOver(_ run: UUID, owner: Owner, lease: Lease) async throws(AnyFault) -> RunRecord? {
        try check()
        return catalog.takeOver(run, owner: owner, lease: lease, now: clock())
    }

    package func askToStop(_ run: UUID, reason: String) async throws(AnyFault) -> Bool {
        try check()
        return catalog.askToStop(run, reason: reason, now: clock())
    }

    package func daemons() async throws(AnyFault) -> [DaemonRecord] {
        try check()
        return catalog.daemons(now: clock())
    }

    package func seats() async throws(AnyFault) -> [SeatView] {
        try check()
        return catalog.seats()
    }

    package func durations(ofJobs jobs: [String], limit: Int) async throws(AnyFault) -> [String: [Duration]] {
        try check()
        return catalog.durations(ofJobs: jobs, limit: limit)
    }
}
