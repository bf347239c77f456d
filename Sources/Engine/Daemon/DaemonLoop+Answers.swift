import Faults
import FoundationEssentials
import Jobs
import Policy

/// What comes of each action.
extension DaemonLoop {
    /// Does one action to its end; runs beside the others.
    nonisolated func answer(to action: SchedulerAction) async -> SchedulerEvent? {
        switch action {
        case .register, .renew, .leave, .takeOver, .rememberPeers: return await answerOfLease(action)
        case .readMarks, .readDurations, .claim, .take, .release, .noteWaiting, .askToStop:
            return await answerOfBook(action)
        case .settle(let lease): return .settled(await ports.settle(lease) == nil)
        case .readOwn(let lease): return await readOwn(lease)
        case .readGuards(let id, let rules, let job):
            return .guardsRead(id, await readGuards(rules, job))
        case .perform(let run, let job, let made):
            return .runEnded(await ports.executor.perform(run, job: job, attemptsMade: made))
        case .stop(let run, let reason): await ports.executor.stop(run, reason)
        case .end(let run, let outcome, let summary): await end(run, outcome, summary)
        case .tell, .quit: break
        }
        return nil
    }

    /// Rows of ours that have not ended, as the catalog has them.
    private nonisolated func readOwn(_ lease: Lease) async -> SchedulerEvent {
        let query = RunQuery(unfinishedOnly: true)
        let rows = await asking { book throws(AnyFault) in
            try await book.runs(query, limit: SchedulerMachine.rowsMax)
        }
        return rows.map { .ownRuns($0.filter { $0.lease == lease }) } ?? .ownRunsFailed
    }

    private nonisolated func readGuards(_ rules: [GuardRule], _ job: Job) async -> [GuardReading] {
        let targets = await settings.targets.filter { target in
            job.targets?.contains { Glob.matches($0, target.name) } ?? true
        }
        let store: String? =
            switch job.work {
            case .backup(let spec): spec.store
            case .command, .drill, .verify, .restore, .maintain, .sql: nil
            }
        return await ports.guards.read(Set(rules.map(\.kind)), targets: targets, store: store)
    }

    /// Writes the end of a run that did not run here; its row may be there or not.
    private nonisolated func end(_ run: RunRecord, _ outcome: Outcome, _ summary: String) async {
        let now = max(ports.ambient.wallTime(), run.startedAt)
        var ended = run
        ended.endedAt = now
        _ = await asking { book throws(AnyFault) in try await book.begin(ended) }
        _ = await asking { book throws(AnyFault) in
            try await book.end(run.id, lease: run.lease, outcome: outcome, summary: summary, at: now)
        }
    }

    private nonisolated func asking<Answer: Sendable>(
        _ body: (any RunBook) async throws(AnyFault) -> Answer
    ) async -> Answer? {
        do throws(AnyFault) { return try await body(ports.book) } catch {
            await told(error)
            return nil
        }
    }

    private nonisolated func answerOfLease(_ action: SchedulerAction) async -> SchedulerEvent? {
        let asked = ports.ambient.uptime()
        let time = await settings.timing.lease
        do throws(AnyFault) {
            switch action {
            case .register:
                let lease = try await ports.daemons.register(record, for: time, dead: await ports.dead())
                await recovered()
                return .registered(lease, asked: asked)
            case .renew(let lease, let doing):
                let renewal = try await ports.daemons.renew(lease, for: time, doing: doing)
                if case .held(let news) = renewal { await note(orphans: news.orphans) }
                await recovered()
                return .renewed(renewal, asked: asked)
            case .leave(let lease): try await ports.daemons.leave(lease)
            case .takeOver(let id, let lease):
                var run = try await ports.daemons.takeOver(id, owner: record.owner, lease: lease)
                // What is said of it is about the process that is gone.
                run?.owner = await formerOwners[id] ?? record.owner
                let made =
                    if let run, run.state == .running { try await ports.closeOpenParts(run) } else { 0 }
                return .tookOver(id, run, attemptsMade: made)
            case .rememberPeers(let peers): await ports.rememberPeers(peers)
            case .settle, .readOwn, .readMarks, .readDurations, .claim, .take, .release, .noteWaiting,
                .askToStop, .readGuards, .perform, .stop, .end, .tell, .quit:
                break
            }
            return nil
        } catch {
            await told(error)
            let failure = Self.failure(of: action)
            if case .renewFailed? = failure { await ports.noteOutage(error) }
            if case .registerFailed? = failure { await ports.noteOutage(error) }
            return failure
        }
    }

    private func note(orphans: [RunRecord]) {
        formerOwners = Dictionary(orphans.map { ($0.id, $0.owner) }) { first, _ in first }
    }

    private nonisolated func answerOfBook(_ action: SchedulerAction) async -> SchedulerEvent? {
        let book = ports.daemons
        do throws(AnyFault) {
            switch action {
            case .readMarks(let keys):
                return .marks(try await book.marks(of: keys, now: ports.ambient.wallTime()))
            case .readDurations(let jobs):
                return .durations(try await book.durations(ofJobs: jobs, limit: Expectation.sampleMax))
            case .claim(let runs, let marks, let lease):
                return .claimed(try await book.claim(runs, marks: marks, lease: lease))
            case .take(let run, let seats, let lease):
                return .took(run, try await book.take(run, seats, lease: lease))
            case .release(let run, let lease):
                try await book.release(run, lease: lease)
                return .released(run)
            case .noteWaiting(let run, let reason, let lease):
                try await book.wait(run, reason: reason, lease: lease)
            case .askToStop(let run, let reason):
                if let id = UUID(uuidString: run) { _ = try await book.askToStop(id, reason: reason) }
            case .register, .renew, .settle, .readOwn, .leave, .takeOver, .rememberPeers, .readGuards,
                .perform,
                .stop, .end, .tell, .quit:
                break
            }
            return nil
        } catch {
            await told(error)
            if error.code == Self.leaseLost, case .claim = action { return .claimRefused }
            return Self.failure(of: action)
        }
    }

    /// The code of a claim that is refused because its lease is no more.
    package static let leaseLost = "catalog.lease-lost"

    private static func failure(of action: SchedulerAction) -> SchedulerEvent? {
        switch action {
        case .register: .registerFailed
        case .renew: .renewFailed
        case .readMarks: .marksFailed
        case .readDurations: .durationsFailed
        case .claim: .claimFailed
        case .take(let run, _, _): .takeFailed(run)
        case .release(let run, _): .releaseFailed(run)
        case .takeOver(let run, _): .takeOverFailed(run)
        case .settle, .readOwn, .noteWaiting, .askToStop, .leave, .rememberPeers, .readGuards, .perform,
            .stop,
            .end, .tell, .quit:
            nil
        }
    }
}
