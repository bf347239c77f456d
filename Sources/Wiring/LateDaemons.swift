package import Engine
package import Faults
package import FoundationEssentials

/// What daemons agree by, in a catalog that may not be there yet: what is asked of it then fails with the reason.
package struct LateDaemons: DaemonBook {
    private let book: @Sendable () async throws(AnyFault) -> any DaemonBook

    package init(_ book: @escaping @Sendable () async throws(AnyFault) -> any DaemonBook) {
        self.book = book
    }

    package func register(_ daemon: DaemonRecord, for time: Duration, dead: [UUID])
        async throws(AnyFault) -> Lease
    {
        try await book().register(daemon, for: time, dead: dead)
    }

    package func renew(_ lease: Lease, for time: Duration, doing: String) async throws(AnyFault) -> Renewal {
        try await book().renew(lease, for: time, doing: doing)
    }

    package func leave(_ lease: Lease) async throws(AnyFault) { try await book().leave(lease) }

    package func marks(of schedules: [ScheduleKey], now: Date) async throws(AnyFault) -> [ScheduleKey: Date] {
        try await book().marks(of: schedules, now: now)
    }

    package func claim(_ runs: [RunRecord], marks: [ScheduleKey: Date], lease: Lease)
        async throws(AnyFault) -> [UUID: RunStart]
    {
        try await book().claim(runs, marks: marks, lease: lease)
    }

    package func take(_ run: UUID, _ seats: [Seat], lease: Lease) async throws(AnyFault) -> TakeAnswer {
        try await book().take(run, seats, lease: lease)
    }

    package func release(_ run: UUID, lease: Lease) async throws(AnyFault) {
        try await book().release(run, lease: lease)
    }

    package func wait(_ run: UUID, reason: String, lease: Lease) async throws(AnyFault) {
        try await book().wait(run, reason: reason, lease: lease)
    }

    package func takeOver(_ run: UUID, owner: Owner, lease: Lease) async throws(AnyFault) -> RunRecord? {
        try await book().takeOver(run, owner: owner, lease: lease)
    }

    package func askToStop(_ run: UUID, reason: String) async throws(AnyFault) -> Bool {
        try await book().askToStop(run, reason: reason)
    }

    package func daemons() async throws(AnyFault) -> [DaemonRecord] { try await book().daemons() }

    package func seats() async throws(AnyFault) -> [SeatView] { try await book().seats() }

    package func durations(ofJobs jobs: [String], limit: Int) async throws(AnyFault) -> [String: [Duration]] {
        try await book().durations(ofJobs: jobs, limit: limit)
    }
}
