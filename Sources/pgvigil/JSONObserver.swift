import Engine
import FoundationEssentials
import Measures

/// Tells a program what runs do: one JSON object a line, as `docs/json.md` describes.
final class JSONObserver: RunObserver {
    private struct Line: Encodable {
        var event: String
        var run: RunView?
        var step: StepView?
        var target: String?
        var database: String?
        var bytes: Int64?
        var bytesTotal: Int64?
        var tablesDone: Int?
        var tablesTotal: Int?
        var attempt: Int?
        var message: String?
        var maintenance: MaintenanceView?
    }

    func observe(_ note: RunNote) {
        switch note {
        case .began(let run): write(Line(event: "began", run: RunView(run)))
        case .attempt(let number, _): write(Line(event: "attempt", attempt: number))
        case .stepStarted(let step): write(Line(event: "step-started", step: StepView(step)))
        case .dumping(let item, let progress, _):
            write(
                Line(
                    event: "dumping", target: item.target, database: item.database,
                    bytes: progress.bytes.bytes,
                    tablesDone: progress.tablesDone, tablesTotal: progress.tablesTotal))
        case .checking(let item, let bytes, let total, _):
            write(
                Line(
                    event: "checking", target: item.target, database: item.database, bytes: bytes.bytes,
                    bytesTotal: total.bytes))
        case .restoring(let item, let progress, _):
            write(
                Line(
                    event: "restoring", target: item.target, database: item.database,
                    bytes: progress.bytes.bytes, bytesTotal: progress.bytesTotal.bytes))
        case .maintaining(let action, _):
            write(Line(event: "maintaining", maintenance: MaintenanceView(action)))
        case .maintained(let action, _):
            write(Line(event: "maintained", maintenance: MaintenanceView(action)))
        case .maintenanceStanding(let standing):
            for starving in standing.starving {
                write(
                    Line(
                        event: "starving", target: standing.item.target, database: standing.item.database,
                        message: MaintenanceText.starving(starving)))
            }
        case .stepEnded(let step): write(Line(event: "step-ended", step: StepView(step)))
        case .waiting: write(Line(event: "waiting"))
        case .journal(.replayed(let count)):
            write(Line(event: "recorded", message: "\(JournalNote.replayed(count))"))
        case .journal(let note): write(Line(event: "not-recorded", message: "\(note)"))
        case .ended(let run): write(Line(event: "ended", run: RunView(run)))
        }
    }

    private func write(_ line: Line) { Console.say(JSONText.render(line, pretty: false)) }
}
