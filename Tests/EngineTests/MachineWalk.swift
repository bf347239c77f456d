import Faults

@testable import Engine

/// One random walk of a backup machine beside a simple model of the world, which says what is wrong.
struct MachineWalk {
    /// What became of a database or a target last.
    private enum Fate: Equatable {
        case saved
        case failed(mayPass: Bool, undecided: Bool)
    }

    private(set) var complaints: [String] = []
    private(set) var log: [String] = []
    private(set) var outcome: Outcome?

    private let targets: [String]
    private let attemptsMax: Int
    private var machine: BackupMachine
    private var underWay: BackupMachine.Action?
    private var fates: [BackupItem: Fate] = [:]
    private var targetFates: [String: Fate] = [:]
    private var checked: Set<BackupItem> = []
    private var afterwardFailed = false
    private var stop: StopReason?
    private var attempts = 0
    private var started: Set<BackupItem> = []

    init(targets: [String], attemptsMax: Int) {
        self.targets = targets
        self.attemptsMax = attemptsMax
        machine = MachineScript.machine(targets, attempts: attemptsMax)
    }

    /// Walks until the end; gives up after so many events.
    mutating func walk(_ random: inout SeededRandom) {
        for step in 0..<400 where outcome == nil {
            tell(event(step, &random))
        }
        if outcome == nil { complaints.append("it does not end") }
        // Nothing wakes the dead.
        for text in ["begin", "resume 1 z", "found z", "done", "fail~", "unsure~", "late", "cancel", "lost"] {
            if !machine.handle(MachineScript.event(text)).isEmpty {
                complaints.append("it acts after its end")
            }
        }
    }

    private func event(_ step: Int, _ random: inout SeededRandom) -> BackupMachine.Event {
        let stray = Int.random(in: 0..<12, using: &random)
        if step > 0, stray == 0 {
            let texts = ["begin", "resume 1 x", "found x y", "done", "cancel", "timeout", "lost"]
            let text = texts[Int.random(in: 0..<texts.count, using: &random)]
            // An early end of what is under way would be the model's fault and not the machine's.
            return MachineScript.event(text == "done" && underWay != nil ? "begin" : text)
        }
        guard let underWay else {
            guard attemptsMax > 1, Bool.random(using: &random) else { return .begin }
            // An earlier process made one attempt and saved one database.
            return MachineScript.event("resume 1" + (targets.first.map { " \($0)/a" } ?? ""))
        }
        let mark = Bool.random(using: &random) ? "~" : "!"
        switch (underWay, Int.random(in: 0..<10, using: &random)) {
        case (.preflight, 0): return MachineScript.event("fail\(mark)")
        case (.preflight(let target), _):
            let names = ["a", "b", "c"].filter { _ in Int.random(in: 0..<4, using: &random) > 0 }
            let words = names.map { name in
                Int.random(in: 0..<6, using: &random) == 0 ? "-\(target)/\(name)\(mark)" : "\(target)/\(name)"
            }
            return MachineScript.event((["found"] + words).joined(separator: " "))
        case (.step, 0): return MachineScript.event("fail\(mark)")
        case (.step(.publishCheck, _), 1): return MachineScript.event("unsure\(mark)")
        case (.wait, 0): return .tooLate
        default: return .done
        }
    }

    private mutating func tell(_ event: BackupMachine.Event) {
        learn(event)
        let actions = machine.handle(event)
        log.append("\(event) → \(MachineScript.render(actions))")
        for action in actions { judge(action) }
    }

    /// What the event means for the world.
    private mutating func learn(_ event: BackupMachine.Event) {
        switch (underWay, event) {
        case (nil, .resume(let made, let saved)) where attempts == 0 && outcome == nil:
            attempts = made
            for item in saved { fates[item] = .saved }
        case (.preflight(let target), .foundDatabases(let items, let refused)):
            underWay = nil
            targetFates[target] =
                items.isEmpty && refused.isEmpty ? .failed(mayPass: false, undecided: false) : .saved
            for refusal in refused where fates[refusal.item].map(Self.mayRetry) ?? true {
                fates[refusal.item] = .failed(mayPass: refusal.fault.mayPass, undecided: false)
            }
        case (.preflight(let target), .failed(let fault)), (.preflight(let target), .undecided(let fault)):
            underWay = nil
            targetFates[target] = .failed(mayPass: fault.mayPass, undecided: false)
        case (.step(let name, let item), .done):
            underWay = nil
            if name == .publishCheck { checked.insert(item) }
            if name == .publish { fates[item] = .saved }
        case (.step(let name, let item), .failed(let fault)):
            underWay = nil
            fail(name, item, fault, undecided: false)
        case (.step(let name, let item), .undecided(let fault)):
            underWay = nil
            fail(name, item, fault, undecided: true)
        case (.discard, .done), (.wait, .done), (.wait, .tooLate): underWay = nil
        case (_, .stopAsked(.leaseLost(let why))): stop = .leaseLost(because: why)
        case (_, .stopAsked(let reason)): stop = stop ?? reason
        default: break
        }
    }

    private mutating func fail(_ name: StepName, _ item: BackupItem, _ fault: AnyFault, undecided: Bool) {
        if name == .record || name == .prune {
            afterwardFailed = true
        } else {
            fates[item] = .failed(mayPass: fault.mayPass, undecided: undecided)
        }
    }

    private static func mayRetry(_ fate: Fate) -> Bool {
        switch fate {
        case .saved: false
        case .failed(let mayPass, _): mayPass
        }
    }
}

extension MachineWalk {
    private mutating func judge(_ action: BackupMachine.Action) {
        if outcome != nil { complaints.append("something follows the end") }
        switch action {
        case .preflight, .step, .discard, .wait:
            if let underWay { complaints.append("two actions at a time: \(underWay) and \(action)") }
            if stop != nil, !mayFollowStop(action) { complaints.append("begins after the stop: \(action)") }
            underWay = action
            if case .step(let name, let item) = action { judge(name, item) }
            if case .wait = action { judgeWait() }
        case .beginAttempt(let number):
            attempts += 1
            checked = []
            if number != attempts || attempts > attemptsMax {
                complaints.append("attempt \(number) is one too many")
            }
        case .endAttempt(let number, _, _):
            if number != attempts { complaints.append("ends attempt \(number) in attempt \(attempts)") }
        case .interrupt:
            if underWay == nil || stop == nil { complaints.append("interrupts nothing") }
        case .end(let outcome, _):
            self.outcome = outcome
            judgeEnd(outcome)
        }
    }

    /// After a stop only what is written is thrown away, and what is published recorded.
    private func mayFollowStop(_ action: BackupMachine.Action) -> Bool {
        switch action {
        case .discard: true
        case .step(let name, let item): name == .record && fates[item] == .saved
        default: false
        }
    }

    private mutating func judge(_ name: StepName, _ item: BackupItem) {
        switch name {
        case .globals:
            if let fate = fates[item], !Self.mayRetry(fate) {
                complaints.append("tries \(item) again after \(fate)")
            }
            started.insert(item)
            checked.remove(item)
        case .publish:
            if !checked.contains(item) { complaints.append("publishes \(item) unchecked") }
        case .dump, .publishCheck:
            if fates[item] == .saved { complaints.append("dumps \(item) again") }
        case .record, .prune:
            if fates[item] != .saved {
                complaints.append("\(name.rawValue) of \(item), which is not published")
            }
        case .preflight, .before, .command, .onFailure, .after, .choose, .checkSet, .server, .create,
            .restore, .analyze, .prove, .report, .swap, .verify, .look, .maintain, .statement:
            complaints.append("\(name.rawValue) of one database")
        }
    }

    private mutating func judgeWait() {
        let all = Array(fates.values) + Array(targetFates.values)
        if !all.contains(where: Self.mayRetry) { complaints.append("waits although nothing may pass") }
        if attempts >= attemptsMax { complaints.append("waits after the last attempt") }
    }

    private mutating func judgeEnd(_ outcome: Outcome) {
        let failures = (Array(fates.values) + Array(targetFates.values)).filter { $0 != .saved }
        let anySaved = fates.values.contains(.saved)
        let expected: Outcome
        switch stop {
        case .cancelled, .stopped, .leaseLost: expected = .cancelled
        case .timedOut: expected = .timedOut
        case nil:
            let undecided = failures.allSatisfy { if case .failed(_, true) = $0 { true } else { false } }
            if failures.isEmpty, anySaved, !afterwardFailed {
                expected = .succeeded
            } else if !failures.isEmpty, undecided, !afterwardFailed {
                expected = .couldNotVerify
            } else {
                expected = .failed
            }
            if !Set(targetFates.keys).isSuperset(of: targets) { complaints.append("a target was not probed") }
        }
        if outcome != expected { complaints.append("ends \(outcome) and should end \(expected)") }
    }
}
