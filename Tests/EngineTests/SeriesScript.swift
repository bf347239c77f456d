import Faults
import Policy

@testable import Engine

/// Events and actions of a series machine as short text, for rows and goldens.
///
/// Events: `begin`, `begin 1` (attempts that were made), `chose 2`, `done`, `broken`, `fail!`, `fail~`, `slow` (a step over
/// its limit), `unknown!` (a fault that says that nothing could be determined), `cancel`, `timeout`, `lost` (the lease),
/// `late`; `!` marks what stays, `~` what may pass.
enum SeriesScript {
    static let steps: [StepName] = [.checkSet, .prove]
    static let drill = SeriesMachine.Words(
        good: "proven", broken: "broken", undecided: "not verified", undecidedOutcome: .couldNotVerify)

    static func event(_ text: String) -> SeriesMachine.Event {
        let words = text.split(separator: " ").map(String.init)
        let number = words.count > 1 ? Int(words[1]) ?? 0 : 0
        switch words.first ?? "" {
        case "begin": return .begin(attemptsMade: number)
        case "chose": return .chose(number)
        case "done": return .done
        case "broken": return .broken("a row less")
        case "fail!", "fail~": return .failed(MachineScript.fault(text))
        case "unknown!":
            return .failed(
                AnyFault(code: "t", summary: "nobody can tell", remedy: "None.", exitStatus: .undetermined))
        case "slow": return .failed(EngineFault.stepTimedOut(.prove, limit: .seconds(60)).plain)
        case "late": return .refused(because: "its window closes")
        case "cancel": return .stopAsked(.cancelled)
        case "timeout": return .stopAsked(.timedOut)
        case "lost": return .stopAsked(.leaseLost(because: "taken over"))
        default: preconditionFailure("no event is called '\(text)'")
        }
    }

    static func render(_ action: SeriesMachine.Action) -> String {
        switch action {
        case .beginAttempt(let number): "attempt \(number)"
        case .choose: "choose"
        case .step(let name, let item): "\(name.rawValue) \(item)"
        case .tidy(let item): "tidy \(item)"
        case .endAttempt(let outcome, let summary): "attempt \(outcome.rawValue): \(summary)"
        case .wait(let pause): "wait \(pause)"
        case .interrupt: "interrupt"
        case .end(let outcome, let summary): "end \(outcome.rawValue): \(summary)"
        }
    }

    static func render(_ actions: [SeriesMachine.Action]) -> String {
        actions.isEmpty ? "nothing" : actions.map(render).joined(separator: " | ")
    }

    /// A machine that waits a minute, then two, then four.
    static func machine(attempts: Int = 1, words: SeriesMachine.Words = drill) -> SeriesMachine {
        SeriesMachine(
            steps: steps, words: words,
            retry: RetryPolicy(attemptsMax: attempts, backoffMin: .seconds(60), backoffMax: .seconds(240)),
            jitter: 1)
    }

    /// What a machine answers to each event, as lines.
    static func play(_ machine: inout SeriesMachine, _ events: [String]) -> [String] {
        events.map { "\($0) → \(render(machine.handle(event($0))))" }
    }
}
