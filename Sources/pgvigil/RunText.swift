import Engine
import Faults
import FoundationEssentials
import Measures

/// Runs as a person reads them.
enum RunText {
    /// One line a run.
    static func table(_ runs: [RunRecord], _ instants: InstantText) -> String {
        var table = TextTable([
            ("ID", .left), ("STARTED", .left), ("JOB", .left), ("SLOT", .left), ("TOOK", .right),
            ("OUTCOME", .left),
            ("SUMMARY", .left),
        ])
        for view in runs.map({ RunView($0) }) {
            table.add([
                String(view.id.prefix(8)), instants.short(view.started), view.job,
                view.slot.map(instants.short) ?? "by hand",
                view.seconds.map { DurationText.render(.seconds($0)) } ?? "–", view.outcome,
                FaultText.oneLine(view.summary),
            ])
        }
        return table.render()
    }

    /// One run with its steps.
    static func details(_ run: RunView, _ instants: InstantText) -> String {
        var lines = [
            "run      \(run.id)", "job      \(run.job) (\(run.kind))",
            run.slot.map { "slot     \(instants.full($0)) of '\(run.pattern ?? "")' in \(run.zone ?? "")" }
                ?? "slot     none: run by hand",
            "started  \(instants.full(run.started)) on \(run.host), process \(run.pid)",
            "ended    \(run.ended.map(instants.full) ?? "not yet")", "outcome  \(run.outcome)",
            "         \(FaultText.oneLine(run.summary))",
        ]
        for attempt in run.attempts ?? [] {
            lines += ["", "attempt \(attempt.number): \(attempt.outcome ?? "running")"]
            // The first column is empty: it indents.
            var table = TextTable([
                ("", .left), ("", .left), ("", .left), ("", .left), ("", .right), ("", .right), ("", .left),
            ])
            var notes: [String] = []
            for step in (run.steps ?? []).filter({ $0.attempt == attempt.number }) {
                table.add([
                    "", step.state, step.name,
                    [step.target, step.database].compactMap { $0 }.joined(separator: "/"),
                    step.seconds.map { DurationText.render(.seconds($0)) } ?? "–",
                    step.bytes.map { "\(ByteCount($0))" } ?? "", FaultText.oneLine(step.detail),
                ])
                if let code = step.code, let remedy = step.remedy { notes.append("  \(code): \(remedy)") }
            }
            lines.append(String(table.render().drop { $0 == "\n" }))
            lines += notes
        }
        return lines.joined(separator: "\n")
    }
}
