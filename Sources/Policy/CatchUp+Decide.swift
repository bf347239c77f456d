package import FoundationEssentials
import Measures

/// What becomes of each slot that has come due since somebody looked last.
package struct CatchUpDecision: Sendable, Equatable {
    /// Oldest first.
    package var run: [Start]
    /// Oldest first; with ``run`` every slot in exactly one of the two.
    package var missed: [Miss]

    /// A slot that runs.
    package struct Start: Sendable, Equatable {
        package var slot: Date
        /// Slots among the missed ones that this run stands for as well, oldest first.
        package var standsFor: [Date]
    }

    /// A slot that does not run.
    package struct Miss: Sendable, Equatable {
        package var slot: Date
        /// A sentence without its full stop.
        package var reason: String
    }
}

extension CatchUp {
    /// Decides about slots of one schedule that are looked at together.
    ///
    /// A slot that is seen within `onTime` of its instant runs, whatever the rule. Of the others, those that
    /// are older than `late` are missed, and the rest is what the rule is about. `late` is a hard limit, also
    /// where it is shorter than `onTime`.
    /// - Parameters:
    ///   - due: Oldest first.
    ///   - next: The schedule's next slot after now, if it has one.
    ///   - expected: How long a run is expected to take.
    package func decide(
        due: [Date], now: Date, late: Duration, next: Date?, expected: Duration,
        onTime: Duration = .seconds(60)
    ) -> CatchUpDecision {
        var punctual: [Date] = []
        var behind: [Date] = []
        var reasons: [Date: String] = [:]
        for slot in due {
            let lateness = now.timeIntervalSince(slot)
            if lateness > late.inSeconds {
                reasons[slot] = Self.tooLate(lateness, late)
            } else if lateness > onTime.inSeconds {
                behind.append(slot)
            } else {
                punctual.append(slot)
            }
        }
        let chosen: [Date]
        switch self {
        case .none: (chosen, reasons) = (punctual, reasons.adding("catchup=none starts nothing late", behind))
        case .all(let number):
            let why = "it could start late only, and catchup=all:\(number) starts the newest \(number)"
            (chosen, reasons) = (
                behind.suffix(max(number, 0)) + punctual,
                reasons.adding(why, behind.dropLast(max(number, 0)))
            )
        case .latest:
            return Self.latest(due, punctual, behind, reasons, obstacle(now, next, expected))
        }
        return CatchUpDecision(due, runs: chosen, standIn: nil, reasons)
    }

    /// One run stands for all that came before it: the newest that is on time, else the newest that may still
    /// start, unless there is an obstacle.
    private static func latest(
        _ due: [Date], _ punctual: [Date], _ behind: [Date], _ reasons: [Date: String], _ obstacle: String?
    ) -> CatchUpDecision {
        if let newest = punctual.last {
            let why = "a later slot was due before it could start, and its run stands for this one"
            return CatchUpDecision(due, runs: punctual, standIn: newest, reasons.adding(why, behind))
        }
        if let obstacle {
            return CatchUpDecision(due, runs: [], standIn: nil, reasons.adding(obstacle, behind))
        }
        let why = "it could start late only, and the run of a later slot stands for it"
        return CatchUpDecision(
            due, runs: behind.suffix(1), standIn: behind.last, reasons.adding(why, behind.dropLast()))
    }

    /// Why nothing is caught up just before the next regular slot.
    private func obstacle(_ now: Date, _ next: Date?, _ expected: Duration) -> String? {
        guard let next else { return nil }
        let wait = next.timeIntervalSince(now)
        guard wait < expected.inSeconds else { return nil }
        return "it could start late only, and the next regular slot comes in "
            + "\(DurationText.render(.seconds(wait))), before the \(DurationText.render(expected)) that are "
            + "expected are over"
    }

    private static func tooLate(_ lateness: Double, _ late: Duration) -> String {
        let found = DurationText.render(.seconds(lateness))
        let allowed = DurationText.render(late)
        return "it could start only \(found == allowed ? "just over " : "")\(found) late, and late= allows "
            + DurationText.written(late)
    }
}

extension CatchUpDecision {
    /// Sorts the slots into the two lists.
    ///
    /// - Parameter standIn: The one of `runs` that stands for every slot that does not run.
    fileprivate init(
        _ due: [Date], runs: some Sequence<Date>, standIn: Date?, _ reasons: [Date: String]
    ) {
        let chosen = Set(runs)
        let rest = due.filter { !chosen.contains($0) }
        run = due.filter(chosen.contains).map { Start(slot: $0, standsFor: $0 == standIn ? rest : []) }
        missed = rest.map { Miss(slot: $0, reason: reasons[$0] ?? "") }
    }
}

extension [Date: String] {
    fileprivate func adding(_ reason: String, _ slots: some Sequence<Date>) -> [Date: String] {
        slots.reduce(into: self) { $0[$1] = reason }
    }
}
