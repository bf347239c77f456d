import ArchiveFormat
import Engine
import Faults
import FoundationEssentials
import Jobs
import Policy
import TestKit

/// A run under way: what `RunCarrier`, `BackupRun` and `CommandRun` are, without tasks and with work that takes time by
/// chance.
final class Execution {
    unowned let process: Process
    var run: RunRecord
    let job: Job
    let attemptsMade: Int
    /// Whether it was begun without a lease to count on.
    let startedApart: Bool
    let startedAt: Int64
    var isOver = false
    /// When its children were told to end.
    private(set) var stopAskedAt: Int64?

    var backup: BackupMachine?
    var actions: [BackupMachine.Action] = []
    var serial = 0
    var isBusy = false
    var isChild = false
    var isHanging = false
    var attempt = 0
    var ordinal = 0
    var stopReason: StopReason?
    var isClosing = false
    var holdsJob = false
    var saved: [BackupItem: StoredSet] = [:]

    init(_ process: Process, _ run: RunRecord, _ job: Job, attemptsMade: Int) {
        self.process = process
        self.run = run
        self.job = job
        self.attemptsMade = attemptsMade
        startedApart = !process.holdsLease
        startedAt = process.world.now
    }

    var world: World { process.world }
    var host: Host { process.host }
    var luck: Scenario.Luck { world.scenario.luck }

    func begin() {
        host.runLocks[run.id] = self
        process.after(process.chance.int(1...50)) { [self] in
            guard !isOver else { return }
            if attemptsMade == 0 { run.startedAt = process.wall }
            run.state = .running
            run.summary = ""
            run.owner = process.record.owner
            let start = process.journal.write(.run(run))
            guard process.isAlive else { return }
            if case .slotTaken = start {
                return finish(.skipped, "another run has its slot", isWritten: true)
            }
            if let other = host.jobLocks[job.name], !other.isOver {
                return finish(.skipped, "run \(other.run.id) of this job is still under way")
            }
            host.jobLocks[job.name] = self
            holdsJob = true
            work()
        }
    }

    func work() {
        if attemptsMade >= max(1, job.retry.attemptsMax), attemptsMade > 0 {
            return finish(.failed, "its process ended in its last attempt")
        }
        if attemptsMade > 0, let deadline = run.deadline, process.wall > deadline {
            return finish(.failed, "its process ended, and late= has run out for another attempt")
        }
        process.after(Int64(job.timeout / .milliseconds(1))) { [weak self] in self?.stop(.timedOut) }
        switch job.work {
        case .backup:
            let targets = world.scenario.targets.map(\.name).filter { name in
                job.targets?.contains(name) ?? true
            }
            var machine = BackupMachine(targets: targets, retry: job.retry, jitter: process.chance.fraction())
            if let stopReason { _ = machine.handle(.stopAsked(stopReason)) }
            if stopReason != nil { return finish(.cancelled, "stopped before it began") }
            if attemptsMade == 0 {
                actions = machine.handle(.begin)
            } else {
                world.tally.add("resumed")
                actions = machine.handle(.resume(attemptsMade: attemptsMade, saved: savedEarlier()))
            }
            backup = machine
            proceed()
        case .command, .drill, .verify, .restore, .maintain, .sql: runCommand(attemptsMade + 1)
        }
    }

    /// What an earlier process of this run saved, as the catalog and this machine's store tell.
    func savedEarlier() -> [BackupItem] {
        let recorded =
            world.reaches(process) ? world.catalog.backups(target: nil).filter { $0.run == run.id } : []
        let stored = host.sets.filter { $0.manifest.run == run.id && $0.damaged == nil }.map(
            BackupRecord.init)
        var items: [BackupItem] = []
        for set in recorded + stored {
            let item = BackupItem(target: set.target, database: set.database)
            if !items.contains(item) { items.append(item) }
        }
        for set in stored where !recorded.contains(where: { $0.id == set.id }) {
            _ = process.journal.write(.backup(set))
        }
        return items
    }

    // MARK: Stopping

    func stop(_ reason: StopReason) {
        guard !isOver, process.isAlive else { return }
        if case .leaseLost = reason {
            guard stopReason != reason, world.scenario.sabotage != .childrenOutliveTheLease else { return }
        } else {
            guard stopReason == nil, !isClosing else { return }
        }
        stopReason = reason
        stopAskedAt = stopAskedAt ?? world.now
        if let answer = backup?.handle(.stopAsked(reason)) {
            for action in answer { if action == .interrupt { interrupt() } else { actions.append(action) } }
            if !isBusy { proceed() }
        } else if isBusy {
            interrupt()
        } else if attempt > 0 {
            // It waits for its next attempt.
            serial += 1
            commandEnded(.failed(Self.interrupted))
        }
    }

    /// Ends what is under way: a child at once, or when it is killed.
    func interrupt() {
        guard isBusy, world.scenario.sabotage != .childrenNeverDie else { return }
        serial += 1
        let isStubborn = isChild && (isHanging || process.chance.happens(luck.stubborn))
        let delay = isStubborn ? Process.stopGrace : process.chance.int(1...(isChild ? 2000 : 50))
        complete(after: delay, .failed(Self.interrupted))
    }

    static let interrupted = AnyFault(
        code: "run.interrupted", summary: "interrupted", remedy: "Run it again.")

    /// Its process is no more, and its children with it.
    func die() {
        isOver = true
        letGo()
        world.checker.didEnd(self)
    }

    func letGo() {
        if host.runLocks[run.id] === self { host.runLocks[run.id] = nil }
        if holdsJob, host.jobLocks[job.name] === self { host.jobLocks[job.name] = nil }
    }

    func finish(_ outcome: Outcome, _ summary: String, isWritten: Bool = false) {
        guard !isOver else { return }
        isClosing = true
        if attempt > 0 { endAttempt(outcome, summary) }
        guard process.isAlive else { return }
        let now = max(process.wall, run.startedAt)
        run.state = .ended(outcome)
        run.summary = summary
        run.endedAt = now
        if !isWritten {
            world.checker.willEnd(self, outcome)
            _ = process.journal.write(.end(run.id, run.lease, outcome, summary: summary, at: now))
            guard process.isAlive else { return }
            world.checker.didWriteEnd(self, outcome)
        }
        isOver = true
        letGo()
        process.executions[run.id] = nil
        world.checker.didEnd(self)
        process.endings += 1
        process.after(process.chance.int(0...5)) { [self] in
            process.endings -= 1
            process.handle(.runEnded(run))
        }
    }

    // MARK: Work

    func complete(after delay: Int64, _ event: BackupMachine.Event) {
        serial += 1
        process.after(delay) { [self, serial] in
            guard serial == self.serial, !isOver else { return }
            isBusy = false
            isHanging = false
            if backup == nil {
                commandEnded(event)
            } else {
                actions += backup?.handle(event) ?? []
                proceed()
            }
        }
    }

    /// Does what the machine wants until something takes time.
    func proceed() {
        while !isBusy, !isOver, process.isAlive, !actions.isEmpty {
            if process.diesBefore() { return }
            perform(actions.removeFirst())
        }
    }

    func perform(_ action: BackupMachine.Action) {
        switch action {
        case .preflight(let target):
            let databases = world.scenario.databases[target] ?? []
            let isAway = process.chance.happens(luck.serverAway)
            begin(
                after: process.chance.int(50...3000),
                isAway
                    ? .failed(Self.fault("sim.server-away", mayPass: true))
                    : .foundDatabases(databases.map { BackupItem(target: target, database: $0) }, refused: [])
            )
        case .step(let name, let item): step(name, item)
        case .discard: begin(after: process.chance.int(1...100), .done)
        case .beginAttempt(let number):
            attempt = number
            ordinal = 0
            write(AttemptRecord(run: run.id, number: number, startedAt: process.wall))
        case .endAttempt(_, let outcome, let summary): endAttempt(outcome, summary)
        case .wait(let pause): wait(pause)
        case .interrupt: interrupt()
        case .end(let outcome, let summary): finish(outcome, summary)
        }
    }

    func wait(_ pause: Duration) {
        if isTooLate(in: pause) { return begin(after: 0, .tooLate) }
        isBusy = true
        isChild = false
        serial += 1
        process.after(Int64(pause / .milliseconds(1))) { [self, serial] in
            guard serial == self.serial, !isOver else { return }
            isBusy = false
            actions += backup?.handle(isTooLate(in: .zero) ? .tooLate : .done) ?? []
            proceed()
        }
    }

    func isTooLate(in pause: Duration) -> Bool {
        run.deadline.map { process.wall.addingTimeInterval(pause / .seconds(1)) > $0 } ?? false
    }

    func begin(after delay: Int64, isChild: Bool = false, _ event: BackupMachine.Event) {
        isBusy = true
        self.isChild = isChild
        complete(after: delay, event)
    }

    func endAttempt(_ outcome: Outcome, _ summary: String) {
        write(
            AttemptRecord(
                run: run.id, number: max(attempt, 1), startedAt: run.startedAt,
                endedAt: max(process.wall, run.startedAt), outcome: outcome, summary: summary))
    }

    func write(_ attempt: AttemptRecord) { _ = process.journal.write(.attempt(attempt, run.lease)) }

    static func fault(_ code: String, mayPass: Bool) -> AnyFault {
        AnyFault(code: code, summary: code, remedy: "None.", mayPass: mayPass)
    }
}
