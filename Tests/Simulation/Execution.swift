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
    private(set) var run: RunRecord
    let job: Job
    let attemptsMade: Int
    /// Whether it was begun without a lease to count on.
    let startedApart: Bool
    let startedAt: Int64
    private(set) var isOver = false
    /// When its children were told to end.
    private(set) var stopAskedAt: Int64?

    private var backup: BackupMachine?
    private var actions: [BackupMachine.Action] = []
    private var serial = 0
    private var isBusy = false
    private var isChild = false
    private var isHanging = false
    private var attempt = 0
    private var ordinal = 0
    private var stopReason: StopReason?
    private var isClosing = false
    private var holdsJob = false
    private var saved: [BackupItem: StoredSet] = [:]

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
    private var luck: Scenario.Luck { world.scenario.luck }

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
            if case .slotTaken = start { return finish(.skipped, "another run has its slot", isWritten: true) }
            if let other = host.jobLocks[job.name], !other.isOver {
                return finish(.skipped, "run \(other.run.id) of this job is still under way")
            }
            host.jobLocks[job.name] = self
            holdsJob = true
            work()
        }
    }

    private func work() {
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
        case .command: runCommand(attemptsMade + 1)
        }
    }

    /// What an earlier process of this run saved, as the catalog and this machine's store tell.
    private func savedEarlier() -> [BackupItem] {
        let recorded = world.reaches(process) ? world.catalog.backups(target: nil).filter { $0.run == run.id } : []
        let stored = host.sets.filter { $0.manifest.run == run.id && $0.damaged == nil }.map(BackupRecord.init)
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
            guard stopReason != reason else { return }
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
    private func interrupt() {
        guard isBusy else { return }
        serial += 1
        let isStubborn = isChild && (isHanging || process.chance.happens(luck.stubborn))
        let delay = isStubborn ? Process.stopGrace : process.chance.int(1...(isChild ? 2000 : 50))
        complete(after: delay, .failed(Self.interrupted))
    }

    private static let interrupted = AnyFault(code: "run.interrupted", summary: "interrupted", remedy: "Run it again.")

    /// Its process is no more, and its children with it.
    func die() {
        isOver = true
        letGo()
        world.checker.didEnd(self)
    }

    private func letGo() {
        if host.runLocks[run.id] === self { host.runLocks[run.id] = nil }
        if holdsJob, host.jobLocks[job.name] === self { host.jobLocks[job.name] = nil }
    }

    private func finish(_ outcome: Outcome, _ summary: String, isWritten: Bool = false) {
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
        }
        isOver = true
        letGo()
        process.executions[run.id] = nil
        world.checker.didEnd(self)
        process.after(process.chance.int(0...5)) { [self] in process.handle(.runEnded(run)) }
    }

    // MARK: Work

    private func complete(after delay: Int64, _ event: BackupMachine.Event) {
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
    private func proceed() {
        while !isBusy, !isOver, process.isAlive, !actions.isEmpty {
            if process.diesBefore() { return }
            perform(actions.removeFirst())
        }
    }

    private func perform(_ action: BackupMachine.Action) {
        switch action {
        case .preflight(let target):
            let databases = world.scenario.databases[target] ?? []
            let isAway = process.chance.happens(luck.serverAway)
            begin(
                after: process.chance.int(50...3000),
                isAway
                    ? .failed(Self.fault("sim.server-away", mayPass: true))
                    : .foundDatabases(databases.map { BackupItem(target: target, database: $0) }, refused: []))
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

    private func wait(_ pause: Duration) {
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

    private func isTooLate(in pause: Duration) -> Bool {
        run.deadline.map { process.wall.addingTimeInterval(pause / .seconds(1)) > $0 } ?? false
    }

    private func begin(after delay: Int64, isChild: Bool = false, _ event: BackupMachine.Event) {
        isBusy = true
        self.isChild = isChild
        complete(after: delay, event)
    }

    private func step(_ name: StepName, _ item: BackupItem) {
        ordinal += 1
        if luck.writesSteps {
            let step = StepRecord(
                run: run.id, attempt: max(attempt, 1), ordinal: ordinal, name: name, target: item.target,
                database: item.database, startedAt: process.wall, endedAt: process.wall, state: .done)
            _ = process.journal.write(.step(step, run.lease))
            guard process.isAlive else { return }
        }
        switch name {
        case .globals: begin(after: process.chance.int(100...2000), isChild: true, .done)
        case .dump: dump()
        case .publishCheck: check()
        case .publish: publish(item)
        case .record: record(item)
        case .prune: prune(item)
        case .preflight, .before, .command, .onFailure, .after: begin(after: 1, .done)
        }
    }

    private func dump() {
        let takes = process.chance.int(luck.dumpMin...luck.dumpMax)
        if process.chance.happens(luck.hangs) {
            world.tally.add("hanging children")
            isBusy = true
            isChild = true
            isHanging = true
            serial += 1
        } else if world.now < host.fullUntil {
            begin(after: takes / 2, isChild: true, .failed(Self.fault("sim.disk-full", mayPass: true)))
        } else if process.chance.happens(luck.dumpFails) {
            begin(after: takes / 3, isChild: true, .failed(Self.fault("sim.dump-failed", mayPass: true)))
        } else if process.chance.happens(luck.dumpRefused) {
            begin(after: takes / 5, isChild: true, .failed(Self.fault("sim.dump-refused", mayPass: false)))
        } else {
            begin(after: takes, isChild: true, .done)
        }
    }

    private func check() {
        let takes = process.chance.int(100...5000)
        if process.chance.happens(luck.damaged) {
            world.tally.add("damaged archives")
            begin(after: takes, .failed(Self.fault("sim.archive-damaged", mayPass: false)))
        } else if process.chance.happens(luck.undecided) {
            begin(after: takes, .undecided(Self.fault("sim.cannot-tell", mayPass: false)))
        } else {
            begin(after: takes, .done)
        }
    }

    private func publish(_ item: BackupItem) {
        isBusy = true
        isChild = false
        serial += 1
        process.after(process.chance.int(5...100)) { [self, serial] in
            guard serial == self.serial, !isOver, !process.diesBefore() else { return }
            let set = SimulatedSet.make(self, item)
            saved[item] = set
            host.sets.append(set)
            world.tally.add("sets published")
            if process.diesAfter() { return }
            isBusy = false
            actions += backup?.handle(.done) ?? []
            proceed()
        }
    }

    private func record(_ item: BackupItem) {
        if let set = saved[item] { _ = process.journal.write(.backup(BackupRecord(set))) }
        guard process.isAlive else { return }
        let fails = process.chance.happens(luck.afterwardFails)
        begin(after: 1, fails ? .failed(Self.fault("sim.record-failed", mayPass: false)) : .done)
    }

    private func prune(_ item: BackupItem) {
        guard case .backup(let spec) = job.work else { return }
        let plan = PrunePlan(
            sets: host.sets, target: item.target, database: item.database, job: job.name, keep: spec.keep,
            now: process.wall) { _ in 0 }
        for entry in plan.removed {
            if process.diesBefore() { return }
            host.sets.removeAll { $0.path == entry.set.path }
            world.tally.add("sets pruned")
            world.checker.didRemove(entry.set, self)
            if process.diesAfter() { return }
            let id = entry.set.manifest.id
            _ = process.journal.write(.removal(id, at: process.wall, reason: entry.reasons.joined(separator: "; ")))
            guard process.isAlive else { return }
        }
        begin(after: process.chance.int(1...50), .done)
    }

    // MARK: Commands

    private func runCommand(_ number: Int) {
        if stopReason != nil { return finish(.cancelled, "stopped before it began") }
        attempt = number
        write(AttemptRecord(run: run.id, number: number, startedAt: process.wall))
        guard process.isAlive else { return }
        let takes = process.chance.int(luck.dumpMin...luck.dumpMax) / 4
        if process.chance.happens(luck.hangs) {
            world.tally.add("hanging children")
            isBusy = true
            isChild = true
            isHanging = true
            serial += 1
        } else {
            let fails = process.chance.happens(luck.dumpFails)
            begin(after: takes, isChild: true, fails ? .failed(Self.fault("sim.status", mayPass: true)) : .done)
        }
    }

    private func commandEnded(_ event: BackupMachine.Event) {
        if case .done = event { return finish(.succeeded, "the command ended with status 0") }
        if let stopReason {
            if case .timedOut = stopReason { return finish(.timedOut, "stopped at its timeout") }
            return finish(.cancelled, "stopped")
        }
        let pause = job.retry.wait(afterAttempt: attempt, mayPass: true, jitter: 0.5)
        guard let pause, !isTooLate(in: pause) else { return finish(.failed, "it failed") }
        endAttempt(.failed, "it failed")
        guard process.isAlive else { return }
        serial += 1
        process.after(Int64(pause / .milliseconds(1))) { [self, serial] in
            guard serial == self.serial, !isOver else { return }
            if isTooLate(in: .zero) { return finish(.failed, "it failed") }
            runCommand(attempt + 1)
        }
    }

    private func endAttempt(_ outcome: Outcome, _ summary: String) {
        write(
            AttemptRecord(
                run: run.id, number: max(attempt, 1), startedAt: run.startedAt,
                endedAt: max(process.wall, run.startedAt), outcome: outcome, summary: summary))
    }

    private func write(_ attempt: AttemptRecord) { _ = process.journal.write(.attempt(attempt, run.lease)) }

    private static func fault(_ code: String, mayPass: Bool) -> AnyFault {
        AnyFault(code: code, summary: code, remedy: "None.", mayPass: mayPass)
    }
}
