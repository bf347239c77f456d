package import Cron
package import Faults
package import FoundationEssentials
package import Jobs

/// All that `status` is made of, gathered by whoever can reach it.
package struct StatusFacts: Sendable {
    package var now: Date
    package var zone: Zone
    package var targets: [Target]
    package var jobs: [Job]
    package var schedules: [Schedule]
    /// Of all stores that can be read.
    package var sets: [StoredSet]
    /// Stores that cannot be read, by name.
    package var storeFaults: [String: AnyFault]
    package var catalog: Catalog
    /// What waits in the journals of this state directory.
    package var journal: JournalView
    /// Daemons of this state directory that serve and whose process lives.
    package var servingHere: Int

    /// What the catalog tells, if it does.
    package enum Catalog: Sendable {
        case answers(Records)
        case down(AnyFault)
    }

    /// What the catalog tells.
    package struct Records: Sendable {
        /// Runs that have not ended.
        package var unfinished: [RunRecord]
        /// Runs of the last ``StatusView/hours``, and of every job those up to its last performed one.
        package var recent: [RunRecord]
        /// The steps of the runs that run.
        package var steps: [UUID: [StepRecord]]
        package var daemons: [DaemonRecord]
        /// How long the last successes of each scheduled job took.
        package var durations: [String: [Duration]]
        /// Sets that are in the stores, as far as the catalog knows.
        package var backups: [BackupRecord]

        package init(
            unfinished: [RunRecord] = [], recent: [RunRecord] = [], steps: [UUID: [StepRecord]] = [:],
            daemons: [DaemonRecord] = [], durations: [String: [Duration]] = [:],
            backups: [BackupRecord] = []
        ) {
            self.unfinished = unfinished
            self.recent = recent
            self.steps = steps
            self.daemons = daemons
            self.durations = durations
            self.backups = backups
        }
    }

    package init(
        now: Date, zone: Zone, targets: [Target] = [], jobs: [Job] = [], schedules: [Schedule] = [],
        sets: [StoredSet] = [], storeFaults: [String: AnyFault] = [:], catalog: Catalog,
        journal: JournalView = JournalView(), servingHere: Int = 0
    ) {
        self.now = now
        self.zone = zone
        self.targets = targets
        self.jobs = jobs
        self.schedules = schedules
        self.sets = sets
        self.storeFaults = storeFaults
        self.catalog = catalog
        self.journal = journal
        self.servingHere = servingHere
    }

    /// The same, about one target only: its databases, and the jobs that concern it.
    package func narrowed(to target: String) -> StatusFacts {
        var copy = self
        copy.targets.removeAll { $0.name != target }
        copy.jobs.removeAll { job in !(job.targets?.contains { Glob.matches($0, target) } ?? true) }
        let kept = Set(copy.jobs.map(\.name))
        copy.schedules.removeAll { !kept.contains($0.key.job) }
        return copy
    }
}

extension StatusFacts {
    /// What the catalog tells; nil while it is down.
    var records: Records? {
        switch catalog {
        case .answers(let records): records
        case .down: nil
        }
    }

    /// Every run that is known, newest first, of the jobs that are asked about.
    var runs: [RunListing.Entry] {
        let names = Set(jobs.map(\.name))
        let recorded = (records?.recent ?? []) + (records?.unfinished ?? [])
        return RunListing.merge(recorded, journal, RunQuery(), limit: .max).filter {
            names.contains($0.run.job)
        }
    }

    func expected(_ job: Job) -> Duration {
        records?.durations[job.name].flatMap { Expectation.duration($0) } ?? job.expected
    }
}
