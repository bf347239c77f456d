import Faults
import FoundationEssentials
import TestKit

@testable import Engine

/// One daemon's way to the catalog, which can be cut for it alone.
final class CatalogLink: DaemonBook {
    /// The questions that can fail alone.
    enum Call: Sendable, CaseIterable {
        case marks, durations, claim, take, wait, takeOver
    }

    private let book: MemoryRunBook
    private let fault = Guarded<AnyFault?>(nil)
    private let failures = Guarded<[Call: AnyFault]>([:])

    init(_ book: MemoryRunBook) { self.book = book }

    /// The catalog does not answer from now on, or does again.
    func cut(_ isCut: Bool) { fault.withLock { $0 = isCut ? WatchedBook.down : nil } }

    /// This question alone has no answer from now on, or has again with nil.
    func fail(_ call: Call, with fault: AnyFault? = WatchedBook.down) {
        failures.withLock { $0[call] = fault }
    }

    func open(_ call: Call? = nil) throws(AnyFault) -> MemoryRunBook {
        if let fault = fault.withLock({ $0 }) { throw fault }
        if let call, let fault = failures.withLock({ $0[call] }) { throw fault }
        return book
    }

    func register(_ daemon: DaemonRecord, for time: Duration, dead: [UUID]) async throws(AnyFault) -> Lease {
        try await open().register(daemon, for: time, dead: dead)
    }

    func renew(_ lease: Lease, for time: Duration, doing: String) async throws(AnyFault) -> Renewal {
        try await open().renew(lease, for: time, doing: doing)
    }

    func leave(_ lease: Lease) async throws(AnyFault) { try await open().leave(lease) }

    func marks(of schedules: [ScheduleKey], now: Date) async throws(AnyFault) -> [ScheduleKey: Date] {
        try await open(.marks).marks(of: schedules, now: now)
    }

    func claim(_ runs: [RunRecord], marks: [ScheduleKey: Date], lease: Lease)
        async throws(AnyFault) -> [UUID: RunStart]
    {
        try await open(.claim).claim(runs, marks: marks, lease: lease)
    }

    func take(_ run: UUID, _ seats: [Seat], lease: Lease) async throws(AnyFault) -> TakeAnswer {
        try await open(.take).take(run, seats, lease: lease)
    }

    func release(_ run: UUID, lease: Lease) async throws(AnyFault) {
        try await open().release(run, lease: lease)
    }

    func wait(_ run: UUID, reason: String, lease: Lease) async throws(AnyFault) {
        try await open(.wait).wait(run, reason: reason, lease: lease)
    }

    func takeOver(_ run: UUID, owner: Owner, lease: Lease) async throws(AnyFault) -> RunRecord? {
        try await open(.takeOver).takeOver(run, owner: owner, lease: lease)
    }

    func askToStop(_ run: UUID, reason: String) async throws(AnyFault) -> Bool {
        try await open().askToStop(run, reason: reason)
    }

    func daemons() async throws(AnyFault) -> [DaemonRecord] { try await open().daemons() }

    func seats() async throws(AnyFault) -> [SeatView] { try await open().seats() }

    func durations(ofJobs jobs: [String], limit: Int) async throws(AnyFault) -> [String: [Duration]] {
        try await open(.durations).durations(ofJobs: jobs, limit: limit)
    }
}
