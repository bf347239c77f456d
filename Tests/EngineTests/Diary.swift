import Engine
import Faults
import Measures
import Policy
import Synchronization

/// What happened in a run, in its order, as lines of text.
final class Diary: RunObserver {
    private let state = Mutex<[String]>([])

    /// Everything so far.
    var lines: [String] { state.withLock { $0 } }

    /// Lines that begin so.
    func lines(_ prefix: String) -> [String] { lines.filter { $0.hasPrefix(prefix) } }

    func write(_ line: String) { state.withLock { $0.append(line) } }

    func observe(_ note: RunNote) { write("note: \(Self.render(note))") }

    private static func render(_ note: RunNote) -> String {
        switch note {
        case .began(let run): "\(run.job) began"
        case .attempt(let number, let most): "attempt \(number) of \(most)"
        case .stepStarted(let step): "\(name(step)) started"
        case .dumping(let item, let progress, let elapsed):
            "dumping \(item), \(progress.bytes.bytes) bytes, \(elapsed)"
        case .checking(let item, let bytes, let total, let elapsed):
            "checking \(item), \(bytes.bytes) of \(total.bytes), \(elapsed)"
        case .restoring(let item, let progress, let elapsed):
            "restoring \(item), \(progress.bytes.bytes) of \(progress.bytesTotal.bytes), \(elapsed)"
        case .maintaining(let action, let count):
            "\(action.ordinal) of \(count): \(action.kind.rawValue) \(action.object.name) begins"
        case .maintained(let action, let count):
            "\(action.ordinal) of \(count): \(action.kind.rawValue) \(action.object.name) \(action.state.rawValue)"
        case .maintenanceStanding(let standing): "\(standing.item): \(standing.starving.count) starving"
        case .stepEnded(let step):
            "\(name(step)) \(step.state.rawValue)" + (step.detail.isEmpty ? "" : ": \(step.detail)")
        case .waiting(let pause): "waiting \(pause)"
        case .journal(.keeping(let fault)): "not recorded: \(fault.code)"
        case .journal(let note): "journal: \(note)"
        case .ended(let run): "\(run.job) ended: \(run.summary)"
        }
    }

    static func render(_ write: WatchedBook.Write) -> String {
        switch write {
        case .begin(let run): "begin \(run.job) \(run.state)"
        case .end(let outcome): "end \(outcome.rawValue)"
        case .attempt(let attempt): "attempt \(attempt.number) \(attempt.outcome?.rawValue ?? "running")"
        case .step(let step): "step \(step.attempt).\(step.ordinal) \(name(step)) \(step.state.rawValue)"
        case .backup(let backup): "backup \(backup.target)/\(backup.database)"
        case .removed(_, let reason): "removed: \(reason)"
        }
    }

    private static func name(_ step: StepRecord) -> String {
        "\(step.name.rawValue) \(step.target ?? "")" + (step.database.map { "/\($0)" } ?? "")
    }
}
