import Engine
import Jobs
import Postgres

/// A run as it is stored.
enum RunRow {
    static func values(_ run: RunRecord) -> [SQLValue] {
        let outcome: Outcome? =
            switch run.state {
            case .waiting, .running: nil
            case .ended(let outcome): outcome
            }
        return [
            .uuid(run.id), .text(run.job), .text(run.kind.rawValue), .optional(outcome?.rawValue),
            .line(run.summary),
            .microseconds(run.startedAt), .microseconds(run.endedAt), .line(run.owner.machine),
            .line(run.owner.host),
            .integer(Int64(run.owner.pid)), .line(run.owner.stateDirectory),
        ]
    }

    static func record(_ row: Rows.Row) throws(CatalogFault) -> RunRecord {
        let outcome: Outcome? = try row.optionalNamed("outcome")
        return RunRecord(
            id: try row.uuid("id"), job: try row.string("job"), kind: try row.named("kind"),
            trigger: try trigger(row),
            owner: Owner(
                machine: try row.string("owner_machine"), host: try row.string("owner_host"),
                pid: Int32(clamping: try row.whole("owner_pid")),
                stateDirectory: try row.string("owner_state_directory")),
            state: outcome.map(RunState.ended) ?? .running, summary: try row.string("summary"),
            startedAt: try row.date("started_at"), endedAt: try row.optionalDate("ended_at"))
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
