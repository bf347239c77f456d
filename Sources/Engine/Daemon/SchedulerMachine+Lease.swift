import FoundationEssentials
import Jobs

/// The lease: how it is got, kept, lost and given back.
extension SchedulerMachine {
    /// Asks the catalog for the lease, or for more of it, when that is due.
    mutating func ask(_ now: Moment) {
        guard !isAsking, now.uptime >= askDue, !hasLeft else { return }
        isAsking = true
        switch standing {
        case .joining, .apart(nil): actions.append(.register)
        case .holding(let lease, _), .apart(let lease?):
            let (running, waiting) = load
            actions.append(.renew(lease, doing: "\(running) running, \(waiting) waiting"))
        }
    }

    mutating func didRegister(_ lease: Lease, _ asked: Duration, _ now: Moment) {
        isAsking = false
        hold(lease, asked, now)
        takeOverFrom = now.uptime + settings.timing.lease
        // The renewal tells of runs that were left behind, such as those of this state directory.
        if settings.role == .serve { askDue = now.uptime }
        actions.append(.tell(.leaseHeld(lease)))
        for (run, duty) in duties where duty.run.lease == provisionalLease { duties[run]?.run.lease = lease }
        readMarks(now)
        settle(lease, [])
    }

    mutating func didRenew(_ renewal: Renewal, _ asked: Duration, _ now: Moment) {
        isAsking = false
        guard case .held(let news) = renewal else { return fence(now) }
        guard let lease = currentLease else { return }
        let wasApart = standing == .apart(lease)
        hold(lease, asked, now)
        if wasApart {
            takeOverFrom = now.uptime + settings.timing.lease
            actions.append(.tell(.leaseHeld(lease)))
            readMarks(now)
            if inFlight != nil { retryClaimDue = now.uptime }
        }
        if Set(news.peers.map(\.id)) != Set(settings.peers.map(\.id)) {
            actions.append(.rememberPeers(news.peers))
        }
        settings.peers = news.peers
        for (run, reason) in news.stops.sorted(by: { $0.key.uuidString < $1.key.uuidString }) {
            stop(run, .stopped(because: reason), now)
        }
        settle(lease, news.orphans)
    }

    /// The catalog did not answer: it is asked again after a while that grows once the lease is lost. Until then there
    /// is little time left to keep it.
    mutating func didNotAnswer(_ now: Moment) {
        isAsking = false
        failures += 1
        let patience = lease == nil ? min(failures, 10) : 1
        let pause = min(guardPoll, settings.timing.lease / 10 * patience)
        askDue = now.uptime + pause * (0.75 + 0.5 * now.chance)
        if standing == .joining { separate(nil, now) }
    }

    /// Takes the lease for lost while there is time left to stop what may not go on.
    mutating func watchLease(_ now: Moment) {
        if case .holding(let lease, let until) = standing, now.uptime >= until { separate(lease, now) }
    }

    /// Others have taken runs over: this daemon was thought dead. It begins anew, with nothing.
    mutating func fence(_ now: Moment) {
        actions.append(.tell(.fenced))
        let old = currentLease
        standing = .joining
        askDue = now.uptime
        isAsking = false
        isSettled = false
        settleFailures = 0
        rebootsLeft.formUnion(rebootsUnwritten)
        toldApart = []
        inFlight = nil
        unclaimed = []
        marksToMove = [:]
        marks = [:]
        guessedMarks = []
        slotsHad = []
        takingOver = [:]
        retryClaimDue = nil
        for duty in dutiesInOrder where duty.run.lease == old || duty.run.lease == provisionalLease {
            if duty.isRunning {
                stop(duty.run.id, .leaseLost(because: "another daemon has taken it over"), now)
            } else if duty.run.trigger == .hand {
                end(duty.run.id, .cancelled, "another daemon has taken it over", now)
            } else {
                duties[duty.run.id] = nil
            }
        }
    }

    /// What runs have that begin before the catalog has given any lease; it never counts for one.
    var provisionalLease: Lease { Lease(daemon: settings.daemon, epoch: 0) }

    var currentLease: Lease? {
        switch standing {
        case .holding(let lease, _): lease
        case .apart(let lease): lease
        case .joining: nil
        }
    }

    /// Whether a job may start, or go on, while the catalog cannot be asked.
    ///
    /// A backup may when no other daemon could have it: nobody else would do it, or do it too. A run by hand may too; and
    /// as long as the catalog knows nothing of it, nobody can take it over.
    func mayGoOnApart(_ job: Job) -> Bool {
        let isOurs = !settings.peers.contains { Self.fits(job, $0.labels) }
        if settings.role == .hand {
            return standing == .apart(nil) || isOurs || job.whenCatalogDown == .run
        }
        switch job.whenCatalogDown {
        case .run?: return true
        case .skip?: return false
        case nil: return job.kind == .backup && isOurs
        }
    }

    private mutating func hold(_ lease: Lease, _ asked: Duration, _ now: Moment) {
        failures = 0
        standing = .holding(lease, until: asked + settings.timing.lease * 2 / 3)
        askDue = asked + settings.timing.lease / 3 * (0.9 + 0.1 * now.chance)
        // Wishes to stop a run are heard of with a renewal.
        if !duties.isEmpty { askDue = min(askDue, now.uptime + seatPoll) }
        heardAt = now.wall
        wake(now)
        if let since = apartSince { lastApart = min(since, now.wall)...max(since, now.wall) }
        apartSince = nil
    }

    /// From here on the daemon is on its own.
    private mutating func separate(_ lease: Lease?, _ now: Moment) {
        standing = .apart(lease)
        isSettled = false
        settleFailures = 0
        // It was gone before that was noticed.
        if apartSince == nil { apartSince = heardAt ?? now.wall }
        failures = max(failures, 1)
        var (goingOn, stopped) = (0, 0)
        for duty in dutiesInOrder where duty.isRunning && duty.stop?.isLeaseLost != true {
            if mayGoOnApart(duty.job) {
                goingOn += 1
            } else {
                stopped += 1
                stop(
                    duty.run.id, .leaseLost(because: "the catalog could not be reached to keep the lease"),
                    now)
            }
        }
        actions.append(.tell(.apart(goingOn: goingOn, stopped: stopped)))
        markUnknownSchedules(now)
    }

    /// What waited for the catalog need not wait for its next look.
    private mutating func wake(_ now: Moment) {
        for (run, duty) in duties where duty.awaitsCatalog && duty.isWaiting {
            duties[run]?.phase = .waiting(until: now.uptime)
        }
    }
}
