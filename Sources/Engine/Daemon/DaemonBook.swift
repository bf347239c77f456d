package import Faults
package import FoundationEssentials

/// What several daemons agree by: the catalog, or its twin in memory.
///
/// Every call is one short transaction of its own, without session state, so that it works through a pooler in
/// transaction mode; each may be repeated. Leases are reckoned by the catalog's clock.
package protocol DaemonBook: Sendable {
    /// Makes a daemon known, or known anew after its lease was lost; the epoch rises each time.
    ///
    /// - Parameter dead: Daemons of this state directory whose process is gone: their leases end now.
    func register(_ daemon: DaemonRecord, for time: Duration, dead: [UUID]) async throws(AnyFault) -> Lease
    /// Prolongs a lease, also one that ran out, unless somebody has taken a run of it over since.
    ///
    /// - Parameter doing: One line for `daemons list`.
    func renew(_ lease: Lease, for time: Duration, doing: String) async throws(AnyFault) -> Renewal
    /// Says goodbye: the lease ends, and runs that still wait may be taken over at once.
    func leave(_ lease: Lease) async throws(AnyFault)

    /// Until when each schedule's slots are accounted for; one that is new begins at `now` and never earlier.
    func marks(of schedules: [ScheduleKey], now: Date) async throws(AnyFault) -> [ScheduleKey: Date]
    /// Writes runs that wait and runs that ended without a start, and moves the marks on, all or nothing.
    ///
    /// - Parameters:
    ///   - runs: In state waiting or ended; at most 1000.
    ///   - marks: Never moved back.
    /// - Returns: For each run whether it was written, or who has its slot. A run that is there already is `begun`.
    /// - Throws: `catalog.lease-lost` when the lease is no longer the daemon's.
    func claim(_ runs: [RunRecord], marks: [ScheduleKey: Date], lease: Lease)
        async throws(AnyFault) -> [UUID: RunStart]
    /// Takes all of these seats for a waiting run, or none; seats it has already count as taken.
    ///
    /// A run that is told `busy` waits in the queue of its queued seats until it ends, takes them, or lets them go.
    func take(_ run: UUID, _ seats: [Seat], lease: Lease) async throws(AnyFault) -> TakeAnswer
    /// Lets the seats of a waiting run go, and its places in their queues; nothing happens to one that does not wait, or is
    /// not ours.
    func release(_ run: UUID, lease: Lease) async throws(AnyFault)
    /// Says what a waiting run waits for; nothing happens to one that does not wait, or is not ours.
    func wait(_ run: UUID, reason: String, lease: Lease) async throws(AnyFault)
    /// Takes an unfinished run over from a daemon whose lease ran out or which left, and fences that daemon off.
    ///
    /// Its seats are let go.
    /// - Returns: The run as it is now, with the new lease; nil if it was not to be had.
    func takeOver(_ run: UUID, owner: Owner, lease: Lease) async throws(AnyFault) -> RunRecord?
    /// Asks the owner of a run to stop it.
    ///
    /// - Returns: False if the run has ended, or there is none.
    func askToStop(_ run: UUID, reason: String) async throws(AnyFault) -> Bool

    /// The daemons of the last days, those that are alive first, newest first.
    func daemons() async throws(AnyFault) -> [DaemonRecord]
    /// Who has and who waits for seats.
    func seats() async throws(AnyFault) -> [SeatView]
    /// How long the last succeeded runs of each job took, newest first, at most `limit` for each.
    func durations(ofJobs jobs: [String], limit: Int) async throws(AnyFault) -> [String: [Duration]]
}

/// The answer to the wish to prolong a lease.
package enum Renewal: Sendable, Equatable {
    case held(News)
    /// Somebody has taken a run over: this lease is no more.
    case lost

    /// What else the catalog has to tell.
    package struct News: Sendable, Equatable {
        /// Other daemons that serve and are alive.
        package var peers: [DaemonRecord]
        /// Unfinished runs of ours that somebody wants to stop, with the reason.
        package var stops: [UUID: String]
        /// Unfinished runs whose daemon is silent or has left, oldest first, at most 1000.
        package var orphans: [RunRecord]

        package init(peers: [DaemonRecord] = [], stops: [UUID: String] = [:], orphans: [RunRecord] = []) {
            self.peers = peers
            self.stops = stops
            self.orphans = orphans
        }
    }
}

/// One run that has a seat or waits for it.
package struct SeatView: Sendable, Equatable, Codable {
    package var seat: String
    package var run: String
    package var job: String
    /// False while it waits.
    package var has: Bool

    package init(seat: String, run: String, job: String, has: Bool) {
        self.seat = seat
        self.run = run
        self.job = job
        self.has = has
    }
}
