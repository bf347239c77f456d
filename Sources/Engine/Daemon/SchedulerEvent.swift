package import Cron
package import FoundationEssentials
package import Jobs
package import Policy

/// What has happened to a daemon: time, answers of the catalog, ends of runs, wishes of people.
package enum SchedulerEvent: Sendable {
    case started
    /// The time that ``SchedulerMachine/wait(_:)`` named is over.
    case woke
    /// `asked` is the monotonic time before the question was sent: the lease counts from then at the latest.
    case registered(Lease, asked: Duration)
    case registerFailed
    case renewed(Renewal, asked: Duration)
    case renewFailed
    /// The catalog was told what it lacked; false: not all of it.
    case settled(Bool)
    /// Unfinished runs that the catalog holds for ours, by the lease.
    case ownRuns([RunRecord])
    case ownRunsFailed
    case marks([ScheduleKey: Date])
    case marksFailed
    case durations([String: [Duration]])
    case durationsFailed
    case claimed([UUID: RunStart])
    case claimFailed
    /// The catalog refused the claim: the lease is no more.
    case claimRefused
    case took(UUID, TakeAnswer)
    case takeFailed(UUID)
    case released(UUID)
    case releaseFailed(UUID)
    /// Nil: it was not to be had. `attemptsMade` is what its former owner began.
    case tookOver(UUID, RunRecord?, attemptsMade: Int)
    case takeOverFailed(UUID)
    case guardsRead(UUID, [GuardReading])
    /// A run that was given to be performed has ended, and that is written.
    case runEnded(RunRecord)
    /// Somebody wants a run to stop, here.
    case stopRunAsked(UUID, reason: String)
    /// Somebody wants a job to run now.
    case handRunAsked(Job)
    /// The daemon is to end; a second wish ends the patience with what runs.
    case stopAsked
    case reloaded(SchedulerSettings, [Schedule])
}

/// What a daemon does next; each is done by ``DaemonLoop``, and where it has an answer, that comes as an event.
package enum SchedulerAction: Sendable, Equatable {
    case register
    case renew(Lease, doing: String)
    /// Tells the catalog what it lacks, beside everything else: it may take long, and the lease is renewed meanwhile.
    case settle(Lease)
    /// Asks which unfinished runs the catalog holds for ours.
    case readOwn(Lease)
    case readMarks([ScheduleKey])
    case readDurations([String])
    case claim([RunRecord], marks: [ScheduleKey: Date], Lease)
    case take(UUID, [Seat], Lease)
    /// Lets the seats of a run go that cannot start now for another reason.
    case release(UUID, Lease)
    case noteWaiting(UUID, reason: String, Lease)
    case takeOver(UUID, Lease)
    case readGuards(UUID, [GuardRule], Job)
    case perform(RunRecord, Job, attemptsMade: Int)
    case stop(UUID, StopReason)
    /// Ends a run that is not under way; written by the record, or by the journal.
    case end(RunRecord, Outcome, summary: String)
    /// Asks the owner of a run, here or elsewhere, to stop it.
    case askToStop(run: String, reason: String)
    /// Other daemons that serve have changed: to be remembered for a start without the catalog.
    case rememberPeers([DaemonRecord])
    case leave(Lease)
    case tell(SchedulerNote)
    case quit
}

/// What people may want to know of a daemon's own life.
package enum SchedulerNote: Sendable, Equatable {
    case leaseHeld(Lease)
    /// The catalog does not answer and the lease's time is over; `goingOn` runs go on even so.
    case apart(goingOn: Int, stopped: Int)
    /// Others took runs over: this daemon was thought dead.
    case fenced
    case clockWentBack(seconds: Int)
    case waits(UUID, job: String, reason: String)
    /// A run ended that did not get to work: it was missed, skipped, or cancelled while it waited.
    case ended(RunRecord)
    /// A run ended that was performed.
    case performed(RunRecord)
    case guardTripped(UUID, job: String, reasons: [String])
    case slotTaken(ScheduleKey, Date, by: UUID)
    case stopping(running: Int, grace: Duration)
}

/// What a machine knows of itself and of the configuration, besides the schedules.
package struct SchedulerSettings: Sendable, Equatable {
    package var daemon: UUID
    package var role: DaemonRecord.Role
    package var owner: Owner
    package var labels: [String: String]
    package var targets: [Target]
    package var limits: Limits
    package var timing: DaemonSettings
    /// Every job of the configuration, by name: runs that are taken over need theirs.
    package var jobs: [String: Job]
    /// The other daemons that were alive when the catalog was last seen, by an earlier process too.
    package var peers: [DaemonRecord]
    /// Daemons of this state directory whose process is gone for certain: their runs are taken over at once.
    package var dead: Set<UUID>
    /// Renders an instant for people, in the configuration's zone.
    package var render: InstantRendering

    package init(
        daemon: UUID, role: DaemonRecord.Role, owner: Owner, labels: [String: String], targets: [Target],
        limits: Limits, timing: DaemonSettings, jobs: [String: Job], peers: [DaemonRecord] = [],
        dead: Set<UUID> = [],
        render: InstantRendering
    ) {
        self.daemon = daemon
        self.role = role
        self.owner = owner
        self.labels = labels
        self.targets = targets
        self.limits = limits
        self.timing = timing
        self.jobs = jobs
        self.peers = peers
        self.dead = dead
        self.render = render
    }
}

/// How instants are written for people: in one zone, to the minute.
package struct InstantRendering: Sendable, Equatable {
    package var zone: Zone

    package init(zone: Zone) { self.zone = zone }

    /// `2026-11-23 02:00`.
    package func callAsFunction(_ instant: Date) -> String { InstantFormat.minutes(instant, in: zone) }
}
