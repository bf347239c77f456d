import Engine
import Faults
import FoundationEssentials
import Measures
import Synchronization

/// Tells a person what runs do: a line for each step, and on a terminal one more line that moves.
final class TextObserver: RunObserver {
    private let instants: InstantText
    private let moving: Bool
    /// The moving line's length on the screen, to wipe it.
    private let state = Mutex(0)

    init(instants: InstantText, moving: Bool) {
        self.instants = instants
        self.moving = moving
    }

    func observe(_ note: RunNote) {
        switch note {
        case .began(let run):
            line("\(instants.time(run.startedAt)) \(run.job): run \(run.id.uuidString.lowercased()) begins")
        case .attempt(let number, let most):
            if number > 1 { line("         attempt \(number) of \(most)") }
        case .stepStarted(let step):
            if moving { move("         \(name(step)) …") }
        case .dumping(let item, let progress, let elapsed):
            if moving { move("         dump \(item)  \(text(progress, elapsed))") }
        case .checking(let item, let bytes, let total, let elapsed):
            if moving { move("         read back \(item)  \(bytes) of \(total)  \(rate(bytes, elapsed))") }
        case .restoring(let item, let progress, let elapsed):
            if moving { move("         restore \(item)  \(text(progress, elapsed))") }
        case .maintaining(let action, let count):
            if moving {
                move("         \(MaintenanceText.place(action, of: count)) \(MaintenanceText.line(action)) …")
            }
        case .maintained(let action, let count):
            line(
                "\(instants.time(action.endedAt ?? action.startedAt)) "
                    + MaintenanceText.progress(action, of: count))
        case .maintenanceStanding(let standing):
            for starving in standing.starving { line(MaintenanceText.starving(starving)) }
        case .stepEnded(let step):
            line("\(instants.time(step.endedAt ?? step.startedAt)) \(ended(step))")
        case .waiting(let pause):
            line("         tries again in \(DurationText.render(pause))")
        case .journal(let note):
            line("         \(note)")
        case .ended(let run):
            line("\(instants.time(run.endedAt ?? run.startedAt)) \(run.job): \(outcome(run))")
        }
    }

    private func text(_ progress: RestoreProgress, _ elapsed: Duration) -> String {
        let rows = "\(progress.bytes) of \(progress.bytesTotal)"
        let left = progress.timeLeft(elapsed: elapsed).map { ", \(DurationText.render($0)) left" } ?? ""
        let indexes =
            progress.building.isEmpty ? "" : ", indexes of \(progress.building.joined(separator: ", "))"
        return rows + left + indexes
    }

    private func name(_ step: StepRecord) -> String {
        let subject = step.database.map { "\(step.target ?? "")/\($0)" } ?? step.target ?? ""
        return "\(step.name.rawValue) \(subject)"
    }

    private func ended(_ step: StepRecord) -> String {
        let mark =
            switch step.state {
            case .running, .done: "  ok  "
            case .failed: "FAILED"
            case .cancelled: " stop "
            }
        let took = DurationText.render(
            .seconds((step.endedAt ?? step.startedAt).timeIntervalSince(step.startedAt)))
        let size = step.bytes.map { "\($0)" }
        let facts = [size, step.detail.isEmpty ? nil : FaultText.oneLine(step.detail)].compactMap { $0 }
        let tail = facts.isEmpty ? "" : "  \(facts.joined(separator: ", "))"
        let line = "\(mark) \(name(step))  \(took)\(tail)"
        guard let fault = step.fault, step.state == .failed else { return line }
        return line + "\n                \(fault.remedy)"
    }

    private func outcome(_ run: RunRecord) -> String {
        switch run.state {
        case .waiting: "waiting"
        case .running: "running"
        case .ended(let outcome): "\(outcome.rawValue.uppercased()) – \(FaultText.oneLine(run.summary))"
        }
    }

    private func text(_ progress: DumpProgress, _ elapsed: Duration) -> String {
        var parts = ["\(progress.bytes)", rate(progress.bytes, elapsed)]
        if progress.tablesTotal > 0 { parts.append("\(progress.tablesDone)/\(progress.tablesTotal) tables") }
        if progress.rows > 0 { parts.append("~\(Decimals.grouped(progress.rows)) rows") }
        if let fraction = progress.fraction { parts.append("\(Int(fraction * 100)) %") }
        if let left = progress.timeLeft(elapsed: elapsed) {
            parts.append("\(DurationText.render(left)) left")
        }
        if let current = progress.current { parts.append(current) }
        return parts.joined(separator: "  ")
    }

    private func rate(_ bytes: ByteCount, _ elapsed: Duration) -> String {
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        return seconds > 0.1 ? "\(ByteCount(Int64(Double(bytes.bytes) / seconds)))/s" : ""
    }

    private func line(_ text: String) {
        state.withLock { shown in
            if shown > 0 { Console.whisper("\r\u{1B}[K") }
            shown = 0
            Console.whisper(text + "\n")
        }
    }

    private func move(_ text: String) {
        let cut = String(text.prefix(max(20, Console.width - 1)))
        state.withLock { shown in
            Console.whisper("\r\u{1B}[K\(cut)")
            shown = cut.count
        }
    }
}
