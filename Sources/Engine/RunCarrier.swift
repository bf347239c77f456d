import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy

/// Carries one run from its row to its outcome: its locks, its hooks, and between them the work of its kind.
actor RunCarrier {
    /// Hooks that come after a run that was stopped are given no more than this, since somebody waits for its end.
    private static let hookAfterStopMax = Duration.seconds(30)
    /// A job that another process of this machine holds is asked for this often.
    static let lockPause = Duration.seconds(1)
    /// How long a run whose line says `overlap=skip` waits for it: one that has ended lets go of its seats a moment
    /// before it lets go of the job.
    static let lockPatience = Duration.seconds(30)
    /// Why a run ends that a write showed to be another daemon's.
    private static let takenOver = "taken over by another daemon"

    /// What became of the wish to carry a run.
    enum Ending: Sendable {
        case ended(RunRecord)
        case slotTaken
    }

    private let run: RunRecord
    private let job: Job
    private let attemptsMade: Int
    private let ports: Supervisor.Ports
    private let observer: any RunObserver
    private let schedule: Schedule?
    private let makeWork: @Sendable (RunRecord, RunScribe) throws(AnyFault) -> Supervisor.Work
    nonisolated let scribe: RunScribe
    private var work: (any RunWork)?
    private var stopReason: StopReason?
    /// Whether its work is over, so that only a lost lease can still stop anything.
    private var isClosing = false

    /// - Parameter schedule: The line of its slot; nil for a run by hand.
    init(
        _ run: RunRecord, _ job: Job, attemptsMade: Int, schedule: Schedule?, redactor: Redactor,
        ports: Supervisor.Ports, observer: any RunObserver,
        makeWork: @escaping @Sendable (RunRecord, RunScribe) throws(AnyFault) -> Supervisor.Work
    ) {
        self.run = run
        self.job = job
        self.attemptsMade = attemptsMade
        self.ports = ports
        self.observer = observer
        self.schedule = schedule
        self.makeWork = makeWork
        let alarm = Guarded<@Sendable () async -> Void>({})
        scribe = RunScribe(
            run, job, book: ports.book, ambient: ports.ambient, redactor: redactor, observer: observer
        ) {
            await alarm.withLock { $0 }()
        }
        alarm.withLock { $0 = { [weak self] in await self?.stop(.leaseLost(because: Self.takenOver)) } }
    }

    /// Asks the run to stop; a second reason changes nothing, unless it is that the run is not ours any more.
    func stop(_ reason: StopReason) async {
        if case .leaseLost = reason {
            stopReason = reason
            await scribe.interrupt(everything: true)
        } else {
            guard stopReason == nil, !isClosing else { return }
            stopReason = reason
        }
        if let work { await work.stop(reason) } else { await scribe.interrupt() }
    }

    /// Does the whole run.
    func perform() async -> Ending {
        let hold: Result<any LivenessHold, AnyFault>
        do throws(AnyFault) {
            hold = .success(try await ports.liveness.hold(run: run.id))
        } catch {
            hold = .failure(error)
        }
        let start = await scribe.begin(isResumed: attemptsMade > 0)
        var ending = Ending.slotTaken
        if scribe.isTakenOver {
            ending = .ended(await finish(RunVerdict(.cancelled, Self.takenOver)))
        } else if start == .begun {
            let verdict: RunVerdict
            switch hold {
            case .success: verdict = await verdictUnderLocks()
            case .failure(let fault): verdict = RunVerdict(.failed, fault.summary)
            }
            ending = .ended(await finish(verdict))
        }
        if case .success(let hold) = hold { await hold.release() }
        return ending
    }

    /// Takes the job on this machine as well: the second line behind the seats, and the first without a catalog.
    ///
    /// A run that has its seats meets only one that has just ended, or two that began without the catalog. So it waits,
    /// as its line or whoever typed it wants.
    private func verdictUnderLocks() async -> RunVerdict {
        do throws(AnyFault) {
            let patienceEnd = ports.ambient.uptime() + Self.lockPatience
            while true {
                switch try await ports.liveness.hold(job: job.name, for: run.id) {
                case .busy(let other):
                    if let end = endOfWait(for: other, patienceEnd) { return end }
                    await scribe.nap(Self.lockPause)
                case .held(let hold):
                    let verdict = await verdict()
                    await hold.release()
                    return verdict
                }
            }
        } catch {
            return RunVerdict(.failed, error.summary)
        }
    }

    /// Why a run waits no longer for another that has its job; nil if it does.
    private func endOfWait(for other: String, _ patienceEnd: Duration) -> RunVerdict? {
        if let stopReason { return RunVerdict(.cancelled, SchedulerMachine.text(of: stopReason)) }
        let reason = "run \(other) of this job is still under way"
        if let deadline = run.deadline, ports.ambient.wallTime() > deadline {
            return RunVerdict(.skipped, "\(reason), and late= has run out")
        }
        guard run.trigger != .hand, (schedule?.overlap ?? .skip) == .skip else { return nil }
        return ports.ambient.uptime() < patienceEnd ? nil : RunVerdict(.skipped, reason)
    }

    private func verdict() async -> RunVerdict {
        if let refusal = refusalToResume() { return refusal }
        let record = await scribe.record
        let made: Supervisor.Work
        do throws(AnyFault) {
            made = try makeWork(record, scribe)
            _ = try await made.store?.open()
        } catch {
            return RunVerdict(.failed, error.summary)
        }
        observer.observe(.began(record))
        let alarm = Task { [ports, job] in
            await ports.ambient.sleep(job.timeout)
            if !Task.isCancelled { await self.stop(.timedOut) }
        }
        defer { alarm.cancel() }
        if let before = job.hooks.before, stopReason == nil {
            await scribe.beginAttempt(attemptsMade + 1)
            let report = await hook(.before, before, limit: job.hooks.timeout)
            if let fault = report.fault, stopReason == nil {
                return RunVerdict(.failed, "nothing was done: \(fault.summary)")
            }
        }
        // In this order: a stop that arrives meanwhile goes to the work itself.
        work = made.work
        if let stopReason { await made.work.stop(stopReason) }
        return await made.work.perform()
    }

    /// Why a run that an earlier process began does not go on; nil if it does.
    private func refusalToResume() -> RunVerdict? {
        guard attemptsMade > 0 else { return nil }
        if attemptsMade >= job.retry.attemptsMax {
            return RunVerdict(.failed, "its process ended in attempt \(attemptsMade), which was the last")
        }
        guard let deadline = run.deadline, ports.ambient.wallTime() > deadline else { return nil }
        let process = "its process ended in attempt \(attemptsMade)"
        return RunVerdict(.failed, "\(process); \(BackupMachine.tooLate)")
    }

    /// Runs the hooks that come after, and writes the end.
    private func finish(_ verdict: RunVerdict) async -> RunRecord {
        isClosing = true
        work = nil
        let verdict = RunVerdict(verdict.outcome, scribe.clean(verdict.summary))
        var summary = verdict.summary
        var hooks: [(StepName, [String])] = []
        // A skipped run did not begin.
        if verdict.outcome != .skipped {
            if verdict.outcome != .succeeded, let onFailure = job.hooks.onFailure {
                hooks.append((.onFailure, onFailure))
            }
            if let after = job.hooks.after { hooks.append((.after, after)) }
        }
        for (name, command) in hooks where mayRunHooks {
            if await scribe.attempt == nil { await scribe.beginAttempt(attemptsMade + 1) }
            let limit = stopReason == nil ? job.hooks.timeout : min(job.hooks.timeout, Self.hookAfterStopMax)
            let report = await hook(name, command, limit: limit, (verdict.outcome, verdict.summary))
            if let fault = report.fault { summary += "; \(fault.summary)" }
        }
        let outcome = scribe.isTakenOver ? Outcome.cancelled : verdict.outcome
        if scribe.isTakenOver, !summary.contains(Self.takenOver) { summary = "\(Self.takenOver); \(summary)" }
        let record = await scribe.end(outcome, summary)
        observer.observe(.ended(record))
        return record
    }

    /// Children of a run that is not ours any more must be gone, so none are started.
    private var mayRunHooks: Bool {
        if case .leaseLost? = stopReason { return false }
        return true
    }

    private func hook(
        _ name: StepName, _ command: [String], limit: Duration,
        _ ending: (outcome: Outcome, summary: String)? = nil
    ) async -> ProgramReport {
        let program = UserProgram(run, ports.tools)
        let number = await scribe.attempt?.number ?? attemptsMade + 1
        return await scribe.step(name, limit: limit, afterStop: ending != nil) {
            await program.perform(command, as: name, attempt: number, ending: ending)
        }
    }
}
