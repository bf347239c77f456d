package import Engine
package import Faults
package import FoundationEssentials

/// The catalog as a plain value: all that the real one does, synchronously, with its clock handed in as `now`.
///
/// The simulation runs many thousand lives of it, so every call looks only at what it is about: history costs memory
/// and no time. `MemoryRunBook` puts it behind the ports, and the conformance suites hold it to what PostgreSQL does.
package struct MemoryCatalog: Sendable {
    /// More blockers than this are not named.
    package static let blockersMax = 20
    /// More orphans than this are not named at once.
    package static let orphansMax = 1000
    /// Daemons that were not seen for this long are not listed, in seconds.
    package static let daemonsListedFor: TimeInterval = 7 * 86_400

    /// A run with its place in every queue.
    struct Row: Sendable {
        var run: RunRecord
        var due: Date
    }

    struct SlotKey: Sendable, Hashable {
        var schedule: Int
        var slot: Date
    }

    struct StepKey: Sendable, Hashable {
        var attempt: Int
        var ordinal: Int
    }

    struct Daemon: Sendable {
        var record: DaemonRecord
        var leaseUntil: Date
        var isFenced = false
        var hasLeft = false
    }

    struct Want: Sendable {
        var seat: Seat
        /// Whether this seat was refused when its run asked last.
        var isBlocked: Bool
    }

    /// A run that succeeded, as far as durations need it.
    struct Success: Sendable {
        var startedAt: Date
        var run: UUID
        var took: Duration
    }

    var rows: [UUID: Row] = [:]
    var unfinished: Set<UUID> = []
    var schedules: [ScheduleKey: Int] = [:]
    /// By the number of the schedule.
    var accountedUntil: [Date?] = []
    var slots: [SlotKey: UUID] = [:]
    var tries: [UUID: [Int: AttemptRecord]] = [:]
    var parts: [UUID: [StepKey: StepRecord]] = [:]
    /// By job, newest first.
    var successes: [String: [Success]] = [:]

    var known: [UUID: Daemon] = [:]
    /// Daemons that serve, and that have neither left nor been fenced off.
    var serving: Set<UUID> = []
    var epochLast: Int64 = 0

    /// By key.
    var holders: [String: [UUID: Seat]] = [:]
    var held: [UUID: Set<String>] = [:]
    /// By key.
    var waiters: [String: [UUID: Want]] = [:]
    var wanted: [UUID: [String]] = [:]

    var sets: [BackupRecord] = []
    var removals: [UUID: String] = [:]
    /// In the order of their recording.
    var drilled: [Drill] = []
    /// In the order of their first recording.
    var maintained: [MaintenanceRecord] = []

    /// An empty catalog.
    package init() {}

    /// PostgreSQL stores no zero bytes.
    static func storable(_ text: String) -> String {
        text.utf8.contains(0) ? text.replacing("\0", with: "\u{FFFD}") : text
    }
}

// MARK: - Runs

extension MemoryCatalog {
    package mutating func begin(_ run: RunRecord, now: Date) throws(AnyFault) -> RunStart {
        guard let row = rows[run.id] else { return store(run, now: now) }
        try check(run.id, run.lease)
        guard row.run.state == .waiting else { return .begun }
        switch run.state {
        case .waiting: break
        case .running:
            rows[run.id]?.run.state = .running
            rows[run.id]?.run.startedAt = run.startedAt
            rows[run.id]?.run.owner = run.owner
            rows[run.id]?.run.summary = Self.storable(run.summary)
            forgetWants(of: run.id)
        case .ended(let outcome):
            finish(run.id, outcome, run.summary, at: run.endedAt)
        }
        return .begun
    }

    package mutating func end(
        _ run: UUID, lease: Lease?, outcome: Outcome, summary: String, at: Date, now: Date
    ) throws(AnyFault) {
        try check(run, lease)
        if unfinished.contains(run) { finish(run, outcome, summary, at: at) }
    }

    package mutating func record(_ attempt: AttemptRecord, lease: Lease?, now: Date) throws(AnyFault) {
        try check(attempt.run, lease)
        if let stored = tries[attempt.run]?[attempt.number], stored.outcome != nil { return }
        var stored = attempt
        stored.summary = Self.storable(attempt.summary)
        tries[attempt.run, default: [:]][attempt.number] = stored
    }

    package mutating func record(_ step: StepRecord, lease: Lease?, now: Date) throws(AnyFault) {
        try check(step.run, lease)
        let key = StepKey(attempt: step.attempt, ordinal: step.ordinal)
        if let stored = parts[step.run]?[key], stored.state != .running { return }
        var stored = step
        stored.detail = Self.storable(step.detail)
        parts[step.run, default: [:]][key] = stored
    }

    package mutating func wait(_ run: UUID, reason: String, lease: Lease, now: Date) {
        guard let row = rows[run], row.run.lease == lease, row.run.state == .waiting else { return }
        rows[run]?.run.summary = Self.storable(reason)
    }

    package mutating func askToStop(_ run: UUID, reason: String, now: Date) -> Bool {
        guard unfinished.contains(run) else { return false }
        if rows[run]?.run.stopAsked == nil { rows[run]?.run.stopAsked = Self.storable(reason) }
        return true
    }

    // MARK: Inside

    /// Writes a row that is not there yet, unless its slot has one.
    mutating func store(_ run: RunRecord, now: Date) -> RunStart {
        var due = now
        if case .slot(let key, let slot) = run.trigger {
            let place = SlotKey(schedule: number(of: key), slot: slot)
            if let other = slots[place] { return .slotTaken(by: other) }
            slots[place] = run.id
            due = slot
        }
        var stored = run
        stored.summary = Self.storable(run.summary)
        stored.stopAsked = run.stopAsked.map(Self.storable)
        rows[run.id] = Row(run: stored, due: due)
        switch run.state {
        case .waiting, .running: unfinished.insert(run.id)
        case .ended(let outcome): note(outcome, of: stored)
        }
        return .begun
    }

    /// Makes sure that the run is there, and that its row has this lease; nil takes any.
    func check(_ run: UUID, _ lease: Lease?) throws(AnyFault) {
        guard let row = rows[run] else { throw Self.unknown(run) }
        if let lease, row.run.lease != lease { throw Self.takenOver(run) }
    }

    private mutating func finish(_ run: UUID, _ outcome: Outcome, _ summary: String, at: Date?) {
        unfinished.remove(run)
        rows[run]?.run.state = .ended(outcome)
        rows[run]?.run.summary = Self.storable(summary)
        rows[run]?.run.endedAt = at
        if let row = rows[run] { note(outcome, of: row.run) }
        letGo(of: run)
    }

    private mutating func note(_ outcome: Outcome, of run: RunRecord) {
        guard outcome == .succeeded, let end = run.endedAt else { return }
        let micros = (end.timeIntervalSince(run.startedAt) * 1e6).rounded()
        let success = Success(startedAt: run.startedAt, run: run.id, took: .microseconds(Int64(micros)))
        var list = successes[run.job] ?? []
        successes[run.job] = nil
        let place = list.firstIndex { ($0.startedAt, $0.run) < (success.startedAt, success.run) }
        list.insert(success, at: place ?? list.endIndex)
        successes[run.job] = list
    }

    /// The number of a schedule, which is new if it has none.
    mutating func number(of key: ScheduleKey) -> Int {
        if let number = schedules[key] { return number }
        schedules[key] = accountedUntil.count
        accountedUntil.append(nil)
        return accountedUntil.count - 1
    }

    static func unknown(_ run: UUID) -> AnyFault {
        AnyFault(
            code: "catalog.run-unknown", summary: "the catalog has no run \(run.uuidString.lowercased())",
            remedy: "See 'pgvigil runs list' for those that there are.")
    }

    static func takenOver(_ run: UUID) -> AnyFault {
        AnyFault(
            code: "catalog.run-taken-over",
            summary: "run \(run.uuidString.lowercased()) belongs to another daemon by now",
            remedy: "See 'pgvigil runs show' for what became of it.")
    }
}
