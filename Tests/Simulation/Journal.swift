import Engine
import Faults
import FoundationEssentials
import TestKit

/// What `JournaledBook` is, without tasks: writes that never fail, kept where the catalog does not take them.
final class Journal {
    unowned let process: Process
    /// On the disk, in order.
    private(set) var entries: [JournalEntry] = []
    private var isDown = false
    private var foreign: Set<UUID> = []
    private var underWay: [UUID: RunRecord] = [:]
    private var introduced: Set<UUID> = []

    private static let refusals: Set<String> = ["catalog.run-taken-over", "catalog.run-unknown"]

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
        if let run = entry.run, foreign.contains(run) { return .begun }
        if !isDown, entries.isEmpty {
            switch tell(entry) {
            case .taken?: return .begun
            case .slotTaken?:
                lose(entry.run)
                return .slotTaken(by: entry.run ?? process.id)
            case .refused?:
                lose(entry.run)
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
    func settle(_ lease: Lease?) {
        while let abandoned = process.host.journals.first {
            var foreign: Set<UUID> = []
            var told = 0
            for entry in abandoned {
                if let run = entry.run, foreign.contains(run) {
                    told += 1
                    continue
                }
                guard let answer = tell(entry) else { break }
                guard process.isAlive else { return }
                if answer != .taken, let run = entry.run { foreign.insert(run) }
                told += 1
                world.tally.add("journal replays")
            }
            let rest = Array(abandoned.dropFirst(told))
            process.host.journals.removeFirst()
            guard rest.isEmpty else {
                process.host.journals.insert(rest, at: 0)
                isDown = true
                return
            }
        }
        while let entry = entries.first {
            if let run = entry.run, foreign.contains(run) {
                entries.removeFirst()
                continue
            }
            guard let answer = tell(entry) else {
                isDown = true
                return
            }
            guard process.isAlive else { return }
            entries.removeFirst()
            if answer != .taken { lose(entry.run) }
            world.tally.add("journal replays")
        }
        isDown = false
        introduced = []
    }

    /// The run is another's.
    private func lose(_ run: UUID?) {
        guard let run, foreign.insert(run).inserted, let execution = process.executions[run] else { return }
        process.after(0) { execution.stop(.leaseLost(because: "taken over by another daemon")) }
    }

    /// Nil: the catalog did not answer.
    private func tell(_ entry: JournalEntry) -> Answer? {
        let luck = world.scenario.luck
        guard world.reaches(process), world.isCalm || !process.chance.happens(luck.callFails) else { return nil }
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

    private func put(_ entry: JournalEntry) throws(AnyFault) -> Answer {
        let now = world.date
        switch entry {
        case .run(let run):
            if case .slotTaken = try world.catalog.begin(run, now: now) { return .slotTaken }
        case .attempt(let attempt, let lease): try world.catalog.record(attempt, lease: lease, now: now)
        case .step(let step, let lease): try world.catalog.record(step, lease: lease, now: now)
        case .backup(let backup): world.catalog.record(backup, now: now)
        case .removal(let id, let at, let reason): world.catalog.markRemoved(id, at: at, reason: reason, now: now)
        case .end(let run, let lease, let outcome, let summary, let at):
            try world.catalog.end(run, lease: lease, outcome: outcome, summary: summary, at: at, now: now)
        case .mark: break
        }
        return .taken
    }
}
