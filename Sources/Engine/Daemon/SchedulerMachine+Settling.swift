import FoundationEssentials
import Jobs

/// What the catalog lacks, and what it has too much: both are put right after the lease is got, and while it is held.
///
/// A journal may be long. So it is told beside the renewals of the lease, one telling at a time. What could do a slot
/// twice waits for it after a time without the lease: marks, claims, and runs of daemons that are gone, since a journal
/// may say that they were done.
extension SchedulerMachine {
    /// After so many tellings in a row that failed with a lease in hand, slots matter more than records.
    private static var settlePatience: Int { 3 }
    /// So many ends of runs are remembered, for rows that do not show them.
    private static var endsMax: Int { 1000 }
    /// How often the rows of this daemon are compared with what it does.
    private var ownPoll: Duration { max(.seconds(300), settings.timing.lease * 10) }

    /// Tells the catalog what it lacks, and looks at the orphans after that.
    mutating func settle(_ lease: Lease, _ orphans: [RunRecord]) {
        guard settling == nil else {
            if !orphans.isEmpty { orphansNext = orphans }
            return
        }
        settling = lease
        orphansHeard = orphans
        actions.append(.settle(lease))
    }

    mutating func didSettle(_ isWhole: Bool, _ now: Moment) {
        let (asked, orphans, next) = (settling, orphansHeard, orphansNext)
        settling = nil
        (orphansHeard, orphansNext) = ([], [])
        guard case .holding(let lease, _) = standing else { return }
        guard asked == lease else { return settle(lease, next) }
        settleFailures = isWhole ? 0 : settleFailures + 1
        guard isWhole || settleFailures >= Self.settlePatience else {
            // It is tried again with the next renewal, which is due soon.
            askDue = min(askDue, now.uptime + seatPoll)
            return
        }
        if !isSettled {
            isSettled = true
            ownDue = now.uptime
            for duty in dutiesInOrder where duty.isRunning { takeSeatsLate(duty, lease) }
        }
        for orphan in orphans { considerOrphan(orphan, lease, now) }
        if !next.isEmpty { settle(lease, next) }
    }

    private mutating func takeSeatsLate(_ duty: Duty, _ lease: Lease) {
        if !duty.hasSeats { actions.append(.take(duty.run.id, duty.seats, lease)) }
    }

    /// When something is asked that waits for a catalog that has all.
    var soonestQuestion: Duration {
        var soonest =
            isReadingOwn || settings.role == .hand || stopBy != nil ? Duration.seconds(Int64.max / 2) : ownDue
        if inFlight != nil, let retryClaimDue { soonest = min(soonest, retryClaimDue) }
        if !isReadingMarks, let marksDue { soonest = min(soonest, marksDue) }
        if let durationsDue { soonest = min(soonest, durationsDue) }
        return soonest
    }

    // MARK: Rows that nobody sees to

    /// Asks for the rows that the catalog holds for ours, when that is due.
    mutating func ask(forOwn now: Moment) {
        guard case .holding(let lease, _) = standing, isSettled, settings.role == .serve, stopBy == nil,
            now.uptime >= ownDue, !isReadingOwn
        else { return }
        isReadingOwn = true
        dutiesAtAsking = Set(duties.keys)
        actions.append(.readOwn(lease))
    }

    /// Sees to rows of ours that no duty stands behind: what the catalog was told of them, or told us, was lost.
    mutating func didReadOwn(_ rows: [RunRecord], _ now: Moment) {
        isReadingOwn = false
        ownDue = now.uptime + ownPoll
        guard case .holding(let lease, _) = standing, stopBy == nil else { return }
        let written = Set((unclaimed + (inFlight?.runs ?? [])).map(\.id))
        for row in rows where row.lease == lease {
            guard duties[row.id] == nil, takingOver[row.id] == nil, !written.contains(row.id) else {
                continue
            }
            if let end = ends[row.id], case .ended(let outcome) = end.state {
                actions.append(.end(end, outcome, summary: end.summary))
            } else if !dutiesAtAsking.contains(row.id) {
                takingOver[row.id] = .asked
                actions.append(.takeOver(row.id, lease))
            }
        }
    }

    mutating func didNotReadOwn(_ now: Moment) {
        isReadingOwn = false
        ownDue = now.uptime + seatPoll
    }

    /// Remembers how a run ended, in case that its row does not show it.
    mutating func remember(_ run: RunRecord) {
        if ends.updateValue(run, forKey: run.id) == nil { endsInOrder.append(run.id) }
        if endsInOrder.count > Self.endsMax { ends[endsInOrder.removeFirst()] = nil }
    }
}
