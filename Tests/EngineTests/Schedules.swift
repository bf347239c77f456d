import Cron
import Engine
import Faults
import Jobs
import Policy

/// Schedules of a test: every job has one backup of everything.
enum Schedules {
    static func job(
        _ name: String = "nightly", spec: BackupSpec = BackupSpec(), targets: [String]? = nil,
        timeout: Duration = .seconds(14_400), retry: RetryPolicy = RetryPolicy()
    ) -> Job {
        Job(
            name: name, targets: targets, work: .backup(spec), timeout: timeout, retry: retry,
            place: Place(file: "jobs/\(name).yaml"))
    }

    static func make(
        _ pattern: String, job name: String = "nightly", window: Schedule.NamedWindow? = nil,
        late: Duration = Schedule.lateDefault
    ) throws -> Schedule {
        Schedule(
            key: ScheduleKey(job: name, zone: "UTC", pattern: pattern),
            pattern: try CronPattern.parse(pattern),
            zone: .utc, job: job(name), window: window, late: late,
            place: Place(file: "cron/nights.cron", line: 1))
    }
}
