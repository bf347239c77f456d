import ArchiveFormat
import Engine
import Faults
import FoundationEssentials
import Jobs
import Policy

/// The steps of a run, which take time by chance and fail by chance.
extension Execution {
    func step(_ name: StepName, _ item: BackupItem) {
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
        case .preflight, .before, .command, .choose, .checkSet, .server, .create, .restore, .analyze, .prove,
            .report, .swap, .verify, .look, .maintain, .statement, .onFailure, .after:
            begin(after: 1, .done)
        }
    }

    func dump() {
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

    func check() {
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

    func publish(_ item: BackupItem) {
        isBusy = true
        isChild = false
        serial += 1
        process.after(process.chance.int(5...100)) { [self, serial] in
            guard serial == self.serial, !isOver, !process.diesBefore() else { return }
            if world.scenario.sabotage != .setsVanish {
                let set = SimulatedSet.make(self, item)
                saved[item] = set
                host.sets.append(set)
                world.tally.add("sets published")
            }
            if process.diesAfter() { return }
            isBusy = false
            actions += backup?.handle(.done) ?? []
            proceed()
        }
    }

    func record(_ item: BackupItem) {
        if let set = saved[item] { _ = process.journal.write(.backup(BackupRecord(set))) }
        guard process.isAlive else { return }
        let fails = process.chance.happens(luck.afterwardFails)
        begin(after: 1, fails ? .failed(Self.fault("sim.record-failed", mayPass: false)) : .done)
    }

    func prune(_ item: BackupItem) {
        guard case .backup(let spec) = job.work else { return }
        let plan = PrunePlan(
            sets: host.sets, target: item.target, database: item.database, job: job.name, keep: spec.keep,
            now: process.wall
        ) { _ in 0 }
        let removed =
            world.scenario.sabotage == .newestIsRemoved ? Array(plan.entries.prefix(1)) : plan.removed
        for entry in removed {
            if process.diesBefore() { return }
            host.sets.removeAll { $0.path == entry.set.path }
            world.tally.add("sets pruned")
            world.checker.didRemove(entry.set, self)
            if process.diesAfter() { return }
            let id = entry.set.manifest.id
            _ = process.journal.write(
                .removal(id, at: process.wall, reason: entry.reasons.joined(separator: "; ")))
            guard process.isAlive else { return }
        }
        begin(after: process.chance.int(1...50), .done)
    }

    // MARK: Commands

    func runCommand(_ number: Int) {
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
            begin(
                after: takes, isChild: true, fails ? .failed(Self.fault("sim.status", mayPass: true)) : .done)
        }
    }

    func commandEnded(_ event: BackupMachine.Event) {
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
}
