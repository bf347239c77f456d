import Engine
import FoundationEssentials
import Jobs
import Postgres

/// A run as the functions of the catalog take it: the keys are those that `pgvigil.store_runs` reads.
struct StoredRun: Encodable {
    private enum CodingKeys: String, CodingKey {
        case place, id, job, kind, scheduleJob = "schedule_job", zone, pattern, slot, outcome, waiting,
            summary, started,
            ended, machine, host, pid, stateDirectory = "state_directory", deadline, standsFor = "stands_for",
            stopAsked = "stop_asked"
    }

    private var place: Int
    private var id: String
    private var job: String
    private var kind: String
    private var scheduleJob: String?
    private var zone: String?
    private var pattern: String?
    private var slot: Int64?
    private var outcome: String?
    private var waiting: Bool
    private var summary: String
    private var started: Int64
    private var ended: Int64?
    private var machine: String
    private var host: String
    private var pid: Int32
    private var stateDirectory: String
    private var deadline: Int64?
    private var standsFor: [Int64]
    private var stopAsked: String?

    /// - Parameter place: Among those that are written together; the first of two with the same slot gets it.
    init(_ run: RunRecord, place: Int = 0) {
        self.place = place
        id = run.id.uuidString.lowercased()
        job = run.job
        kind = run.kind.rawValue
        switch run.trigger {
        case .hand: break
        case .slot(let key, let date):
            scheduleJob = key.job
            zone = key.zone
            pattern = key.pattern
            slot = date.microseconds
        }
        switch run.state {
        case .waiting, .running: break
        case .ended(let outcome): self.outcome = outcome.rawValue
        }
        waiting = run.state == .waiting
        summary = run.summary.storable
        started = run.startedAt.microseconds
        ended = run.endedAt?.microseconds
        machine = run.owner.machine.storable
        host = run.owner.host.storable
        pid = run.owner.pid
        stateDirectory = run.owner.stateDirectory.storable
        deadline = run.deadline?.microseconds
        standsFor = run.standsFor.map(\.microseconds)
        stopAsked = run.stopAsked?.storable
    }
}

/// A run as it is read.
enum RunRow {
    static func record(_ row: Rows.Row) throws(CatalogFault) -> RunRecord {
        RunRecord(
            id: try row.uuid("id"), job: try row.string("job"), kind: try row.named("kind"),
            trigger: try trigger(row),
            owner: Owner(
                machine: try row.string("owner_machine"), host: try row.string("owner_host"),
                pid: Int32(clamping: try row.whole("owner_pid")),
                stateDirectory: try row.string("owner_state_directory")),
            state: try state(row),
            summary: try row.string("summary"), startedAt: try row.date("started_at"),
            endedAt: try row.optionalDate("ended_at"), lease: try row.optionalLease(),
            deadline: try row.optionalDate("deadline"), standsFor: try row.dates("stands_for"),
            stopAsked: try row.optionalString("stop_asked"))
    }

    private static func state(_ row: Rows.Row) throws(CatalogFault) -> RunState {
        if let outcome: Outcome = try row.optionalNamed("outcome") { return .ended(outcome) }
        return try row.flag("waiting") ? .waiting : .running
    }

    private static func trigger(_ row: Rows.Row) throws(CatalogFault) -> Trigger {
        guard let slot = try row.optionalDate("slot") else { return .hand }
        let key = ScheduleKey(
            job: try row.string("schedule_job"), zone: try row.string("schedule_zone"),
            pattern: try row.string("schedule_pattern"))
        return .slot(key, slot)
    }
}

/// An attempt as it is stored.
enum AttemptRow {
    static func values(_ attempt: AttemptRecord) -> [SQLValue] {
        [
            .uuid(attempt.run), .integer(Int64(attempt.number)), .optional(attempt.outcome?.rawValue),
            .line(attempt.summary), .microseconds(attempt.startedAt), .microseconds(attempt.endedAt),
        ]
    }

    static func record(_ row: Rows.Row) throws(CatalogFault) -> AttemptRecord {
        AttemptRecord(
            run: try row.uuid("run"), number: Int(try row.whole("number")),
            startedAt: try row.date("started_at"),
            endedAt: try row.optionalDate("ended_at"), outcome: try row.optionalNamed("outcome"),
            summary: try row.string("summary"))
    }
}
