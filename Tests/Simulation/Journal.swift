import Engine
import Faults
import FoundationEssentials
import TestKit

/// What `JournaledBook` is, without tasks: writes that never fail, kept where the catalog does not take them.
final class Journal {
    unowned let process: Process
    /// On the disk, in order.
    private(set) var entries: [JournalEntry] = []
    /// Also until there is a lease to write under.
    private var isDown = true
    private var lease: Lease?
    private var foreign: Set<Taking> = []
    private var underWay: [UUID: RunRecord] = [:]
    private var introduced: Set<UUID> = []

    private static let refusals: Set<String> = ["catalog.run-taken-over", "catalog.run-unknown"]

    /// A run is another's only as far as one taking of it goes: it may be taken over again.
    private struct Taking: Hashable {
        var run: UUID
        var lease: Lease?
    }

    enum Answer: Equatable {
        case taken, slotTaken, refused
    }

    init(_ process: Process) { self.process = process }

    private var world: World { process.world }

    /// Writes an entry to the catalog, or keeps it.
    func write(_ entry: JournalEntry) -> RunStart {
        if process.diesBefore() { return .begun }
        if case .run(let run) = entry { underWay[run.id] = run }
        defer { if case .end(let run, _, _, _, _) = entry { underWay[run] = nil } }
        if let taking = taking(entry), foreign.contains(taking) { return .begun }
        if !isDown, entries.isEmpty {
            switch tell(entry) {
            case .taken?: return .begun
            case .slotTaken?:
                lose(entry)
                return .slotTaken(by: entry.run ?? process.id)
            case .refused?:
                lose(entry)
                return .begun
            case nil: isDown = true
            }
        }
        keep(entry)
        return .begun
    }

    private func keep(_ entry: JournalEntry) {
        guard process.isAlive else { return }
        if case .run(let run) = entry {
            introduced.insert(run.id)
        } else if let run = entry.run, let row = underWay[run], introduced.insert(run).inserted {
            entries.append(.run(row))
        }
        entries.append(entry)
    }

    /// Tells the catalog what it lacks, in order: what dead processes left, then our own.
    ///
    /// - Returns: Whether it has all.
    func settle(_ lease: Lease?) -> Bool {
        self.lease = lease ?? self.lease
        while let abandoned = process.host.journals.first {
            var foreign: Set<Taking> = []
            var told = 0
            for entry in abandoned {
                if let taking = taking(entry), foreign.contains(taking) {
                    told += 1
                    continue
                }
                guard let answer = tell(entry) else { break }
                guard process.isAlive else { return false }
                if answer != .taken, let taking = taking(entry) { foreign.insert(taking) }
                told += 1
                world.tally.add("journal replays")
            }
            let rest = Array(abandoned.dropFirst(told))
            process.host.journals.removeFirst()
            guard rest.isEmpty else {
                process.host.journals.insert(rest, at: 0)
                isDown = true
                return false
            }
        }
        while let entry = entries.first {
            if let taking = taking(entry), foreign.contains(taking) {
                entries.removeFirst()
                continue
            }
            guard let answer = tell(entry) else {
                isDown = true
                return false
            }
            guard process.isAlive else { return false }
            entries.removeFirst()
            if answer != .taken { lose(entry) }
            world.tally.add("journal replays")
        }
        isDown = false
        introduced = []
        return true
    }

    /// The run is another's.
    private func lose(_ entry: JournalEntry) {
        guard let taking = taking(entry), foreign.insert(taking).inserted,
            let execution = process.executions[taking.run]
        else { return }
        process.after(0) { execution.stop(.leaseLost(because: "taken over by another daemon")) }
    }

    private func taking(_ entry: JournalEntry) -> Taking? {
        switch entry {
        case .run(let run): Taking(run: run.id, lease: run.lease)
        case .attempt(let attempt, let lease): Taking(run: attempt.run, lease: lease)
        case .step(let step, let lease): Taking(run: step.run, lease: lease)
        case .end(let run, let lease, _, _, _): Taking(run: run, lease: lease)
        case .drill(let drill, _, let lease): Taking(run: drill.run, lease: lease)
        case .maintenance(let run, _, let lease): Taking(run: run, lease: lease)
        case .backup, .removal: nil
        }
    }

    /// Nil: the catalog did not answer.
    private func tell(_ entry: JournalEntry) -> Answer? {
        let luck = world.scenario.luck
        guard world.reaches(process), world.isCalm || !process.chance.happens(luck.callFails) else {
            return nil
        }
        let answer: Answer
        do throws(AnyFault) { answer = try put(entry) } catch {
            if !Self.refusals.contains(error.code) { world.checker.report("the catalog says \(error.code)") }
            answer = .refused
        }
        if process.diesAfter() { return answer }
        if !world.isCalm, process.chance.happens(luck.answerLost) {
            world.tally.add("lost answers")
            return nil
        }
        return answer
    }

    /// What began before there was a lease is told under the one that there is by now.
    private func known(_ lease: Lease?) -> Lease? {
        lease == Lease(daemon: process.id, epoch: 0) ? self.lease ?? lease : lease
    }

    private func put(_ entry: JournalEntry) throws(AnyFault) -> Answer {
        let now = world.date
        switch entry {
        case .run(var run):
            run.lease = known(run.lease)
            if case .slotTaken = try world.catalog.begin(run, now: now) { return .slotTaken }
        case .attempt(let attempt, let lease):
            try world.catalog.record(attempt, lease: known(lease), now: now)
        case .step(let step, let lease): try world.catalog.record(step, lease: known(lease), now: now)
        case .backup(let backup): world.catalog.record(backup, now: now)
        case .drill(let drill, let report, let lease):
            try world.catalog.record(drill, report: report, lease: known(lease), now: now)
        case .maintenance(let run, let actions, let lease):
            try world.catalog.record(actions, of: run, lease: known(lease), now: now)
        case .removal(let id, let at, let reason):
            world.catalog.markRemoved(id, at: at, reason: reason, now: now)
        case .end(let run, let lease, let outcome, let summary, let at):
            try world.catalog.end(
                run, lease: known(lease), outcome: outcome, summary: summary, at: at, now: now)
        }
        return .taken
    }
}
