import ArchiveFormat
import Engine
import FoundationEssentials
import Jobs
import Policy
import TestKit

/// Holds the world to its promises.
final class Checker {
    unowned let world: World
    private(set) var violations: [String] = []
    private var live: [Execution] = []
    /// The first mark of each schedule.
    private var firstMarks: [ScheduleKey: Date] = [:]
    private let schedules: [ScheduleKey: Schedule]
    private let seatWatch = SeatWatch()
    private let slotWatch = SlotWatch()

    init(_ world: World) {
        self.world = world
        schedules = Dictionary(
            world.scenario.schedules.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    }

    func report(_ violation: String) {
        world.trace.note(world, "BROKEN: \(violation)")
        if violations.count < 20 { violations.append(violation) }
    }

    // MARK: While it goes on

    /// Time has gone by.
    func looked() { seatWatch.look(at: world) }

    func sawMarks(_ marks: [ScheduleKey: Date]) {
        for (key, mark) in marks where firstMarks[key] == nil { firstMarks[key] = mark }
    }

    func tookOver(_ run: RunRecord, _ process: Process) { world.tally.add("takeovers") }

    /// What must hold when a run is given to be performed.
    func willPerform(_ execution: Execution) {
        let (run, job, process) = (execution.run, execution.job, execution.process)
        world.tally.add("performed")
        if execution.startedApart { world.tally.add("performed apart") }
        let what = "run \(run.id) of \(job.name)"
        if let deadline = run.deadline, process.wall > deadline {
            report("\(what) starts at \(process.wall), after its deadline \(deadline)")
        }
        if case .slot(let key, _) = run.trigger, let window = schedules[key]?.window,
            !window.contains(process.wall)
        {
            report("\(what) starts outside its window")
        }
        if process.stopAskedAt != nil { report("\(what) starts though its daemon was asked to end") }
        if execution.startedApart {
            if !mayBeApart(process, job) { report("\(what) starts without the catalog") }
        } else {
            checkSeats(execution)
        }
        checkAlone(execution)
        slotWatch.willPerform(execution)
        live.append(execution)
    }

    /// Whether the rules let a job go on, or start, without the catalog: backups of which no other daemon that was
    /// seen last could take care, and what says so itself.
    private func mayBeApart(_ process: Process, _ job: Job) -> Bool {
        let isOurs = !process.peers.contains { $0.id != process.id && Self.fits(job, $0) }
        if process.record.role == .hand {
            return !process.hadLease || isOurs || job.whenCatalogDown == .run
        }
        switch job.whenCatalogDown {
        case .run?: return true
        case .skip?: return false
        case nil:
            return job.kind == .backup && isOurs
        }
    }

    private static func fits(_ job: Job, _ daemon: DaemonRecord) -> Bool {
        job.labels.allSatisfy { daemon.labels[$0.key] == $0.value }
    }

    /// No other process does the same run, or another run of the same slot, but for these: one whose daemon was away
    /// from the catalog for longer than its lease and may go on without it, and one whose daemon slept through its
    /// lease and is only now stopping it.
    private func checkAlone(_ execution: Execution) {
        let run = execution.run
        for other in live where !other.isOver {
            var isSame = other.run.id == run.id
            if case .slot = run.trigger { isSame = isSame || other.run.trigger == run.trigger }
            guard isSame else { continue }
            if execution.startedApart || isExcused(other) {
                world.tally.add("runs in two places apart")
                continue
            }
            report("run \(run.id) of \(run.job) is under way already, by \(other.process.name)")
        }
    }

    /// Whether an execution may be alive although its run was taken over.
    private func isExcused(_ other: Execution) -> Bool {
        let process = other.process
        let grace = Process.stopGrace + Process.timeoutMax + 5000
        if process.isFrozen || world.now - process.thawedAt < grace { return true }
        let mayGoOn = other.startedApart || mayBeApart(process, other.job)
        return mayGoOn && (!process.holdsLease || world.now - process.apartAt < grace)
    }

    private func checkSeats(_ execution: Execution) {
        let run = execution.run
        let seats = SeatPlan.seats(
            of: execution.job, targets: world.scenario.targets, limits: world.scenario.limits)
        let views = world.catalog.seats()
        let id = run.id.uuidString.lowercased()
        for seat in seats {
            let holders = views.filter { $0.seat == seat.key && $0.has }
            if !holders.contains(where: { $0.run == id }) {
                report("run \(run.id) of \(run.job) starts without its seat \(seat.key)")
            }
            if holders.count > seat.limit {
                report("\(holders.count) runs have seat \(seat.key), and \(seat.limit) may")
            }
            let others = live.filter { other in
                !other.isOver && !other.startedApart && !isExcused(other) && other.run.id != run.id
                    && SeatPlan.seats(
                        of: other.job, targets: world.scenario.targets, limits: world.scenario.limits
                    )
                    .contains { $0.key == seat.key }
            }
            if others.count >= seat.limit {
                let names = others.map { "\($0.run.id) of \($0.process.name)" }.joined(separator: ", ")
                report("run \(run.id) of \(run.job) starts, and \(seat.key) is full: \(names)")
            }
        }
    }

    /// What must hold before a run is written as ended.
    func willEnd(_ execution: Execution, _ outcome: Outcome) {
        guard outcome == .succeeded, case .backup = execution.job.work else { return }
        for target in world.scenario.targets.map(\.name) where execution.job.targets?.contains(target) ?? true
        {
            for database in world.scenario.databases[target] ?? [] {
                let exists = world.catalogOrStoresHold(execution.run.id, target, database)
                if !exists {
                    report("run \(execution.run.id) succeeded without a set of \(target)/\(database)")
                }
            }
        }
    }

    /// The end of a run is written, or in the journal of a process that lives.
    func didWriteEnd(_ execution: Execution, _ outcome: Outcome) { slotWatch.didEnd(execution, outcome) }

    func didEnd(_ execution: Execution) { live.removeAll { $0 === execution } }

    func didRemove(_ set: StoredSet, _ execution: Execution) {
        let process = execution.process
        let manifest = set.manifest
        guard set.damaged == nil, manifest.started <= process.wall else {
            if manifest.started > process.wall { report("a set of the future was removed") }
            return
        }
        let rest = process.host.sets.filter {
            $0.manifest.target == manifest.target && $0.manifest.database == manifest.database
                && $0.manifest.job == manifest.job && $0.damaged == nil
        }
        let hasNewer = rest.contains {
            $0.manifest.started >= manifest.started && $0.manifest.started <= process.wall
        }
        if !hasNewer { report("the newest verified set of \(manifest.database.name) was removed") }
    }

    // MARK: In the end

    /// After the calm: everything is accounted for, and nothing is left over from before.
    func checkCalm() {
        checkSlots()
        checkUnfinished()
        for host in world.hosts where !host.journals.isEmpty {
            report("host \(host.number) still has \(host.journals.count) journals of dead processes")
        }
        for process in world.living where !process.journal.entries.isEmpty {
            report("\(process.name) still has \(process.journal.entries.count) entries in its journal")
        }
        for run in world.catalog.allRuns {
            world.tally.add("runs")
            if case .ended(let outcome) = run.state { world.tally.add("outcome \(outcome.rawValue)") }
        }
    }

    /// The newest slots may still be on their way.
    private static let slack: TimeInterval = 120

    private func checkSlots() {
        let configured = Set(
            world.serving.flatMap { place, process in
                world.schedules(of: place).filter { Self.fits($0.job, process.record) }.map(\.key)
            })
        for (key, first) in firstMarks {
            guard let schedule = schedules[key] else { continue }
            let mark = world.catalog.marks(of: [key], now: world.date)[key] ?? first
            var until = mark
            let behind = world.hosts.map(\.clockOff).min() ?? 0
            let civil = world.date.addingTimeInterval(Double(behind) / 1000)
            let patience = Double(world.scenario.lease / .seconds(1)) + Self.slack
            if configured.contains(key) { until = max(mark, civil.addingTimeInterval(-patience)) }
            let slots = Planner.slots(of: [schedule], after: first, until: until)
            world.tally.add("slots", slots.count)
            for slot in slots {
                guard let run = world.catalog.run(of: key, slot: slot.at) else {
                    if !isCollapsed(slot, key) {
                        report("slot \(slot.at) of \(key.job) has no outcome; its mark is \(mark)")
                    }
                    continue
                }
                if case .ended = run.state { continue }
                if slot.at.addingTimeInterval(schedule.late / .seconds(1) + longest(run.job)) < civil {
                    report("slot \(slot.at) of \(key.job) has not ended: \(run.state), \(run.summary)")
                }
            }
        }
    }

    /// Whether one row stands for a slot and others of a backlog.
    private func isCollapsed(_ slot: Slot, _ key: ScheduleKey) -> Bool {
        world.catalog.allRuns.contains { run in
            guard case .slot(key, let at) = run.trigger else { return false }
            return at < slot.at && run.summary.contains("more than 1000 came due at once")
        }
    }

    /// More seconds than any run of a job takes, once it may start.
    private func longest(_ job: String) -> Double {
        guard let job = world.scenario.jobs[job] else { return 0 }
        return (job.timeout + job.retry.backoffMax) / .seconds(1) + world.scenario.lease / .seconds(1) * 4
            + 700
    }

    private func checkUnfinished() {
        for run in world.catalog.unfinishedRuns {
            let from: Date
            if case .slot(_, let at) = run.trigger { from = at } else { from = run.startedAt }
            let late = run.deadline.map { $0.timeIntervalSince(from) } ?? 0
            let skew = world.hosts.map { abs(Double($0.clockOff)) / 1000 }.max() ?? 0
            if from.addingTimeInterval(late + longest(run.job) + skew) < world.date {
                report("run \(run.id) of \(run.job) does not end: \(run.state) since \(from), \(run.summary)")
            }
        }
        for process in world.living {
            let (running, _) = process.machine.load
            if running != process.executions.count + process.endings {
                report(
                    "\(process.name) thinks that \(running) runs are under way, and \(process.executions.count) are"
                )
            }
        }
    }

    /// After everybody was asked to stop.
    func checkStopped() {
        for process in world.living { report("\(process.name) does not end: \(process.machine.load)") }
        for run in world.catalog.unfinishedRuns {
            if case .running = run.state { report("run \(run.id) of \(run.job) runs, and nobody is there") }
            if run.trigger == .hand { report("run \(run.id) by hand of \(run.job) was left waiting") }
        }
    }
}

extension World {
    /// Whether a run's set of a database was published anywhere.
    func catalogOrStoresHold(_ run: UUID, _ target: String, _ database: String) -> Bool {
        hosts.contains { host in
            host.sets.contains {
                $0.manifest.run == run && $0.manifest.target == target
                    && $0.manifest.database.name == database
            }
        } || catalog.backups(target: target).contains { $0.run == run && $0.database == database }
    }
}
