import FoundationEssentials
import Jobs
import TestKit

@testable import Engine

/// Does runs that are written like real ones; they last until a test ends them, or no time.
actor HeldExecutor: RunExecutor {
    private struct Held {
        var job: String
        var end: CheckedContinuation<RunVerdict, Never>
    }

    private let book: JournaledBook
    private let clock: ManualClock
    private var holds = false
    private var held: [UUID: Held] = [:]
    private var stops: [UUID: StopReason] = [:]
    private var lostStops = 0
    /// What it was given, with the attempts that others had made.
    private(set) var given: [(job: String, attemptsMade: Int)] = []

    init(_ book: JournaledBook, _ clock: ManualClock) {
        self.book = book
        self.clock = clock
    }

    /// Whether runs last, from now on.
    func hold(_ holds: Bool) { self.holds = holds }

    /// Runs that go on until ``finish(_:)`` or a stop.
    var running: Int { held.count }

    /// Ends the runs of a job well.
    func finish(_ job: String) {
        for (id, run) in held where run.job == job {
            held[id] = nil
            run.end.resume(returning: RunVerdict(.succeeded, "done"))
        }
    }

    func perform(_ run: RunRecord, job: Job, attemptsMade: Int) async -> RunRecord {
        given.append((job.name, attemptsMade))
        var record = run
        record.state = .running
        record.startedAt = clock.now
        _ = await book.begin(record)
        let verdict: RunVerdict
        if let reason = stops[run.id] {
            verdict = RunVerdict(.cancelled, SchedulerMachine.text(of: reason))
        } else if holds {
            verdict = await withCheckedContinuation { held[run.id] = Held(job: job.name, end: $0) }
        } else {
            verdict = RunVerdict(.succeeded, "done")
        }
        (record.state, record.summary, record.endedAt) = (.ended(verdict.outcome), verdict.summary, clock.now)
        await book.end(
            run.id, lease: run.lease, outcome: verdict.outcome, summary: verdict.summary, at: clock.now)
        await book.settle()
        return record
    }

    /// So many wishes to stop get lost from now on, as those do that overtake their run.
    func lose(stops: Int) { lostStops = stops }

    func stop(_ run: UUID, _ reason: StopReason) async {
        lostStops -= 1
        guard lostStops < 0 else { return }
        stops[run] = reason
        let verdict = RunVerdict(.cancelled, SchedulerMachine.text(of: reason))
        held.removeValue(forKey: run)?.end.resume(returning: verdict)
    }
}
