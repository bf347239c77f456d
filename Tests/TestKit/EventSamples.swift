package import Engine
package import FoundationEssentials
import Jobs

/// Runs, events and messages for tests of what is told.
package enum EventSamples {
    /// Half past midnight of 2026-11-22 in UTC.
    package static let start = Date(timeIntervalSince1970: 1_795_307_400)

    /// A run of a slot that ended so, `minutes` after ``start``.
    package static func run(
        _ number: UInt32 = 1, job: String = "nightly-backup", _ state: RunState = .ended(.failed),
        summary: String = "pg_dump of shop ended with status 1", minutes: Double = 0
    ) -> RunRecord {
        let at = start + minutes * 60
        return RunRecord(
            id: ManualClock.id(number), job: job, kind: .backup,
            trigger: .slot(ScheduleKey(job: job, zone: "UTC", pattern: "30 0 * * *"), at),
            owner: Owner(machine: "m1", host: "db1", pid: 42, stateDirectory: "/state"), state: state,
            summary: summary, startedAt: at, endedAt: at + 30)
    }

    /// News of such a run.
    package static func ended(
        _ number: UInt32 = 1, job: String = "nightly-backup", _ outcome: Outcome = .failed,
        summary: String = "pg_dump of shop ended with status 1", minutes: Double = 0,
        succeededBefore: Bool = true, log: String = ""
    ) -> News {
        .ended(
            EndedRun(
                run: run(number, job: job, .ended(outcome), summary: summary, minutes: minutes),
                target: "main", succeededBefore: succeededBefore, log: log))
    }

    /// An open event of a subject that nobody else uses.
    package static func event(subject: String = "job/\(UUID().uuidString)") -> OpenEvent {
        OpenEvent(
            id: UUID(), kind: .failure, subject: subject, job: "nightly-backup", openedAt: start,
            remindAt: start + 3600, causes: ["a", "b \"c\" {d}, \\e"], text: "it's “broken” \\ $1")
    }

    /// A message to a channel.
    package static func delivery(
        channel: String, title: String = "nightly-backup failed", occasion: Occasion = .event(.failure)
    ) -> NewDelivery {
        NewDelivery(
            id: UUID(), channel: channel,
            message: Message(
                occasion: occasion, tone: .bad, subject: "job/nightly-backup", title: title,
                text: "Größe \"x\"\n\\ ☂", at: start, fields: [.job: "nightly-backup", .count: "1"],
                log: "line\n"))
    }
}
