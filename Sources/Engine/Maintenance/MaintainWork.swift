import Faults
import FoundationEssentials
import Jobs
import Measures
import Policy

/// Does what is planned for one database: performs what ``MaintainMachine`` decides, and writes all of it down.
struct MaintainWork: Sendable {
    let look: MaintenanceLook
    let target: Target
    /// One for each action of the look, in its order.
    let records: [MaintenanceRecord]
    let spec: MaintainSpec
    let context: RunContext
    let watch: MaintainWatch
    let ports: MaintainPorts

    private static let stopped = "the run was stopped"

    /// Does it, and answers with what became of each action.
    func perform() async -> [MaintenanceRecord] {
        var machine = MaintainMachine(
            look.actions.map { .init(kind: $0.kind, table: $0.table, fit: $0.fit) }, workers: spec.workers)
        var results = records
        var rested = context.ambient.uptime()
        await withTaskGroup(of: (Int, MaintenanceRecord).self) { group in
            var actions = machine.handle(.begin)
            repeat {
                var noted: [MaintenanceRecord] = []
                while !actions.isEmpty {
                    switch actions.removeFirst() {
                    case .ask(let index):
                        actions += machine.handle(await answer(index, notBefore: rested))
                    case .perform(let index): group.addTask { (index, await self.perform(index)) }
                    case .note(let index, let state, let why):
                        results[index] = records[index].ended(state, clean(why), at: now)
                        noted.append(results[index])
                    case .finish: break
                    }
                }
                await write(noted)
                guard let (index, record) = await group.next() else { break }
                results[index] = record
                let rest = MaintainRest.after(record, of: look.actions[index])
                rested = max(rested, context.ambient.uptime() + rest)
                actions = machine.handle(.ended(index))
            } while true
        }
        return results
    }

    private var now: Date { context.ambient.wallTime() }

    // MARK: Before

    /// Whether an action may begin now, after the rest that is owed; a guard that refuses is waited for a while.
    private func answer(_ index: Int, notBefore rested: Duration) async -> MaintainMachine.Event {
        let action = look.actions[index]
        let rest = rested - context.ambient.uptime()
        if rest > .zero, action.fit != .emergency { await context.ambient.sleep(rest) }
        let patienceEnd = context.ambient.uptime() + MaintainWatch.guardPatience
        while true {
            if Task.isCancelled || context.scribe.isTakenOver { return .refused(index, .over(Self.stopped)) }
            if action.fit == .emergency { return .admitted(index) }
            switch await watch.obstacle() {
            case .closed(let why): return .refused(index, .closed(why))
            case .guarded(let why):
                guard context.ambient.uptime() < patienceEnd else { return .refused(index, .closed(why)) }
                await context.ambient.sleep(AttemptAdmission.guardPause)
            case nil: return await fit(index, action)
            }
        }
    }

    private func fit(_ index: Int, _ action: MaintenanceAction) async -> MaintainMachine.Event {
        guard let predicted = action.predicted, let (left, until) = await watch.timeLeft(), predicted > left
        else { return .admitted(index) }
        let need = DurationText.render(predicted)
        return .refused(
            index,
            .tooLong("it takes about \(need), and \(DurationText.render(left)) are left until \(until)"))
    }

    // MARK: Doing

    private func perform(_ index: Int) async -> MaintenanceRecord {
        let action = look.actions[index]
        var record = records[index]
        record.startedAt = now
        await write([record])
        if action.kind == .reindex, let fault = await context.scribe.book.atRisk {
            // Its leftover would be a stranger's.
            let fault = MaintainFault.notWritten(object: "\(action.object.name)", why: fault.summary).plain
            let refused = record.ended(.skipped, clean(fault.summary), at: now)
            await write([refused])
            return refused
        }
        ports.observer.observe(.maintaining(record, of: records.count))
        let effect = await ports.maintenance.perform(
            action, on: target, database: look.item.database, gently: Gentleness(spec.gentleness),
            watch: { await reasonToStop(action) })
        var done = record.ended(effect, at: now)
        done.detail = clean(done.detail)
        await write([done])
        ports.observer.observe(.maintained(done, of: records.count))
        return done
    }

    /// Why a statement under way is cancelled; nil while it may go on.
    private func reasonToStop(_ action: MaintenanceAction) async -> String? {
        if context.scribe.isTakenOver { return Self.stopped }
        return action.fit == .emergency ? nil : await watch.obstacle()?.text
    }

    private func write(_ records: [MaintenanceRecord]) async {
        guard !records.isEmpty else { return }
        await context.scribe.book.record(
            records, of: context.run.id, lease: await context.scribe.record.lease)
    }

    private func clean(_ text: String) -> String { context.scribe.clean(text) }
}

extension Gentleness {
    /// As a job says it.
    init(_ numbers: MaintainSpec.Numbers) {
        self.init(
            costDelay: numbers.costDelay / .milliseconds(1), costLimit: numbers.costLimit,
            bufferLimit: numbers.bufferLimit, lockTimeout: numbers.lockTimeout,
            yieldAfter: numbers.yieldAfter, truncates: numbers.truncates,
            statementTimeout: numbers.statementTimeout)
    }
}
