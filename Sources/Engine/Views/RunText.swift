import Faults
package import FoundationEssentials
import Jobs
import Measures

/// Runs as a person reads them.
package enum RunText {
    /// One line a run.
    package static func table(_ runs: [RunView], _ instants: InstantText) -> String {
        var table = TextTable([
            ("ID", .left), ("STARTED", .left), ("JOB", .left), ("SLOT", .left), ("TOOK", .right),
            ("OUTCOME", .left), ("SUMMARY", .left),
        ])
        for view in runs {
            let mark = view.inJournal == true ? "(in the journal) " : ""
            table.add([
                String(view.id.prefix(8)), instants.short(view.started), view.job,
                view.slot.map(instants.short) ?? "by hand",
                view.seconds.map { DurationText.render(.seconds($0)) } ?? "–", view.outcome,
                mark + FaultText.oneLine(view.summary),
            ])
        }
        return table.render()
    }

    /// One line a run that waits.
    package static func waiting(_ runs: [RunView], _ instants: InstantText, now: Date) -> String {
        guard !runs.isEmpty else { return "Nothing waits." }
        var table = TextTable([
            ("ID", .left), ("JOB", .left), ("SLOT", .left), ("WAITS", .right), ("STARTS BY", .left),
            ("WHAT FOR", .left),
        ])
        for view in runs {
            let mark = view.inJournal == true ? "(in the journal) " : ""
            table.add([
                String(view.id.prefix(8)), view.job, view.slot.map(instants.short) ?? "by hand",
                instants.span(from: view.started, to: now), view.deadline.map(instants.short) ?? "–",
                mark + (view.summary.isEmpty ? "to be looked at" : FaultText.oneLine(view.summary)),
            ])
        }
        return table.render()
    }

    /// Everything about one run: why it exists, what it waited for, who had it, what became of it, and its steps.
    package static func details(_ run: RunView, _ story: RunStory = RunStory(), _ instants: InstantText)
        -> String
    {
        let facts = story.lines(of: run, instants)
        let width = facts.map(\.name.count).max() ?? 0
        var lines: [String] = []
        var last = ""
        for fact in facts {
            // Lines of one subject name it once.
            let name = fact.name == last ? "" : fact.name
            last = fact.name
            let head = name + String(repeating: " ", count: width - name.count + 2)
            lines.append(
                TextLines.wrap(fact.text, first: head, rest: String(repeating: " ", count: width + 2)))
        }
        for attempt in run.attempts ?? [] { lines += parts(of: attempt, run) }
        return lines.joined(separator: "\n")
    }

    private static func parts(of attempt: AttemptView, _ run: RunView) -> [String] {
        let summary = attempt.summary.isEmpty || attempt.summary == run.summary ? "" : ", \(attempt.summary)"
        let steps = (run.steps ?? []).filter { $0.attempt == attempt.number }
        var lines = [
            "", "attempt \(attempt.number): \(attempt.outcome ?? "running")\(FaultText.oneLine(summary))",
        ]
        guard !steps.isEmpty else { return lines }
        // The first column is empty: it indents.
        var table = TextTable([
            ("", .left), ("", .left), ("", .left), ("", .left), ("", .right), ("", .right), ("", .left),
        ])
        var notes: [String] = []
        for step in steps {
            table.add([
                "", step.state, step.name,
                [step.target, step.database].compactMap { $0 }.joined(separator: "/"),
                step.seconds.map { DurationText.render(.seconds($0)) } ?? "–",
                step.bytes.map { "\(ByteCount($0))" } ?? "", FaultText.oneLine(step.detail),
            ])
            if let code = step.code, let remedy = step.remedy { notes.append("  \(code): \(remedy)") }
        }
        lines.append(String(table.render().drop { $0 == "\n" }))
        return lines + notes
    }
}
