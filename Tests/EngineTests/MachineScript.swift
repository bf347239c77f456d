import Faults
import Policy

@testable import Engine

/// Events and actions of a backup machine as short text, for rows and goldens.
///
/// Events: `begin`, `found a b -c! -d~` (`-` is refused), `done`, `fail!`, `fail~`, `unsure!`, `unsure~`, `cancel`,
/// `timeout`, `lost` (the lease), `late`, `resume 1 a b`; `!` marks what does not pass by itself, `~` what may. Databases without a target are of `t`.
enum MachineScript {
    static func event(_ text: String) -> BackupMachine.Event {
        let words = text.split(separator: " ").map(String.init)
        switch words.first ?? "" {
        case "begin": return .begin
        case "resume":
            return .resume(
                attemptsMade: words.dropFirst().first.flatMap(Int.init) ?? 1,
                saved: words.dropFirst(2).map(item))
        case "late": return .tooLate
        case "lost": return .stopAsked(.leaseLost(because: "taken over"))
        case "found":
            let names = words.dropFirst()
            return .foundDatabases(
                names.filter { !$0.hasPrefix("-") }.map(item),
                refused: names.filter { $0.hasPrefix("-") }.map { name in
                    RefusedItem(item: item(String(name.dropFirst().dropLast())), fault: fault(name))
                })
        case "done": return .done
        case "fail!", "fail~": return .failed(fault(text))
        case "unsure!", "unsure~": return .undecided(fault(text))
        case "cancel": return .stopAsked(.cancelled)
        case "timeout": return .stopAsked(.timedOut)
        default: preconditionFailure("no event is called '\(text)'")
        }
    }

    static func item(_ name: String) -> BackupItem {
        let parts = name.split(separator: "/").map(String.init)
        return parts.count == 2
            ? BackupItem(target: parts[0], database: parts[1]) : BackupItem(target: "t", database: name)
    }

    static func fault(_ text: String) -> AnyFault {
        let mayPass = text.hasSuffix("~")
        return AnyFault(
            code: "test.fault", summary: mayPass ? "it may pass" : "it stays wrong", remedy: "None.",
            mayPass: mayPass)
    }

    static func render(_ action: BackupMachine.Action) -> String {
        switch action {
        case .preflight(let target): "preflight \(target)"
        case .step(let name, let item): "\(name.rawValue) \(item)"
        case .discard(let item): "discard \(item)"
        case .beginAttempt(let number): "attempt \(number)"
        case .endAttempt(let number, let outcome, let summary):
            "attempt \(number) \(outcome.rawValue): \(summary)"
        case .wait(let pause): "wait \(pause)"
        case .interrupt: "interrupt"
        case .end(let outcome, let summary): "end \(outcome.rawValue): \(summary)"
        }
    }

    static func render(_ actions: [BackupMachine.Action]) -> String {
        actions.isEmpty ? "nothing" : actions.map(render).joined(separator: " | ")
    }

    /// A machine of these targets; it waits a minute, then two, then four.
    static func machine(_ targets: [String] = ["t"], attempts: Int = 1) -> BackupMachine {
        BackupMachine(
            targets: targets,
            retry: RetryPolicy(attemptsMax: attempts, backoffMin: .seconds(60), backoffMax: .seconds(240)),
            jitter: 1)
    }

    /// What a machine answers to each event, as lines.
    static func play(_ machine: inout BackupMachine, _ events: [String]) -> [String] {
        events.map { "\($0) → \(render(machine.handle(event($0))))" }
    }
}
