import Cron
package import FoundationEssentials
import Jobs
import Policy

/// Decides what a daemon does: which slots become runs, what each of them waits for, when it starts and stops, and
/// what holds when the catalog or the lease is gone.
///
/// Events in, actions out, nothing touched: time and chance come with each event. Aspects stand in files beside this
/// one: slots, duties, seats, the lease, orphans.
package struct SchedulerMachine: Sendable {
    /// A slot that is looked at no later than this after its instant is on time.
    package static let onTime = Duration.seconds(60)
    /// Runs in one claim.
    static let claimMax = 1000
    /// More slots of one schedule that came due at once are not written down one by one.
    static let backlogMax = 1000
    /// A mark that is ahead by more than this was made by a clock that ran ahead, and holds nothing back once it is right.
    static let aheadMax: TimeInterval = 7 * 86_400
    /// Runs of daemons that are gone, and that nobody who could resume them has taken, are ended after so long.
    static let orphanPatience: TimeInterval = 600

    /// More unfinished rows than this are not compared with what a daemon does.
    static let rowsMax = 10_000

    /// Where the daemon stands with the catalog.
    enum Standing: Sendable, Equatable {
        /// The catalog has not answered yet.
        case joining
        /// The lease may be counted upon until this monotonic time.
        case holding(Lease, until: Duration)
        /// The lease's time is over, or there never was one, and the catalog does not answer.
        case apart(Lease?)
    }

    var settings: SchedulerSettings
    var schedules: [Schedule]
    let makeID: @Sendable () -> UUID

    var standing = Standing.joining
    var isAsking = false
    /// When the lease is renewed next, or the registration tried again.
    var askDue = Duration.zero
    var failures = 0
    /// When the catalog answered last, by the civil clock.
    var heardAt: Date?
    var apartSince: Date?
    /// The last time without the catalog, for the reason of slots that were missed in it.
    var lastApart: ClosedRange<Date>?

    /// The lease for which the catalog is being told what it lacks.
    var settling: Lease?
    /// Whether it was told all since the lease was got.
    var isSettled = false
    var settleFailures = 0
    /// Runs of silent daemons that were heard of before the telling that is under way, and during it.
    var orphansHeard: [RunRecord] = []
    var orphansNext: [RunRecord] = []
    /// When the rows of this daemon are compared with its duties.
    var ownDue = Duration.zero
    var isReadingOwn = false
    var dutiesAtAsking: Set<UUID> = []
    /// How the last runs of this daemon ended, and their order.
    var ends: [UUID: RunRecord] = [:]
    var endsInOrder: [UUID] = []

    var due = DueQueue()
    /// Until when slots are accounted for; none for a schedule whose mark is not known yet.
    var marks: [ScheduleKey: Date] = [:]
    /// Schedules whose mark was made up, because there was no catalog to ask.
    var guessedMarks: Set<ScheduleKey> = []
    var isReadingMarks = false
    /// When what the catalog knows of the schedules is asked for; nil while nothing is lacking.
    var marksDue: Duration?
    var durationsDue: Duration?
    /// Slots that were begun without the catalog, or taken over before they came due here: they are not begun again.
    var slotsHad: Set<SlotKey> = []
    var unclaimed: [RunRecord] = []
    /// Ends that people were told of before the catalog had the row.
    var toldApart: Set<UUID> = []
    /// Schedules that fire once at the start, and have not yet.
    var rebootsLeft: Set<ScheduleKey> = []
    var marksToMove: [ScheduleKey: Date] = [:]
    var inFlight: Batch?
    var retryClaimDue: Duration?

    var duties: [UUID: Duty] = [:]
    var takingOver: [UUID: TakingOver] = [:]
    /// When runs of silent daemons may be taken over: after an outage of the catalog everybody's lease has run out, and
    /// whoever comes back first must leave the others the time to come back too.
    var takeOverFrom = Duration.zero
    /// Runs that have a seat that one of ours waits for.
    var inTheWay: Set<UUID> = []
    var samples: [String: [Duration]] = [:]
    var lastWall: Date?
    var startedAt: Date?

    var stopBy: Duration?
    /// Whether there was a run by hand.
    var wasAsked = false
    var hasLeft = false
    var actions: [SchedulerAction] = []

    /// A run that was a lost daemon's and may be ours by now.
    enum TakingOver: Sendable {
        case asked
        /// There was no answer; the catalog may have given it to us all the same, and nobody else would ask.
        case again(at: Duration)
    }

    struct SlotKey: Hashable, Sendable {
        var key: ScheduleKey
        var at: Date
    }

    struct Batch: Sendable {
        var runs: [RunRecord]
        var marks: [ScheduleKey: Date]
    }

    /// - Parameter makeID: Makes the ids of runs.
    package init(
        _ settings: SchedulerSettings, schedules: [Schedule], makeID: @escaping @Sendable () -> UUID
    ) {
        self.settings = settings
        self.schedules = schedules.filter { Self.fits($0.job, settings.labels) }
        self.makeID = makeID
    }

    /// The answer to an event; late and repeated events are answered, not trapped.
    package mutating func handle(_ event: SchedulerEvent, at now: Moment) -> [SchedulerAction] {
        actions = []
        guard !hasLeft else { return [] }
        noticeClock(now)
        // Before anything else: an answer may have waited for longer than the lease holds.
        watchLease(now)
        answer(event, now)
        advance(now)
        return actions
    }

    // The rhythm follows the lease: a daemon that may be silent for longer does everything less often.

    /// The clocks are looked at no less often than this, so that a step of the civil clock is noticed.
    var napMax: Duration { max(.seconds(30), settings.timing.lease / 3) }
    /// How often a run that waits for a seat asks again, alone; more of them ask less often each. Wishes to stop a run
    /// are heard of as often.
    var seatPoll: Duration { max(.seconds(2), settings.timing.lease / 15) }
    /// How often guards are read, and at the longest the catalog is tried again.
    var guardPoll: Duration { max(.seconds(15), settings.timing.lease / 2) }

    /// How long the daemon may sleep if nothing happens.
    package func wait(_ now: Moment) -> Duration {
        var soonest = now.uptime + napMax
        if !isAsking { soonest = min(soonest, askDue) }
        if case .holding(_, let until) = standing {
            soonest = min(soonest, until)
            if isSettled { soonest = min(soonest, soonestQuestion) }
            for case .again(let due) in takingOver.values { soonest = min(soonest, due) }
        }
        if let stopBy, stopBy > now.uptime { soonest = min(soonest, stopBy) }
        for duty in duties.values {
            if case .waiting(let until) = duty.phase { soonest = min(soonest, until) }
            if let look = duty.guardsDue, duty.isRunning { soonest = min(soonest, look) }
            if let again = duty.stopDue, duty.isRunning { soonest = min(soonest, again) }
        }
        if stopBy == nil, let at = due.soonest {
            soonest = min(soonest, now.uptime + .seconds(max(0, at.timeIntervalSince(now.wall))))
        }
        return max(.zero, soonest - now.uptime)
    }

    /// How many runs are under way, and how many wait.
    package var load: (running: Int, waiting: Int) {
        let running = duties.values.count { $0.isRunning }
        return (running, duties.count - running)
    }

    /// The lease, while it may be counted upon, and until when.
    package var lease: (lease: Lease, until: Duration)? {
        if case .holding(let lease, let until) = standing { return (lease, until) }
        return nil
    }

    /// Whether the catalog answered when it was asked last.
    package var isCatalogUp: Bool { failures == 0 && standing != .joining }

    /// Whether it has said goodbye.
    package var isDone: Bool { hasLeft }

    static func fits(_ job: Job, _ labels: [String: String]) -> Bool {
        job.labels.allSatisfy { labels[$0.key] == $0.value }
    }

    // MARK: Inside

    /// In an order that only the duties themselves determine, unlike that of a dictionary, which differs from process
    /// to process.
    var dutiesInOrder: [Duty] { duties.values.sorted { $0.isBefore($1) } }

    private mutating func answer(_ event: SchedulerEvent, _ now: Moment) {
        switch event {
        case .started: start(now)
        case .woke: break
        case .registered(let lease, let asked): didRegister(lease, asked, now)
        case .registerFailed, .renewFailed: didNotAnswer(now)
        case .renewed(let renewal, let asked): didRenew(renewal, asked, now)
        case .settled(let isWhole): didSettle(isWhole, now)
        case .ownRuns(let rows): didReadOwn(rows, now)
        case .ownRunsFailed: didNotReadOwn(now)
        case .marks(let read): didReadMarks(read, now)
        case .marksFailed: didNotReadMarks(now)
        case .durations(let read): samples.merge(read) { _, new in new }
        case .durationsFailed: durationsDue = now.uptime + guardPoll
        case .claimed(let answers): didClaim(answers, now)
        case .claimFailed: claimLater(now)
        case .claimRefused: fence(now)
        case .took(let run, let answer): didTake(run, answer, now)
        case .takeFailed(let run): poll(run, now)
        case .released(let run): didRelease(run, now)
        case .releaseFailed(let run): didNotRelease(run, now)
        case .tookOver(let id, let run, let made): didTakeOver(id, run, made, now)
        case .takeOverFailed(let run):
            if takingOver[run] != nil { takingOver[run] = .again(at: now.uptime + seatPoll) }
        case .guardsRead(let run, let readings): didReadGuards(run, readings, now)
        case .runEnded(let run): didEnd(run, now)
        case .stopRunAsked(let run, let reason): stop(run, .stopped(because: reason), now)
        case .handRunAsked(let job):
            runByHand(job, now)
            wasAsked = true
        case .stopAsked: askToStop(now)
        case .reloaded(let settings, let schedules): reload(settings, schedules, now)
        }
    }

    /// What time brings, whatever the event was.
    private mutating func advance(_ now: Moment) {
        watchLease(now)
        if stopBy == nil { takeDue(now) }
        ask(forMarks: now)
        ask(forOwn: now)
        lookAtDuties(now)
        sendClaims(now)
        takeOverAgain(now)
        ask(now)
        // Who was started for runs by hand leaves after the last of them.
        if settings.role == .hand, wasAsked, duties.isEmpty { stopBy = stopBy ?? now.uptime }
        finishStop(now)
    }

    private mutating func start(_ now: Moment) {
        startedAt = now.wall
        lastWall = now.wall
        askDue = now.uptime
        rebootsLeft = Set(schedules.filter(\.pattern.isReboot).map(\.key))
    }

    /// The civil clock was set back: what comes due next is reckoned anew, after what was accounted for.
    private mutating func noticeClock(_ now: Moment) {
        defer { lastWall = now.wall }
        guard let lastWall, now.wall < lastWall.addingTimeInterval(-1) else { return }
        actions.append(.tell(.clockWentBack(seconds: Int(lastWall.timeIntervalSince(now.wall)))))
        planAll(now)
    }

    private mutating func askToStop(_ now: Moment) {
        let running = duties.values.filter(\.isRunning)
        if stopBy != nil || settings.role == .hand {
            stopBy = now.uptime
        } else {
            stopBy = now.uptime + settings.timing.grace
            actions.append(.tell(.stopping(running: running.count, grace: settings.timing.grace)))
        }
        for duty in dutiesInOrder where !duty.isRunning { letGo(duty, now) }
    }

    /// Once asked to stop: stops what runs when its time is over, and leaves when nothing runs.
    private mutating func finishStop(_ now: Moment) {
        guard let stopBy else { return }
        if now.uptime >= stopBy {
            for duty in dutiesInOrder where duty.isRunning && duty.stop == nil {
                stop(duty.run.id, .cancelled, now)
            }
        }
        let isWritten = inFlight == nil && unclaimed.isEmpty && takingOver.isEmpty
        guard duties.isEmpty, isWritten || !isCatalogUp else { return }
        hasLeft = true
        switch standing {
        case .holding(let lease, _), .apart(let lease?): actions.append(.leave(lease))
        case .apart(nil), .joining: break
        }
        actions.append(.quit)
    }
}
