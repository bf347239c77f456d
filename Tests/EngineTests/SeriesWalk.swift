import Faults

@testable import Engine

/// One random walk of a series machine beside a simple model of the world, which says what is wrong.
struct SeriesWalk {
    /// What became of a set last.
    private enum Fate: Equatable {
        case good, broken
        case undecided(mayPass: Bool)
    }

    private(set) var complaints: [String] = []
    private(set) var log: [String] = []
    private(set) var outcome: Outcome?

    private let attemptsMax: Int
    private var machine: SeriesMachine
    private var underWay: SeriesMachine.Action?
    private var chosen: Int?
    private var choiceFailed: Bool?
    private var fates: [Int: Fate] = [:]
    private var attempts = 0
    private var isAttemptOpen = false
    /// Sets that were begun and not tidied yet; never more than one.
    private var untidy: Set<Int> = []
    private var begunNow: Set<Int> = []
    private var expectedStep: (item: Int, index: Int)?
    private var stop: StopReason?

    init(attemptsMax: Int) {
        self.attemptsMax = attemptsMax
        machine = SeriesScript.machine(attempts: attemptsMax)
    }

    /// Walks until the end; gives up after so many events.
    mutating func walk(_ random: inout SeededRandom) {
        for step in 0..<400 where outcome == nil { tell(event(step, &random)) }
        if outcome == nil { complaints.append("it does not end") }
        if !untidy.isEmpty { complaints.append("it leaves \(untidy) untidy") }
        if isAttemptOpen { complaints.append("its attempt stays open") }
        // Nothing wakes the dead.
        for text in ["begin", "chose 1", "done", "broken", "fail~", "late", "cancel", "lost"] {
            if !machine.handle(SeriesScript.event(text)).isEmpty {
                complaints.append("it acts after its end")
            }
        }
    }

    private func event(_ step: Int, _ random: inout SeededRandom) -> SeriesMachine.Event {
        if step > 0, Int.random(in: 0..<15, using: &random) == 0 {
            let texts = ["begin", "cancel", "timeout", "lost"]
            return SeriesScript.event(texts[Int.random(in: 0..<texts.count, using: &random)])
        }
        guard let underWay else {
            return SeriesScript.event(Int.random(in: 0..<20, using: &random) == 0 ? "cancel" : "begin")
        }
        let failure = Bool.random(using: &random) ? "fail~" : "fail!"
        let draw = Int.random(in: 0..<8, using: &random)
        switch (underWay, draw) {
        case (.choose, 0): return SeriesScript.event(failure)
        case (.choose, _): return .chose(Int.random(in: 0...4, using: &random))
        case (.step, 0): return SeriesScript.event(failure)
        case (.step, 1): return SeriesScript.event("broken")
        case (.wait, 0): return SeriesScript.event("late")
        default: return .done
        }
    }

    private mutating func tell(_ event: SeriesMachine.Event) {
        learn(event)
        let actions = machine.handle(event)
        log.append("\(event) → \(SeriesScript.render(actions))")
        for action in actions { judge(action) }
    }

    /// What the event means for the world.
    private mutating func learn(_ event: SeriesMachine.Event) {
        switch (underWay, event) {
        case (_, .stopAsked(let reason)):
            if case .leaseLost = reason { stop = reason }
            stop = stop ?? reason
            return
        case (_, .begin): return
        case (.choose, .chose(let count)):
            chosen = count
            choiceFailed = nil
        case (.choose, .failed(let fault)): choiceFailed = fault.mayPass
        case (.step(_, let item), .broken): fates[item] = .broken
        case (.step(_, let item), .failed(let fault)) where stop == nil:
            fates[item] = .undecided(mayPass: fault.mayPass)
        case (.step(let name, let item), .done) where name == SeriesScript.steps.last: fates[item] = .good
        default: break
        }
        underWay = nil
    }

    private mutating func judge(_ action: SeriesMachine.Action) {
        if outcome != nil { complaints.append("something follows the end") }
        switch action {
        case .beginAttempt(let number):
            attempts += 1
            begunNow = []
            if number != attempts || attempts > attemptsMax || isAttemptOpen {
                complaints.append("attempt \(number) is one too many")
            }
            isAttemptOpen = true
        case .endAttempt:
            if !isAttemptOpen { complaints.append("ends no attempt") }
            isAttemptOpen = false
        case .choose, .step, .tidy, .wait: judgeWork(action)
        case .interrupt:
            if underWay == nil || stop == nil { complaints.append("interrupts nothing") }
            if case .tidy? = underWay { complaints.append("interrupts tidying") }
        case .end(let outcome, _):
            self.outcome = outcome
            judgeEnd(outcome)
        }
    }

    private mutating func judgeWork(_ action: SeriesMachine.Action) {
        if let underWay { complaints.append("two actions at a time: \(underWay) and \(action)") }
        underWay = action
        if case .tidy(let item) = action {
            if untidy.remove(item) == nil { complaints.append("tidies \(item), which was not begun") }
            expectedStep = nil
            return
        }
        if stop != nil { complaints.append("begins after the stop: \(action)") }
        switch action {
        case .step(let name, let item): judge(name, item)
        case .choose:
            if !fates.isEmpty { complaints.append("chooses again after it has begun") }
        case .wait:
            let mayPass = choiceFailed ?? fates.values.contains(.undecided(mayPass: true))
            if !mayPass || attempts >= attemptsMax { complaints.append("waits for nothing") }
        case .beginAttempt, .tidy, .endAttempt, .interrupt, .end: break
        }
    }

    private mutating func judge(_ name: StepName, _ item: Int) {
        let index = SeriesScript.steps.firstIndex(of: name) ?? -1
        if index == 0 {
            switch fates[item] {
            case nil, .undecided(mayPass: true): break
            case .good, .broken, .undecided(mayPass: false):
                complaints.append("tries \(item) again, which is decided")
            }
            if !untidy.isEmpty { complaints.append("begins \(item) before \(untidy) is tidied") }
            if !begunNow.insert(item).inserted { complaints.append("begins \(item) twice in an attempt") }
            if item >= chosen ?? 0 { complaints.append("begins \(item), which was not chosen") }
            untidy.insert(item)
        } else if expectedStep?.item != item || expectedStep?.index != index {
            complaints.append("\(name.rawValue) of \(item) out of its turn")
        }
        expectedStep = (item, index + 1)
    }

    private mutating func judgeEnd(_ outcome: Outcome) {
        let expected: Outcome
        switch stop {
        case .cancelled, .stopped, .leaseLost: expected = .cancelled
        case .timedOut: expected = .timedOut
        case nil:
            if choiceFailed != nil || fates.values.contains(.broken) {
                expected = .failed
            } else if fates.isEmpty || fates.values.contains(where: { $0 != .good }) {
                expected = .couldNotVerify
            } else {
                expected = .succeeded
            }
            if choiceFailed == nil, fates.count != chosen { complaints.append("a set was passed over") }
        }
        if outcome != expected { complaints.append("ends \(outcome) and should end \(expected)") }
    }
}
