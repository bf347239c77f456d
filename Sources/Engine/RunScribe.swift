import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy

/// What a step came to, whatever its kind of work makes of it.
protocol StepReport: Sendable {
    /// Why it failed, wholly or in part; nil if it did what it should.
    var fault: AnyFault? { get }
    /// One line for people.
    var detail: String { get }
    var bytes: ByteCount? { get }
    /// What is told of a step that was stopped.
    static func failed(_ fault: AnyFault) -> Self
}

/// Writes down what one run does, and holds what is under way, so that it can be interrupted.
///
/// Every kind of work tells its attempts and steps here; what the catalog does not take waits in the journal. A run that another
/// daemon has taken over writes nothing more, and begins no further step.
actor RunScribe {
    /// The fault of a step that was stopped because its run was.
    static let interrupted = AnyFault(
        code: "run.interrupted", summary: "interrupted", remedy: "Run the job again.",
        exitStatus: .interrupted)

    private(set) var record: RunRecord
    /// The last attempt that this process began; nil before the first.
    private(set) var attempt: AttemptRecord?
    private let job: Job
    private let ambient: Ambient
    private let redactor: Redactor
    private let observer: any RunObserver
    private let takenOver = Guarded(false)
    private let onTakenOver: @Sendable () async -> Void
    nonisolated let book: JournaledBook
    private var ordinal = 0
    private var cancel: (@Sendable () -> Void)?
    /// An interrupt that came while the step it is meant for was still being written down.
    private var interruptAsked = false
    private var everythingAsked = false

    /// - Parameters:
    ///   - redactor: Takes secrets out of all that is written: a program may print anything.
    ///   - onTakenOver: Told once, when a write shows that the run is another daemon's by now.
    init(
        _ run: RunRecord, _ job: Job, book: JournaledBook, ambient: Ambient, redactor: Redactor,
        observer: any RunObserver,
        onTakenOver: @escaping @Sendable () async -> Void
    ) {
        record = run
        self.job = job
        self.ambient = ambient
        self.redactor = redactor
        self.observer = observer
        self.onTakenOver = onTakenOver
        self.book = book
    }

    /// Whether another daemon has the run by now.
    nonisolated var isTakenOver: Bool { takenOver.withLock { $0 } }

    /// Writes that the run is under way; nothing is done before.
    ///
    /// - Parameter isResumed: It started earlier, in another process.
    func begin(isResumed: Bool) async -> RunStart {
        if !isResumed { record.startedAt = ambient.wallTime() }
        record.state = .running
        record.summary = ""
        record.owner = ambient.owner
        await book.watch(record.id) { [takenOver, onTakenOver] in
            takenOver.withLock { $0 = true }
            await onTakenOver()
        }
        return await book.begin(record)
    }

    /// Writes a new attempt; nothing happens for one that is open already.
    func beginAttempt(_ number: Int) async {
        if let attempt, attempt.number == number { return }
        ordinal = 0
        let begun = AttemptRecord(run: record.id, number: number, startedAt: ambient.wallTime())
        attempt = begun
        observer.observe(.attempt(number, of: max(job.retry.attemptsMax, number)))
        await book.record(begun, lease: record.lease)
    }

    /// Writes what became of the attempt, unless that is written already.
    func endAttempt(_ outcome: Outcome, _ summary: String) async {
        guard var ended = attempt, ended.outcome == nil else { return }
        ended.endedAt = now(after: ended.startedAt)
        ended.outcome = outcome
        ended.summary = redactor.redact(summary)
        attempt = ended
        await book.record(ended, lease: record.lease)
    }

    /// Does one step of the attempt that is open, and writes it down before and after.
    ///
    /// - Parameters:
    ///   - limit: It is interrupted after this, unless the job has a limit of its own for the step; nil sets none.
    ///   - afterStop: Whether it is done even in a run that is being stopped.
    func step<Report: StepReport>(
        _ name: StepName, target: String? = nil, database: String? = nil, limit: Duration? = nil,
        afterStop: Bool = false, _ work: @escaping @Sendable () async -> Report
    ) async -> Report {
        ordinal += 1
        var step = StepRecord(
            run: record.id, attempt: attempt?.number ?? 1, ordinal: ordinal, name: name, target: target,
            database: database, startedAt: ambient.wallTime())
        observer.observe(.stepStarted(step))
        await book.record(step, lease: record.lease)
        let report =
            isTakenOver
            ? Report.failed(Self.interrupted)
            : await timed(name, job.stepTimeouts[name.rawValue] ?? limit, afterStop: afterStop, work)
        step.endedAt = now(after: step.startedAt)
        step.fault = report.fault.map(clean)
        step.detail = redactor.redact(report.detail.isEmpty ? report.fault?.summary ?? "" : report.detail)
        step.bytes = report.bytes
        step.state = report.fault.map { $0.code == Self.interrupted.code ? .cancelled : .failed } ?? .done
        observer.observe(.stepEnded(step))
        await book.record(step, lease: record.lease)
        return report
    }

    /// Waits, unless the run is being stopped.
    func pause(_ pause: Duration) async {
        observer.observe(.waiting(pause))
        await nap(pause)
    }

    /// As ``pause(_:)``, and nobody is told.
    func nap(_ pause: Duration) async {
        await interruptible { [ambient] in await ambient.sleep(pause) }
    }

    /// Whether the run is being stopped.
    var isStopping: Bool { interruptAsked }

    /// Stops the step or the wait that is under way, and every later one that is not done after a stop.
    ///
    /// - Parameter everything: Those as well.
    func interrupt(everything: Bool = false) {
        interruptAsked = true
        if everything { everythingAsked = true }
        cancel?()
    }

    /// Writes how the run ended, and the attempt that is still open.
    func end(_ outcome: Outcome, _ summary: String) async -> RunRecord {
        await endAttempt(outcome, summary)
        let summary = redactor.redact(summary)
        let now = now(after: record.startedAt)
        record.state = .ended(outcome)
        record.summary = summary
        record.endedAt = now
        await book.end(record.id, lease: record.lease, outcome: outcome, summary: summary, at: now)
        _ = await book.settle()
        return record
    }

    /// A text of the run without secrets.
    nonisolated func clean(_ text: String) -> String { redactor.redact(text) }

    private func clean(_ fault: AnyFault) -> AnyFault {
        var copy = fault
        copy.summary = redactor.redact(fault.summary)
        copy.remedy = redactor.redact(fault.remedy)
        return copy
    }

    /// Civil time, but nothing ends before it started, even if somebody sets the clock back meanwhile.
    private func now(after start: Date) -> Date { max(ambient.wallTime(), start) }

    private func timed<Report: StepReport>(
        _ name: StepName, _ limit: Duration?, afterStop: Bool, _ work: @escaping @Sendable () async -> Report
    ) async -> Report {
        guard let limit else { return await interruptible(afterStop: afterStop, work) }
        let isOver = Guarded(false)
        let alarm = Task { [ordinal, ambient] in
            await ambient.sleep(limit)
            if Task.isCancelled { return }
            isOver.withLock { $0 = true }
            self.interrupt(step: ordinal)
        }
        let report = await interruptible(afterStop: afterStop, work)
        alarm.cancel()
        // It may have done its work at the last moment; and a stop of the run says more than the limit.
        guard report.fault != nil, isOver.withLock({ $0 }), afterStop || !interruptAsked else {
            return report
        }
        return .failed(EngineFault.stepTimedOut(name, limit: limit).plain)
    }

    private func interrupt(step: Int) {
        if step == ordinal { cancel?() }
    }

    private func interruptible<Value: Sendable>(
        afterStop: Bool = false, _ work: @escaping @Sendable () async -> Value
    ) async -> Value {
        let task = Task { await work() }
        if afterStop ? everythingAsked : interruptAsked { task.cancel() }
        cancel = { task.cancel() }
        let value = await task.value
        cancel = nil
        return value
    }
}
